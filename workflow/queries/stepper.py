"""The lifecycle of one case as a row of stops: who had it and how long, who has it now, and when the rest may come."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _

from workflow import clock
from workflow.models import Decision, Round, Step
from workflow.rules.route import RouteSpec, StageSpec
from workflow.rules.workdays import WorkCalendar

NAMES_SHOWN = 3


@dataclass(frozen=True)
class Stop:
    """One state on the stepper. `days` (in which one of its rounds was asked) and `limit` are working days; `again`: a
    group in it was asked anew after a decision that still counts; `expected` is a forecast from the leads."""

    state: str
    status: str  # done | current | waiting | skipped
    entered: date | None
    left: date | None
    days: int | None
    limit: int
    people: list[str]  # who decided in it, both names of a substitution
    expected: date | None
    again: bool = False

    @property
    def late(self) -> bool:
        """More days used than the limit."""
        return self.days is not None and self.days > self.limit

    @property
    def percent(self) -> int:
        """Share of the limit that is used, at most 100."""
        return min(100, round(100 * (self.days or 0) / self.limit)) if self.limit else 100


def stops(
    route: RouteSpec, state: str, steps: list[Step], decisions: Iterable[Decision], today: date, calendar: WorkCalendar
) -> list[Stop]:
    """Every state of the path; a state that never had a round and lies behind was skipped by its guard."""
    here = route.order.get(state, len(route.order))
    names = _names(decisions)
    found: list[Stop] = []
    expected = today
    for index, stage in enumerate(route.stages):
        run = [step for step in steps if step.round.stage == stage.state]
        limit = length(stage)
        stop = _stop(stage.state, index, here, run, limit, names.get(stage.state, []), calendar, today)
        if index >= here:
            still = max(0, limit - (stop.days or 0)) if index == here else limit
            expected = calendar.add_working_days(expected, still)
            stop = replace(stop, expected=expected)
        found.append(stop)
    return found


def length(stage: StageSpec) -> int:
    """Working days a stage may take: its longest track."""
    return max((sum(group.lead_days for group in track.groups) for track in stage.tracks), default=0)


def _stop(
    state: str,
    index: int,
    here: int,
    run: list[Step],
    limit: int,
    people: list[str],
    calendar: WorkCalendar,
    today: date,
) -> Stop:
    rounds = list({step.round_id: step.round for step in run if step.round.kind == Round.GROUP}.values())
    undone = {step.pk for step in run if step.taken_back_at}
    said = [one for one in rounds if one.outcome not in Round.UNDECIDED and one.closed_by_id not in undone]
    entered = min((clock.date_of(one.opened_at) for one in rounds), default=None)
    left = max((clock.date_of(one.closed_at) for one in said or rounds if one.closed_at), default=None)
    status = "current" if index == here else "waiting" if index > here else "done" if run else "skipped"
    used = spent(rounds, calendar, today) if status in ("done", "current") and rounds else None
    again = len({one.group for one in said}) < len(said)
    return Stop(state, status, entered, left if status == "done" else None, used, limit, people, None, again)


def spent(rounds: Iterable[Round], calendar: WorkCalendar, today: date) -> int:
    """Working days in which any of these rounds was asked: what lay elsewhere between two of them is not theirs."""
    days, known = 0, date.min
    for one in sorted(rounds, key=lambda one: one.opened_at):
        start, end = clock.date_of(one.opened_at), clock.date_of(one.closed_at) if one.closed_at else today
        days += calendar.between(max(start, known), end) if end > known else 0
        known = max(known, end)
    return days


def _names(decisions: Iterable[Decision]) -> dict[str, list[str]]:
    """The last deciders of each state, in order, each once."""
    found: dict[str, list[str]] = {}
    for decision in sorted(decisions, key=lambda one: one.at, reverse=True):
        name = str(decision.actor)
        if decision.on_behalf_of:
            name = _("%(name)s (for %(lender)s)") % {"name": name, "lender": decision.on_behalf_of}
        told = found.setdefault(decision.step.round.stage, [])
        if name not in told and len(told) < NAMES_SHOWN:
            told.append(name)
    return {state: names[::-1] for state, names in found.items()}
