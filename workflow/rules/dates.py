"""Forward and backward dates, due, slack and lights (engine.md, Dates). Pure: no database, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from workflow.rules import conditions
from workflow.rules.route import RouteSpec, StageSpec, TrackSpec, working_lead
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


def forward(opened_on: date, lead: int, unit: str, calendar: WorkCalendar) -> date:
    """Opening day is day 0; `lead` in working or calendar days after it."""
    if unit == "calendar":
        return opened_on + timedelta(days=lead)
    return calendar.add_working_days(opened_on, lead)


def due(forward_on: date, backward_on: date | None, expiry: date | None) -> Due:
    """The earliest of the three, with its name; the step's own lead wins a tie."""
    known = [Due(forward_on, "forward")]
    known += [Due(backward_on, "backward")] if backward_on else []
    known += [Due(expiry, "expiry")] if expiry else []
    return min(known, key=lambda one: one.day)


def remaining_lead(opened_on: date, lead_days: int, today: date, calendar: WorkCalendar) -> int:
    """Working days of the lead that are still to come; never negative."""
    return max(0, min(lead_days, lead_days - calendar.between(opened_on, today)))


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


def plan_of(route: RouteSpec, points: Mapping[str, date], facts: Mapping[str, Any]) -> tuple[PlanStage, ...]:
    """The route as the critical path sees it for these facts.

    Plans whose condition does not hold take no time; stages after storage never count against June.
    """
    return tuple(
        PlanStage(stage.state, None, ())
        if stage.after_storage
        else PlanStage(stage.state, points.get(stage.point), _plan_tracks(stage, facts))
        for stage in route.stages
    )


def _plan_tracks(stage: StageSpec, facts: Mapping[str, Any]) -> tuple[PlanTrack, ...]:
    return tuple(
        PlanTrack(track.key, track.opens_in, stage.state, _plan_groups(track, facts)) for track in stage.tracks
    )


def _plan_groups(track: TrackSpec, facts: Mapping[str, Any]) -> tuple[PlanGroup, ...]:
    return tuple(
        PlanGroup(
            group.key,
            max((working_lead(plan) for plan in group.plans if conditions.holds(plan.condition, facts)), default=0),
        )
        for group in track.groups
    )
