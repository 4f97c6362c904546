"""A route as a document: the one form in which it is drafted, exported, imported and compared. Pure: no database.

The document is what a YAML file holds: plain mappings and lists, in a fixed order, defaults left out, so that two
versions differ in the lines in which they differ. `spec_of` and `document_of` are each other's inverse.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workflow.rules.route import GroupSpec, PlanSpec, RouteSpec, StageSpec, TrackSpec

Document = dict[str, Any]


@dataclass(frozen=True)
class Field:
    """One entry of a part: its name in the document, its attribute in the specification, its default."""

    name: str
    attribute: str
    default: Any = None  # None: it must be given

    def read(self, part: Mapping[str, Any]) -> Any:
        """The value in a part; lists become tuples, because specifications are frozen."""
        value = part.get(self.name, self.default)
        return tuple(value) if isinstance(value, list) else value


# a field added to the plan, group, track or stage has one line here; rows, files, forms and diffs follow
PLAN = (
    Field("key", "key"),
    Field("names", "names"),
    Field("role", "role"),
    Field("unit", "resolver"),
    Field("duty", "duty"),
    Field("lead", "lead"),
    Field("lead_unit", "lead_unit", "working"),
    Field("source", "lead_source", ""),
    Field("not_before", "not_before_days", 0),
    Field("aspects", "aspects", ()),
    Field("needs", "needs", ()),
    Field("papers", "papers", ()),
    Field("condition", "condition", False),
    Field("attest", "attest", False),
    Field("each_holder", "each_holder", False),
    Field("bulk", "bulk_allowed", False),
    Field("weight", "weight", 1),
    Field("supervisor", "supervisor_role", "vice_leader"),
    Field("excludes", "excludes", ()),
)
GROUP = (
    Field("key", "key"),
    Field("names", "names"),
    Field("rule", "rule", "all"),
    Field("threshold", "threshold", 0),
    Field("on_refuse", "on_refuse", ""),
)
ROUTE = (  # of the route as a whole, under "policies" (rules/asking.py)
    Field("repeats", "repeats", "ask"),
    Field("self_approval", "self_approval", "superior"),
    Field("nobody", "nobody", "superior"),
)
STAGE = (Field("state", "state"), Field("point", "point", ""), Field("after_storage", "after_storage", False))


DEFAULTS = {field.name: field.default for fields in (ROUTE, STAGE, GROUP, PLAN) for field in fields}


# --- reading ---------------------------------------------------------------------
def spec_of(document: Document, *, kind: str, mode: str, route_id: int = 0, version: int = 0) -> RouteSpec:
    """The specification a document describes. The document must be well formed (see routeshape.faults)."""
    stages = tuple(_stage(stage) for stage in document["stages"])
    whole = _values(ROUTE, document.get("policies") or {})
    return RouteSpec(id=route_id, kind=kind, mode=mode, version=version, stages=stages, **whole)


def _values(fields: tuple[Field, ...], part: Mapping[str, Any]) -> dict[str, Any]:
    return {field.attribute: field.read(part) for field in fields}


def _stage(stage: Mapping[str, Any]) -> StageSpec:
    tracks = tuple(_track(track, stage["state"]) for track in stage["tracks"])
    return StageSpec(**_values(STAGE, stage), tracks=tracks)


def _track(track: Mapping[str, Any], state: str) -> TrackSpec:
    groups = tuple(_group(group) for group in track["groups"])
    return TrackSpec(key=track["key"], stage=state, opens_in=track.get("opens_in") or state, groups=groups)


def _group(group: Mapping[str, Any]) -> GroupSpec:
    return GroupSpec(**_values(GROUP, group), plans=tuple(_plan(plan) for plan in group["plans"]))


def _plan(plan: Mapping[str, Any]) -> PlanSpec:
    values = _values(PLAN, plan)
    return PlanSpec(**values | {"condition": values["condition"] or None})


# --- writing ---------------------------------------------------------------------
def document_of(spec: RouteSpec) -> Document:
    """The document of a specification, in the one fixed order, defaults left out."""
    chosen = _entries(ROUTE, spec)
    policies = {"policies": chosen} if chosen else {}
    return {**policies, "stages": [_stage_document(stage) for stage in spec.stages]}


def _entries(fields: tuple[Field, ...], part: Any) -> Document:
    found: Document = {}
    for field in fields:
        value = getattr(part, field.attribute)
        if field.default is None or (value is not None and _plain(value) != _plain(field.default)):
            found[field.name] = _plain(value)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(value[key]) for key in sorted(value, key=_rank)}
    return [_plain(one) for one in value] if isinstance(value, tuple | list) else value


def _rank(key: str) -> tuple[bool, str]:
    """Chinese before English, the fact before what is asked of it; the database keeps no order of its own."""
    return key not in ("zh-hans", "fact"), key


def _stage_document(stage: StageSpec) -> Document:
    return _entries(STAGE, stage) | {"tracks": [_track_document(track) for track in stage.tracks]}


def _track_document(track: TrackSpec) -> Document:
    opens = {} if track.opens_in == track.stage else {"opens_in": track.opens_in}
    return {"key": track.key, **opens, "groups": [_group_document(group) for group in track.groups]}


def _group_document(group: GroupSpec) -> Document:
    return _entries(GROUP, group) | {"plans": [_entries(PLAN, plan) for plan in group.plans]}


def tidy(document: Document) -> Document:
    """The same document in the fixed order with defaults left out."""
    return document_of(spec_of(document, kind="", mode=""))


# --- parts ---------------------------------------------------------------------
def parts(document: Document) -> Iterator[tuple[str, Document]]:
    """Every part with its address: route:, stage:STATE, track:STATE/KEY, group:KEY, plan:KEY."""
    yield "route:", document.get("policies") or {}
    for stage in document["stages"]:
        yield f"stage:{stage['state']}", stage
        for track in stage["tracks"]:
            yield f"track:{stage['state']}/{track['key']}", track
            for group in track["groups"]:
                yield f"group:{group['key']}", group
                for plan in group["plans"]:
                    yield f"plan:{plan['key']}", plan


def own(part: Mapping[str, Any]) -> Document:
    """A part without the parts in it."""
    return {name: value for name, value in part.items() if name not in ("tracks", "groups", "plans")}


@dataclass(frozen=True)
class Change:
    """One difference between two documents: address, what happened (added, removed, changed, moved), and fields."""

    address: str
    how: str
    fields: tuple[tuple[str, Any, Any], ...] = ()  # (name, before, after)


def differences(before: Document, after: Document) -> list[Change]:
    """What an editor changed, in the order of the newer document; removed parts stand last."""
    old, new = dict(parts(before)), dict(parts(after))
    found = [_difference(address, old.get(address), part) for address, part in new.items()]
    gone = [Change(address, "removed") for address in old if address not in new]
    shifted = _moved(list(old), list(new))
    return [change for change in found if change] + [Change(address, "moved") for address in shifted] + gone


def _difference(address: str, before: Document | None, after: Document) -> Change | None:
    if before is None:
        return Change(address, "added")
    was, now = own(before), own(after)
    names = dict.fromkeys([*was, *now])
    fields = tuple((name, was.get(name), now.get(name)) for name in names if was.get(name) != now.get(name))
    return Change(address, "changed", fields) if fields else None


def _moved(before: list[str], after: list[str]) -> list[str]:
    """Addresses kept by both whose order differs: those outside the longest common order."""
    kept = [address for address in after if address in set(before)]
    place = {address: index for index, address in enumerate(before)}
    best: list[list[str]] = []
    for address in kept:
        before_it = [run for run in best if place[run[-1]] < place[address]]
        best.append([*_longest(before_it), address])
    stayed = set(_longest(best))
    return [address for address in kept if address not in stayed]


def _longest(runs: list[list[str]]) -> list[str]:
    return max(runs, key=len) if runs else []
