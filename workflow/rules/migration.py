"""Moving a running case to another version of its route: what becomes of every group, and what stands in the way. Pure.

Groups and plans are matched by their keys. A live group goes on untouched where both versions ask the same; it is asked
again where they differ and nobody has acted in it; where somebody has, the case is blocked. A passed group stands where
the new version has it. A group of the new version that the case never met is asked if it lies ahead, or beside what is
open; what gates a state already left is never asked again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from workflow.rules import conditions
from workflow.rules.route import GroupSpec, PlanSpec, RouteSpec, TrackSpec

KEPT, AGAIN, STANDS, NEW, DROPPED, BEHIND, BLOCKED = "kept", "again", "stands", "new", "dropped", "behind", "blocked"
ACTED, ON_HOLD, NO_STAGE = "acted", "on_hold", "no_stage"
WHY: dict[str, Any] = {
    ACTED: _("somebody has already acted in “%(group)s”; wait until it has ended, or return it"),
    ON_HOLD: _("it is on hold; resume it first"),
    NO_STAGE: _("the new version has no stage for the state it is in"),
    "same": _("it runs under this version already"),
    "final": _("it has ended"),
    "acted_since": _("somebody has acted since it was migrated"),
}
# events of a case that are talk about it: nothing was decided, held or written by them. Every other event is an act, so
# that one added later bars reverting until somebody has thought about it.
TALK = (
    "step.nudged",
    "case.copied",
    "case.copy_read",
    "promise.made",
    "step.supervised",
    "supervision.received",
    "supervision.answered",
    "supervision.closed",
)
LAPSED = "step.released"  # without an actor: the hourly sweep took a claim from somebody who has left the post
BECOMES: dict[str, Any] = {
    KEPT: _("goes on as it is"),
    AGAIN: _("is asked again"),
    STANDS: _("stands"),
    NEW: _("will be asked"),
    DROPPED: _("is asked no more; history keeps it"),
    BEHIND: _("is not asked: its state lies behind"),
    BLOCKED: _("blocks the migration"),
}


@dataclass(frozen=True)
class Live:
    """A group that is open in the case; `acted` when anybody has decided, signed or been added in it."""

    group: str
    acted: bool


@dataclass(frozen=True)
class Line:
    """What becomes of one group, and why where it is blocked."""

    group: str
    becomes: str
    why: str = ""


def lines(
    old: RouteSpec,
    new: RouteSpec,
    state: str,
    facts: Mapping[str, Any],
    live: Iterable[Live],
    standing: Iterable[str],
    on_hold: bool = False,
) -> list[Line]:
    """The preview of one case, in the order of the new version; groups that are no longer asked stand last."""
    open_groups, passed = {one.group: one for one in live}, set(standing)
    if on_hold:
        return [Line("", BLOCKED, ON_HOLD)]
    if new.stage(state) is None:
        return [Line("", BLOCKED, NO_STAGE)]
    opened = {id(track) for track in new.tracks_open_in(state)}
    found: list[Line] = []
    for stage in new.stages:
        for track in stage.tracks:
            if id(track) in opened:
                found += _opened(old, track, facts, open_groups, passed)
            else:
                behind = new.order[stage.state] < new.order[state]
                found += _closed(track, facts, open_groups, passed, behind)
    known = {line.group for line in found}
    for key, one in open_groups.items():
        if key not in known:
            found.append(Line(key, BLOCKED, ACTED) if one.acted else Line(key, DROPPED))
    return found + [Line(key, DROPPED) for key in old.places if key in passed and key not in known]


def _opened(
    old: RouteSpec, track: TrackSpec, facts: Mapping[str, Any], live: Mapping[str, Live], passed: set[str]
) -> list[Line]:
    """A track that is open in the case's state: its first group that does not stand is what is asked now."""
    found, reached = [], False
    for group in track.groups:
        if group.key in passed:
            found.append(Line(group.key, STANDS))
        elif not _applying(group, facts):
            continue
        elif group.key in live:
            same = not reached and _same(old, track, group, facts)
            found.append(_live(live[group.key], same))
            reached = True
        else:
            found.append(Line(group.key, NEW))
            reached = True
    return found


def _closed(
    track: TrackSpec, facts: Mapping[str, Any], live: Mapping[str, Live], passed: set[str], behind: bool
) -> list[Line]:
    """A track that is not open: its state lies behind, or it opens later."""
    found = []
    for group in track.groups:
        if group.key in passed:
            found.append(Line(group.key, STANDS))
        elif group.key in live:
            found.append(_live(live[group.key], same=False))
        elif behind and _applying(group, facts):
            found.append(Line(group.key, BEHIND))
        elif _applying(group, facts):
            found.append(Line(group.key, NEW))
    return found


def _live(one: Live, same: bool) -> Line:
    if same:
        return Line(one.group, KEPT)
    return Line(one.group, BLOCKED, ACTED) if one.acted else Line(one.group, AGAIN)


def _applying(group: GroupSpec, facts: Mapping[str, Any]) -> list[PlanSpec]:
    return [plan for plan in group.plans if conditions.holds(plan.condition, facts)]


def _same(old: RouteSpec, track: TrackSpec, group: GroupSpec, facts: Mapping[str, Any]) -> bool:
    """Whether both versions ask the same of the same posts at the same place; leads and papers may differ."""
    place = old.places.get(group.key)
    if place is None or (place.track.stage, place.track.key) != (track.stage, track.key):
        return False
    return _asked(place.group, facts) == _asked(group, facts)


def _asked(group: GroupSpec, facts: Mapping[str, Any]) -> tuple[Any, ...]:
    plans = _applying(group, facts)
    asked = [(p.key, p.role, p.resolver, p.duty, p.weight, p.each_holder, p.aspects) for p in plans]
    return (group.rule, group.threshold, asked)


def blocked(found: Iterable[Line]) -> list[Line]:
    """What stands in the way; a case with any of these is not moved at all."""
    return [line for line in found if line.becomes == BLOCKED]
