"""The plan as frozen values, and which group of it has passed. Pure: no database, no clock."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

OPEN, PASSED, FAILED = "open", "passed", "failed"


@dataclass(frozen=True)
class PlanSpec:
    """One asked-for act (see models.route.StepPlan for the meaning of each field)."""

    key: str
    names: Mapping[str, str]
    role: str
    resolver: str
    duty: str
    lead: int
    lead_unit: str = "working"
    lead_source: str = ""
    not_before_days: int = 0
    needs: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()
    aspects: tuple[str, ...] = ()
    condition: Mapping[str, Any] | None = None
    attest: bool = False
    each_holder: bool = False
    bulk_allowed: bool = False
    weight: int = 1
    supervisor_role: str = "vice_leader"
    excludes: tuple[str, ...] = ()


@dataclass(frozen=True)
class GroupSpec:
    """Parallel plans that pass together by one rule."""

    key: str
    names: Mapping[str, str]
    rule: str
    threshold: int
    on_refuse: str
    plans: tuple[PlanSpec, ...]

    @property
    def aspects(self) -> frozenset[str]:
        """Every aspect that some plan of this group approves."""
        return frozenset(aspect for plan in self.plans for aspect in plan.aspects)

    @property
    def lead_days(self) -> int:
        """The group's length on the critical path: its slowest plan, in working days (5 per 7 calendar days)."""
        return together(self.rule, [working_lead(plan) for plan in self.plans])


@dataclass(frozen=True)
class TrackSpec:
    """An ordered list of groups; gates `stage`, opens in `opens_in`."""

    key: str
    stage: str
    opens_in: str
    groups: tuple[GroupSpec, ...]


@dataclass(frozen=True)
class StageSpec:
    """What must be done while in one state."""

    state: str
    point: str
    after_storage: bool
    tracks: tuple[TrackSpec, ...]


@dataclass(frozen=True)
class Place:
    """Where a group stands in its route."""

    stage: StageSpec
    track: TrackSpec
    group: GroupSpec
    position: int  # of the group in its track


class Known(dict[str, tuple[Place, PlanSpec]]):
    """Plans of a route by key. A key it has not is asked of earlier versions: a migrated case keeps its history.

    Iterating, `in` and `get` see this version only.
    """

    def __init__(self, own: Mapping[str, tuple[Place, PlanSpec]], elsewhere: "Elsewhere | None") -> None:
        super().__init__(own)
        self.elsewhere = elsewhere

    def __missing__(self, key: str) -> tuple[Place, PlanSpec]:
        found = self.elsewhere(key) if self.elsewhere else None
        if found is None:
            raise KeyError(key)
        return found


Elsewhere = Callable[[str], tuple[Place, PlanSpec] | None]


@dataclass(frozen=True)
class RouteSpec:
    """A whole route version, in order."""

    id: int
    kind: str
    mode: str
    version: int
    stages: tuple[StageSpec, ...]
    repeats: str = "ask"
    self_approval: str = "superior"
    nobody: str = "superior"
    elsewhere: Elsewhere | None = field(default=None, compare=False, repr=False)  # plans of other versions

    @cached_property
    def order(self) -> dict[str, int]:
        """Position of each state."""
        return {stage.state: index for index, stage in enumerate(self.stages)}

    @cached_property
    def places(self) -> dict[str, Place]:
        """Every group by its key; keys are unique in a route."""
        return {place.group.key: place for place in self._walk()}

    @cached_property
    def plans(self) -> Known:
        """Every plan by its key; keys are unique in a route."""
        own = {plan.key: (place, plan) for place in self._walk() for plan in place.group.plans}
        return Known(own, self.elsewhere)

    def _walk(self) -> Iterator[Place]:
        for stage in self.stages:
            for track in stage.tracks:
                for position, group in enumerate(track.groups):
                    yield Place(stage, track, group, position)

    def stage(self, state: str) -> StageSpec | None:
        """The stage of a state; None for final states."""
        index = self.order.get(state)
        return None if index is None else self.stages[index]

    def tracks_open_in(self, state: str) -> list[TrackSpec]:
        """Tracks that gate this state or a later one and have opened by now."""
        here = self.order.get(state)
        if here is None:
            return []
        return [
            track
            for stage in self.stages[here:]
            for track in stage.tracks
            if stage.state == state or self.order[track.opens_in] <= here
        ]

    def is_open(self, place: Place, state: str) -> bool:
        """Whether the place's track is worked on in this state: it has opened, and gates this state or a later one."""
        return self.order[place.track.opens_in] <= self.order.get(state, -1) <= self.order[place.stage.state]

    def is_after(self, place: Place, target: Place) -> bool:
        """Whether `place` comes after `target`: later in its track, or gating a later state than the target's."""
        if place.track.key == target.track.key and place.stage.state == target.stage.state:
            return place.position > target.position
        return self.order[place.stage.state] > self.order[target.stage.state]

    def falls(self, place: Place, target: Place) -> bool:
        """Whether a return to the target closes a live round of `place`: later in its track, or of a track that had
        not opened then."""
        if place.track.key == target.track.key and place.stage.state == target.stage.state:
            return place.position >= target.position
        return self.order[place.track.opens_in] > self.order[target.stage.state]

    def earlier_points(self, from_group: str) -> list[Place]:
        """Where a return from this group may go: earlier groups of its own track, and of earlier states."""
        here = self.places[from_group]
        return [place for place in self._walk() if self.is_after(here, place)]


def nearest(here: Place, points: Iterable[Place]) -> Place | None:
    """The last of earlier points before `here`: of its own track if there is one, else of the latest state."""
    known = list(points)
    own = [p for p in known if p.track.key == here.track.key and p.stage.state == here.stage.state]
    found = own or known
    return found[-1] if found else None


def together(rule: str, leads: Iterable[int]) -> int:
    """How long a group takes: its slowest plan, or all of them where one is asked after another."""
    known = list(leads)
    return sum(known) if rule == "in_order" else max(known, default=0)


def working_lead(plan: PlanSpec) -> int:
    """A plan's lead in working days, waiting time before it included (calendar days count 5 per 7, rounded up)."""
    return working_days_of(plan.lead, plan.lead_unit, plan.not_before_days)


def working_days_of(lead: int, unit: str, waits: int = 0) -> int:
    """A lead in working days: calendar days count 5 per 7, rounded up; never shorter than the days it must wait."""
    return max(lead if unit == "working" else -(-lead * 5 // 7), -(-waits * 5 // 7))


def outcome(rule: str, threshold: int, votes: Iterable[tuple[str, int]]) -> str:
    """State of a group from its steps' (state, weight): open, passed or failed.

    any: one approval; all: every one; k_of_n: `threshold` approvals; weighted: approvals weigh `threshold`. Refusals
    that make the rule unreachable fail the group at once. Skipped and cancelled steps do not count. A rule that those
    asked could not meet even if all approved stays open: nobody refused, and nobody approved what it asks for.
    """
    counted = [(state, weight) for state, weight in votes if state not in ("skipped", "cancelled")]
    unit = rule == "weighted"
    approved = sum(weight if unit else 1 for state, weight in counted if state == "approved")
    pending = sum(weight if unit else 1 for state, weight in counted if state == "open")
    total = sum(weight if unit else 1 for _state, weight in counted)
    needed = {"any": min(1, total), "all": total}.get(rule, threshold)
    if approved >= needed:
        return PASSED
    return OPEN if approved + pending >= min(needed, total) else FAILED


def still_stands(seen: Iterable[Mapping[str, str]], current: Mapping[str, str]) -> bool:
    """A passed group stands while every aspect its deciders saw still has the hash they saw."""
    return all(current.get(aspect) == digest for one in seen for aspect, digest in one.items())
