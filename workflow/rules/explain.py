"""Why a date is what it is: days counted and skipped, and the chain back from the point that binds. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from workflow.rules.dates import PlanGroup, PlanStage, PlanTrack, backward
from workflow.rules.words import listed
from workflow.rules.workdays import WorkCalendar

SHIFTED = "调休放假"  # a weekday off in exchange for a weekend day worked
# the holidays of the State Council's rules, by the names under which calendars keep them
HOLIDAYS: dict[str, Any] = {
    "元旦": _("New Year's Day"),
    "春节": _("Spring Festival"),
    "清明节": _("Qingming Festival"),
    "劳动节": _("Labour Day"),
    "端午节": _("Dragon Boat Festival"),
    "中秋节": _("Mid-Autumn Festival"),
    "国庆节": _("National Day"),
    SHIFTED: _("day off for a weekend worked"),
}


class Skipped(NamedTuple):
    """Days in a row that did not count, and why: weekend, holiday (with its name)."""

    first: date
    last: date
    why: str
    name: str

    @property
    def days(self) -> int:
        """How many calendar days."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Counting:
    """How so many working days from a day were counted."""

    start: date
    end: date
    counted: int
    skipped: tuple[Skipped, ...]
    made_up: tuple[date, ...]  # Saturdays and Sundays that are worked, and so counted
    provisional: bool


class Link(NamedTuple):
    """A group that must still follow, what it takes in working days, and by when it must be done."""

    group: str
    lead_days: int
    latest: date


@dataclass(frozen=True)
class Derivation:
    """A backward date: the state whose point binds, that point's day, and what lies between, nearest first."""

    state: str
    point: date
    chain: tuple[Link, ...]

    @property
    def lead_days(self) -> int:
        """Working days that must still follow."""
        return sum(link.lead_days for link in self.chain)


def counting(start: date, days: int, calendar: WorkCalendar) -> Counting:
    """Counting `days` working days from `start` (day 0), said day by day in as few words as possible."""
    end = calendar.add_working_days(start, days)
    told = [calendar.explained(start + timedelta(days=n)) for n in range(1, (end - start).days + 1)]
    return Counting(
        start=start,
        end=end,
        counted=sum(one.counted for one in told),
        skipped=tuple(_spans((one.day, one.why, one.name) for one in told if not one.counted)),
        made_up=tuple(one.day for one in told if one.why == "make_up"),
        provisional=calendar.is_provisional(start, end),
    )


def _spans(days: Iterable[tuple[date, str, str]]) -> list[Skipped]:
    """Days in a row become one span: a holiday takes the weekend it touches along; two holidays share a long one."""
    found: list[Skipped] = []
    for day, why, name in days:
        if found and day - found[-1].last == timedelta(days=1):
            before = found[-1]
            kind = "holiday" if "holiday" in (before.why, why) else why
            found[-1] = Skipped(before.first, day, kind, _joined(before.name, name))
        else:
            found.append(Skipped(day, day, why, _joined("", name)))
    return found


def _joined(before: str, name: str) -> str:
    """Names once each; days that a notice only shifted (调休放假) are not named beside a real one."""
    names = [*before.split("、"), *name.split("、"), *name.split(", ")]
    kept = list(dict.fromkeys(one.strip() for one in names if one.strip() and ", " not in one and one != SHIFTED))
    return "、".join(kept)


def derivation(plan: tuple[PlanStage, ...], calendar: WorkCalendar, group: str) -> Derivation | None:
    """From a group to the point that binds it, over the longest chain of what must still follow."""
    latest = backward(plan, calendar)
    track = next((t for s in plan for t in s.tracks if any(g.key == group for g in t.groups)), None)
    if track is None or group not in latest:
        return None
    keys = [one.key for one in track.groups]
    after = list(track.groups[keys.index(group) + 1 :])
    path = _Path(plan, calendar)
    state, point, rest = path.leave(track.gates)
    links = [Link(one.key, one.lead_days, latest[one.key]) for one in [*after, *rest]]
    return Derivation(state, point, tuple(links))


class _Path:
    """The backward pass again, remembering which of the bounds was the smallest."""

    def __init__(self, plan: tuple[PlanStage, ...], calendar: WorkCalendar) -> None:
        self.stages = list(plan)
        self.order = {stage.state: index for index, stage in enumerate(plan)}
        self.tracks: list[PlanTrack] = [track for stage in plan for track in stage.tracks]
        self.calendar = calendar

    def latest(self, state: str) -> int | None:
        """Ordinal by which a state must be left."""
        index = self.order[state]
        point, following = self.stages[index].point, self._entered(index + 1)
        bounds = [self.calendar.ordinal(point)] if point else []
        bounds += [following] if following is not None else []
        return min(bounds, default=None)

    def _entered(self, index: int) -> int | None:
        if index >= len(self.stages):
            return None
        state = self.stages[index].state
        own = self.latest(state)
        starts = [self._start(track) for track in self.tracks if track.opens_in == state]
        return min([one for one in [own, *starts] if one is not None], default=None)

    def _start(self, track: PlanTrack) -> int | None:
        end = self.latest(track.gates)
        return None if end is None else end - track.lead_days

    def leave(self, state: str) -> tuple[str, date, list[PlanGroup]]:
        """(state whose point binds, that point, groups on the way to it)."""
        index = self.order[state]
        point, bound = self.stages[index].point, self.latest(state)
        if point is not None and self.calendar.ordinal(point) == bound:
            return state, point, []
        return self._enter(index + 1)

    def _enter(self, index: int) -> tuple[str, date, list[PlanGroup]]:
        state, bound = self.stages[index].state, self._entered(index)
        for track in self.tracks:
            if track.opens_in == state and self._start(track) == bound:
                where, point, rest = self.leave(track.gates)
                return where, point, [*track.groups, *rest]
        return self.leave(state)


def holiday(names: str) -> str:
    """Names of public holidays in the reader's language; a county's own stay as its notice has them."""
    return listed(HOLIDAYS.get(name, name) for name in names.split("、")) if names else ""
