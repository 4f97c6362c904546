"""Forward and backward dates, due, slack and lights (engine.md, Dates). Pure: no database, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, NamedTuple

from workflow.rules import conditions
from workflow.rules.route import PlanSpec, RouteSpec, StageSpec, TrackSpec, together, working_lead
from workflow.rules.workdays import WorkCalendar

RED, AMBER, GREEN, HELD = "red", "amber", "green", "held"
AMBER_DAYS = 3  # working days left


@dataclass(frozen=True)
class PlanGroup:
    """A group on the critical path; its lead in working days."""

    key: str
    lead_days: int


@dataclass(frozen=True)
class PlanTrack:
    """Groups one after another; starts when `opens_in` is entered, must be finished before leaving `gates`."""

    key: str
    opens_in: str
    gates: str
    groups: tuple[PlanGroup, ...]

    @property
    def lead_days(self) -> int:
        """The track's whole length in working days."""
        return sum(group.lead_days for group in self.groups)


@dataclass(frozen=True)
class PlanStage:
    """A state in order; `point` is the date by which it must be left, if it has one."""

    state: str
    point: date | None
    tracks: tuple[PlanTrack, ...]


class Due(NamedTuple):
    """A due date and what binds it: forward, backward or expiry."""

    day: date
    binding: str


class Lead(NamedTuple):
    """A lead time and its unit: working or calendar days."""

    days: int
    unit: str


def forward(
    opened_on: date,
    lead: int,
    unit: str,
    calendar: WorkCalendar,
    *,
    held_days: int = 0,
    not_before: date | None = None,
) -> date:
    """Opening day is day 0; `lead` working or calendar days after it, and the working days that holds took.

    Never before the day from which the step may be decided at all.
    """
    if unit == "calendar":
        found = calendar.add_working_days(opened_on + timedelta(days=lead), held_days)
    else:
        found = calendar.add_working_days(opened_on, lead + held_days)
    return max(found, not_before) if not_before else found


def due(forward_on: date, backward_on: date | None, expiry: date | None) -> Due:
    """The earliest of the three, with its name; the step's own lead wins a tie."""
    known = [Due(forward_on, "forward")]
    known += [Due(backward_on, "backward")] if backward_on else []
    known += [Due(expiry, "expiry")] if expiry else []
    return min(known, key=lambda one: one.day)


def remaining_lead(opened_on: date, lead_days: int, today: date, calendar: WorkCalendar, held_days: int = 0) -> int:
    """Working days of the lead that are still to come; days on hold were not worked on. Never negative."""
    worked = max(0, calendar.between(opened_on, today) - held_days)
    return max(0, min(lead_days, lead_days - worked))


def slack(backward_on: date | None, today: date, remaining: int, calendar: WorkCalendar) -> int | None:
    """Working days left minus working days still needed; negative when lost, None without a backward date."""
    return None if backward_on is None else calendar.between(today, backward_on) - remaining


def light(due_on: date, today: date, calendar: WorkCalendar, *, held: bool = False, was_late: bool = False) -> str:
    """red from the day after due, amber with 3 working days or fewer left (or once late), else green; held first."""
    if held:
        return HELD
    if today > due_on:
        return RED
    return AMBER if was_late or calendar.between(today, due_on) <= AMBER_DAYS else GREEN


def backward(plan: tuple[PlanStage, ...], calendar: WorkCalendar) -> dict[str, date]:
    """Latest finish of each group so that every stage meets its point; groups under no point are left out.

    leave(s) = min(point of s, enter(s + 1)); enter(s) = min(leave(s), leave(g) - length of each track that opens in s
    and gates g). A group must finish by leave(g) minus the groups after it on its track.
    """
    leave = _latest_leaving(plan, calendar)
    found: dict[str, date] = {}
    for track in _tracks(plan):
        latest = leave.get(track.gates)
        if latest is None:
            continue
        for group in reversed(track.groups):
            found[group.key] = calendar.day_at(latest)
            latest -= group.lead_days
    return found


def _latest_leaving(plan: tuple[PlanStage, ...], calendar: WorkCalendar) -> dict[str, int]:
    leave: dict[str, int] = {}
    enter_next: int | None = None
    for stage in reversed(plan):
        bounds = [enter_next] if enter_next is not None else []
        bounds += [calendar.ordinal(stage.point)] if stage.point else []
        if bounds:
            leave[stage.state] = min(bounds)
        opened = [t for t in _tracks(plan) if t.opens_in == stage.state and t.gates in leave]
        starts = [leave[track.gates] - track.lead_days for track in opened]
        enter_next = min(bounds + starts, default=None)
    return leave


def _tracks(plan: tuple[PlanStage, ...]) -> list[PlanTrack]:
    return [track for stage in plan for track in stage.tracks]


def applying(route: RouteSpec, facts: Mapping[str, Any]) -> tuple[bool, ...]:
    """Which plans of a route apply to these facts: two cases with the same answer share every backward date."""
    return tuple(conditions.holds(plan.condition, facts) for _place, plan in route.plans.values())


def lead_of(plan: PlanSpec, leads: Mapping[str, Lead]) -> Lead:
    """The lead a document sets for this plan, or else the route's own."""
    return leads.get(plan.key) or Lead(plan.lead, plan.lead_unit)


def length(plan: PlanSpec, leads: Mapping[str, Lead]) -> int:
    """What a plan takes on the critical path, in working days."""
    lead = lead_of(plan, leads)
    return working_lead(replace(plan, lead=lead.days, lead_unit=lead.unit))


def plan_of(
    route: RouteSpec, points: Mapping[str, date], facts: Mapping[str, Any], leads: Mapping[str, Lead] | None = None
) -> tuple[PlanStage, ...]:
    """The route as the critical path sees it for these facts.

    Plans whose condition does not hold take no time; stages after storage never count against June.
    """
    return tuple(
        PlanStage(stage.state, None, ())
        if stage.after_storage
        else PlanStage(stage.state, points.get(stage.point), _plan_tracks(stage, facts, leads or {}))
        for stage in route.stages
    )


def _plan_tracks(stage: StageSpec, facts: Mapping[str, Any], leads: Mapping[str, Lead]) -> tuple[PlanTrack, ...]:
    return tuple(
        PlanTrack(track.key, track.opens_in, stage.state, _plan_groups(track, facts, leads)) for track in stage.tracks
    )


def _plan_groups(track: TrackSpec, facts: Mapping[str, Any], leads: Mapping[str, Lead]) -> tuple[PlanGroup, ...]:
    return tuple(
        PlanGroup(
            group.key,
            together(
                group.rule, [length(plan, leads) for plan in group.plans if conditions.holds(plan.condition, facts)]
            ),
        )
        for group in track.groups
    )
