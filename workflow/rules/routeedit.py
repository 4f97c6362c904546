"""Edits of a route's document: change, add, move and remove parts by address. Pure; the caller stores the result."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workflow.rules import canonical, routedoc
from workflow.rules.routedoc import Document
from workflow.rules.words import ESTIMATE

INSIDE = {"stage": "tracks", "track": "groups", "group": "plans"}


class NoSuchPart(Exception):
    """The address names no part of this document."""


class Outdated(Exception):
    """The part is no longer what the editor saw; carries what it is now."""

    def __init__(self, now: Document) -> None:
        self.now = now
        super().__init__("outdated")


@dataclass(frozen=True)
class Spot:
    """A part, the list it stands in, and its place there."""

    part: Document
    siblings: list[Document]
    index: int
    within: str  # address of the part that holds it; empty for stages


def find(document: Document, address: str) -> Spot:
    """Where a part stands; NoSuchPart when there is none."""
    for stage_at, stage in enumerate(document["stages"]):
        within = f"stage:{stage['state']}"
        if address == within:
            return Spot(stage, document["stages"], stage_at, "")
        for track_at, track in enumerate(stage["tracks"]):
            lane = f"track:{stage['state']}/{track['key']}"
            if address == lane:
                return Spot(track, stage["tracks"], track_at, within)
            found = _in_track(track, lane, address)
            if found:
                return found
    raise NoSuchPart(address)


def _in_track(track: Document, lane: str, address: str) -> Spot | None:
    for at, group in enumerate(track["groups"]):
        if address == f"group:{group['key']}":
            return Spot(group, track["groups"], at, lane)
        for rank, plan in enumerate(group["plans"]):
            if address == f"plan:{plan['key']}":
                return Spot(plan, group["plans"], rank, f"group:{group['key']}")
    return None


def fingerprint(document: Document, address: str) -> str:
    """Hash of a part without what is in it, and of the order of what is: what an editor saw of it."""
    if address == "route:":
        return canonical.digest(canonical.text(document.get("policies") or {}))
    part = find(document, address).part
    inner = INSIDE.get(address.split(":")[0], "")
    order = [one.get("key", "") for one in part.get(inner, ())]
    return canonical.digest(canonical.text([routedoc.own(part), order]))


def unchanged(document: Document, address: str, seen: str) -> None:
    """Outdated when the part is not what the editor saw."""
    if fingerprint(document, address) != seen:
        now = document.get("policies") or {} if address == "route:" else find(document, address).part
        raise Outdated(routedoc.own(now))


def change(document: Document, address: str, values: Mapping[str, Any]) -> Document:
    """Set entries of a part; the parts in it stay."""
    if address == "route:":
        document["policies"] = {**(document.get("policies") or {}), **values}
        return document
    spot = find(document, address)
    part, names = spot.part, spot.part.get("names")
    part.update({name: _in_order(part.get(name), value) for name, value in values.items()})
    if address.startswith("plan:") and len(spot.siblings) == 1:  # a group of one is called like its plan
        group = find(document, spot.within).part
        group["names"] = dict(part["names"]) if group["names"] == names else group["names"]
    return document


def _in_order(before: Any, after: Any) -> Any:
    """A list keeps the order it had: boxes ticked on a form have none of their own."""
    if not isinstance(before, list) or not isinstance(after, list):
        return after
    return [one for one in before if one in after] + [one for one in after if one not in before]


def remove(document: Document, address: str) -> Document:
    """Take a part out, with everything in it. Refusals that led to a removed group lead to the drafter."""
    spot = find(document, address)
    del spot.siblings[spot.index]
    left = {group["key"] for stage in document["stages"] for track in stage["tracks"] for group in track["groups"]}
    for _address, part in routedoc.parts(document):
        if part.get("on_refuse") and part["on_refuse"] not in left:
            part["on_refuse"] = ""
    return document


def move(document: Document, address: str, by: int) -> Document:
    """Move a part among its siblings: -1 earlier, +1 later; at an end it stays."""
    spot = find(document, address)
    target = min(max(spot.index + by, 0), len(spot.siblings) - 1)
    spot.siblings.insert(target, spot.siblings.pop(spot.index))
    return document


def add_plan(document: Document, group_address: str) -> tuple[Document, str]:
    """Add a plan to a group, like its last one but unconditional; returns its address."""
    group = find(document, group_address).part
    key = _free(document, f"{group['key']}_plan")
    model = group["plans"][-1] if group["plans"] else {"role": "clerk", "unit": "home_town", "duty": "review"}
    kept = {name: model[name] for name in ("role", "unit", "duty", "supervisor") if name in model}
    group["plans"].append({"key": key, "names": dict(group["names"]), **kept, "lead": 3, "source": ESTIMATE})
    return document, f"plan:{key}"


def add_group(document: Document, track_address: str, after: int = -1) -> tuple[Document, str]:
    """Add a group with one plan to a track, at its end or behind the place `after`; returns its address."""
    track = find(document, track_address).part
    key = _free(document, "group")
    names = {"zh-hans": "新环节", "en": "New group"}
    made: Document = {"key": key, "names": names, "plans": []}
    place = len(track["groups"]) if after < 0 else after + 1
    track["groups"].insert(place, made)
    add_plan(document, f"group:{key}")
    return document, f"group:{key}"


def add_track(document: Document, state: str) -> tuple[Document, str]:
    """Add a track with one group to a stage, side by side with the others; returns its address."""
    stage = find(document, f"stage:{state}").part
    key = _free(document, "track")
    stage["tracks"].append({"key": key, "groups": []})
    add_group(document, f"track:{state}/{key}")
    return document, f"track:{state}/{key}"


def add_stage(document: Document, state: str, order: list[str]) -> tuple[Document, str]:
    """Add the stage of a state where the lifecycle has it, with one track; returns its address."""
    before = order[: order.index(state)]
    place = sum(1 for stage in document["stages"] if stage["state"] in before)
    document["stages"].insert(place, {"state": state, "tracks": []})
    add_track(document, state)
    return document, f"stage:{state}"


def _free(document: Document, stem: str) -> str:
    taken = {part.get("key") for _address, part in routedoc.parts(document)}
    number = 1
    while f"{stem[:34]}_{number}" in taken:
        number += 1
    return f"{stem[:34]}_{number}"
