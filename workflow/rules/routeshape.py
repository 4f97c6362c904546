"""Whether a document is a route at all: shapes, keys and known words. Each fault names its place and what to change."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from workflow.rules import asking, conditions, routedoc
from workflow.rules.codes import DUTIES
from workflow.rules.effects import RULES
from workflow.rules.routedoc import Document
from workflow.rules.vocabulary import Vocabulary

LEAD_UNITS = ("working", "calendar")
KEY = re.compile(r"^[a-z][a-z0-9_]{0,39}$")
LANGUAGES = ("zh-hans", "en")
MOST_DAYS = 730  # a lead of more than two years is a slip of the pen


@dataclass(frozen=True)
class Fault:
    """One thing that keeps a route from being published: where (an address, see routedoc.parts) and what to change."""

    address: str
    text: str
    blocking: bool = True

    def __str__(self) -> str:
        return f"{self.address}: {self.text}"


def well_formed(document: Any) -> bool:
    """Whether every part has its list of parts and every mandatory entry has the right type."""
    try:
        whole = isinstance(document.get("policies") or {}, dict) and bool(document["stages"])
        return whole and all(_shaped(address, part) for address, part in routedoc.parts(document))
    except (KeyError, TypeError, AttributeError):
        return False


def _shaped(address: str, part: Any) -> bool:
    level = address.split(":")[0]
    inner = {"stage": "tracks", "track": "groups", "group": "plans"}.get(level)
    if inner and not isinstance(part[inner], list):
        return False
    if level not in ("group", "plan"):
        return True
    names = part["names"]
    if not isinstance(names, dict) or not all(isinstance(n, str) for n in names.values()):
        return False
    return (level == "group" and _whole(part, "threshold")) or (level == "plan" and _plan_shaped(part))


def _plan_shaped(plan: Document) -> bool:
    texts = all(isinstance(plan[name], str) for name in ("role", "unit", "duty"))
    lists = all(isinstance(plan.get(name, []), list) for name in ("aspects", "needs", "papers", "excludes"))
    return texts and lists and "lead" in plan and all(_whole(plan, name) for name in ("lead", "not_before", "weight"))


def _whole(part: Document, name: str) -> bool:
    value = part.get(name, 0)
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 32767


def faults(document: Any, words: Vocabulary) -> list[Fault]:
    """Everything that a document alone can be wrong in."""
    if not well_formed(document):
        return [Fault("stage:", _("This is not a route: stages hold tracks, tracks groups, groups plans."))]
    found = [*_policies(document.get("policies") or {}), *_doubled(document), *_places(document, words)]
    groups = {group["key"] for _s, _t, group in _groups(document)}
    for stage, track, group in _groups(document):
        found += _group_faults(group, groups)
        for plan in group["plans"]:
            found += [Fault(f"plan:{plan['key']}", text) for text in _plan_faults(plan, words)]
        if not KEY.match(track["key"]):
            found.append(Fault(f"track:{stage['state']}/{track['key']}", _key_text()))
    return found


def _policies(policies: Mapping[str, Any]) -> Iterator[Fault]:
    for name, value in policies.items():
        known = asking.CHOICES.get(name, ())
        if value not in known:
            words = {"name": name, "known": ", ".join(known or asking.CHOICES)}
            yield Fault("route:", _("Policy “%(name)s”: choose one of %(known)s.") % words)


def _groups(document: Document) -> Iterator[tuple[Document, Document, Document]]:
    for stage in document["stages"]:
        for track in stage["tracks"]:
            for group in track["groups"]:
                yield stage, track, group


def _doubled(document: Document) -> Iterator[Fault]:
    seen: set[str] = set()
    for address, _part in routedoc.parts(document):
        if address in seen:
            yield Fault(address, _("This key is used twice; every group and every plan needs its own."))
        seen.add(address)


def _places(document: Document, words: Vocabulary) -> Iterator[Fault]:
    order = {stage["state"]: index for index, stage in enumerate(document["stages"])}
    lifecycle = [state for state in words.states if state in order]
    if list(order) != lifecycle:
        yield Fault(
            f"stage:{next(iter(order))}",
            _("The stages must be states of the lifecycle, each once and in its order: %(states)s.")
            % {"states": " › ".join(str(name) for name in words.states.values())},
        )
    for stage in document["stages"]:
        if stage.get("point") and stage["point"] not in words.points:
            known = ", ".join(str(name) for name in words.points.values())
            yield Fault(
                f"stage:{stage['state']}", _("Unknown schedule point; known are: %(known)s.") % {"known": known}
            )
        if not stage["tracks"]:
            yield Fault(f"stage:{stage['state']}", _("A stage needs at least one track."))
        for track in stage["tracks"]:
            yield from _track_faults(stage["state"], track, order)


def _track_faults(state: str, track: Document, order: Mapping[str, int]) -> Iterator[Fault]:
    address, opens = f"track:{state}/{track['key']}", track.get("opens_in") or state
    if opens not in order or order[opens] > order.get(state, 0):
        yield Fault(address, _("A track must open in its own stage or in an earlier one of this route."))
    if not track["groups"]:
        yield Fault(address, _("A track needs at least one group."))


def _key_text() -> str:
    return _("A key is 1 to 40 small Latin letters, digits or underscores and begins with a letter.")


def _group_faults(group: Document, groups: set[str]) -> Iterator[Fault]:
    address, rule, plans = f"group:{group['key']}", group.get("rule", "all"), group["plans"]
    threshold = group.get("threshold", 0)
    if not KEY.match(group["key"]):
        yield Fault(address, _key_text())
    if not _named(group["names"]):
        yield Fault(address, _("It needs a name in Chinese and in English."))
    if not plans:
        yield Fault(address, _("A group needs at least one plan."))
    if rule not in RULES:
        yield Fault(address, _("Unknown rule; choose all, any, k of n, weighted or in order."))
    most = sum(plan.get("weight", 1) for plan in plans) if rule == "weighted" else len(plans)
    many = any(plan.get("each_holder") for plan in plans)  # then there may be more steps than plans
    if rule in ("k_of_n", "weighted") and not 1 <= threshold <= (most if not many else 32767):
        yield Fault(address, _("The threshold must lie between 1 and %(most)d.") % {"most": most})
    if group.get("on_refuse") and group["on_refuse"] not in groups:
        yield Fault(address, _("A refusal must lead to a group of this route, or to the drafter."))


def _named(names: Mapping[str, str]) -> bool:
    return all(names.get(language, "").strip() for language in LANGUAGES)


def _plan_faults(plan: Document, words: Vocabulary) -> list[str]:
    condition = plan.get("condition")
    checks = (
        (bool(KEY.match(plan["key"])), _key_text()),
        (_named(plan["names"]), _("It needs a name in Chinese and in English.")),
        (plan["role"] in words.roles, _("Unknown role “%(word)s”.") % {"word": plan["role"]}),
        (plan["unit"] in words.resolvers, _("Unknown unit “%(word)s”.") % {"word": plan["unit"]}),
        (plan["duty"] in DUTIES, _("Unknown duty “%(word)s”.") % {"word": plan["duty"]}),
        (plan.get("supervisor", "vice_leader") in words.roles, _("The supervisor's role is unknown.")),
        (0 < plan["lead"] <= MOST_DAYS, _("The lead time must lie between 1 and %(most)d days.") % {"most": MOST_DAYS}),
        (plan.get("lead_unit", "working") in LEAD_UNITS, _("The lead counts working or calendar days.")),
        (bool(str(plan.get("source", "")).strip()), _("Name the document the lead time comes from, or E (estimate).")),
    )
    found = [text for good, text in checks if not good]
    found += _unknown(plan, "needs", words.needs, _("Unknown need: %(word)s."))
    found += _unknown(plan, "papers", words.papers, _("Unknown paper: %(word)s."))
    found += _unknown(plan, "aspects", words.aspects, _("Unknown aspect: %(word)s."))
    found += _unknown(plan, "excludes", dict.fromkeys(DUTIES), _("Unknown excluded duty: %(word)s."))
    return found + conditions.faults(condition or None, words.facts)


def _unknown(plan: Document, name: str, known: Mapping[str, Any], text: str) -> list[str]:
    return [text % {"word": word} for word in plan.get(name, ()) if word not in known]
