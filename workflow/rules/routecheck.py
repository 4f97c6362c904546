"""What a route must satisfy to be published, beyond its shape (routeshape). Pure; each fault says what to change.

Reach: every plan can apply, every rule can be met, every state of the lifecycle has its stage and the stage's guard.
Time: from today the lead times fit before the points of each schedule.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from workflow.rules import conditions, dates
from workflow.rules.route import PASSED, GroupSpec, PlanSpec, RouteSpec, outcome
from workflow.rules.routeshape import Fault
from workflow.rules.vocabulary import Vocabulary
from workflow.rules.workdays import WorkCalendar


def ways(route: RouteSpec, words: Vocabulary) -> list[Mapping[str, Any]]:
    """Facts that lead different ways through the route: one set of facts for each answer to all its conditions."""
    asked = [plan.condition for _place, plan in route.plans.values()]
    found: dict[tuple[bool, ...], Mapping[str, Any]] = {}
    for facts in conditions.probes(asked, words.facts):
        found.setdefault(dates.applying(route, facts), facts)
    return list(found.values()) or [{}]


# --- reach -----------------------------------------------------------------------------------------------------------
def reach(route: RouteSpec, words: Vocabulary) -> list[Fault]:
    """Plans that never apply, rules that cannot be met, refusals that lead forward, states without stage or guard."""
    found = [*_beginning(route), *_states(route, words)]
    for place in route.places.values():
        if place.group.on_refuse in route.places:
            target = route.places[place.group.on_refuse]
            if not route.is_after(place, target):
                text = _("A refusal must lead back: “%(group)s” does not come before it.")
                found.append(Fault(f"group:{place.group.key}", text % {"group": name(target.group.names)}))
        found += _group(place.group, words)
    return found


def name(names: Mapping[str, str]) -> str:
    """The name in the reader's language."""
    first = "en" if (get_language() or "").startswith("en") else "zh-hans"
    return names.get(first) or names.get("zh-hans") or names.get("en") or ""


def _beginning(route: RouteSpec) -> Iterator[Fault]:
    stage = route.stages[0]
    first = stage.tracks[0].groups[0] if stage.tracks and stage.tracks[0].groups else None
    if first is None or not any(plan.duty == "draft" for plan in first.plans):
        yield Fault(f"stage:{stage.state}", _("The first group must be the drafter's: give its plan the duty “draft”."))


def _states(route: RouteSpec, words: Vocabulary) -> Iterator[Fault]:
    for state, label in words.states.items():
        stage = route.stage(state)
        if stage is None:
            text = _("The lifecycle passes through “%(state)s”; without a stage for it a case would stand still there.")
            yield Fault(f"stage:{state}", text % {"state": label})
            continue
        needs = {need for t in stage.tracks for group in t.groups for plan in group.plans for need in plan.needs}
        for need in words.guards.get(state, ()):
            if need not in needs:
                text = _("To leave “%(state)s” the law asks: %(need)s. One of its plans must need it.")
                yield Fault(f"stage:{state}", text % {"state": label, "need": words.needs.get(need, need)})


def _group(group: GroupSpec, words: Vocabulary) -> Iterator[Fault]:
    never = [plan for plan in group.plans if plan.condition and not _possible(plan, words)]
    for plan in never:
        told = conditions.explain(plan.condition, words.facts)
        text = _("It never applies, because no case can have this: %(condition)s. Change or remove the condition.")
        yield Fault(f"plan:{plan.key}", text % {"condition": told})
    if never and len(never) == len(group.plans):
        yield Fault(f"group:{group.key}", _("This group can never open: none of its plans ever applies."))
        return
    for plan in group.plans:
        if plan.condition and plan not in never and _certain(plan, words):
            text = _("Its condition always holds and can be removed.")
            yield Fault(f"plan:{plan.key}", text, blocking=False)
    facts = _unmet(group, words)
    if facts is not None:
        text = _("Where %(facts)s, too few of its plans apply to ever meet its rule. Lower the threshold.")
        yield Fault(f"group:{group.key}", text % {"facts": facts_told(facts, words)})


def _possible(plan: PlanSpec, words: Vocabulary) -> bool:
    return any(conditions.holds(plan.condition, facts) for facts in conditions.probes([plan.condition], words.facts))


def _certain(plan: PlanSpec, words: Vocabulary) -> bool:
    return all(conditions.holds(plan.condition, facts) for facts in conditions.probes([plan.condition], words.facts))


def _unmet(group: GroupSpec, words: Vocabulary) -> Mapping[str, Any] | None:
    """Facts for which the rule fails however everybody decides; a group none of whose plans applies is passed over."""
    for facts, plans in open_ways(group, words):
        votes = [("approved", plan.weight) for plan in plans]
        each = any(plan.each_holder for plan in plans)  # how many vote is a question of the posts (routechecks)
        if not each and outcome(group.rule, group.threshold, votes) != PASSED:
            return facts
    return None


def open_ways(group: GroupSpec, words: Vocabulary) -> Iterator[tuple[Mapping[str, Any], list[PlanSpec]]]:
    """The ways in which a group may open: facts, and those of its plans that then apply."""
    for facts in conditions.probes([plan.condition for plan in group.plans], words.facts):
        plans = [plan for plan in group.plans if conditions.holds(plan.condition, facts)]
        if plans:
            yield facts, plans


def facts_told(facts: Mapping[str, Any], words: Vocabulary) -> str:
    """Facts in words."""
    parts = [{"fact": fact, "is": value} for fact, value in facts.items()]
    return conditions.explain({"all": parts}, words.facts) if parts else _("nothing else is the case")


def duties(route: RouteSpec, before: Mapping[str, str]) -> list[Fault]:
    """A published key keeps its duty for ever: four eyes read the history of migrated cases by it."""
    text = _("The key “%(key)s” was published with another duty. Give the changed plan a key of its own.")
    changed = [plan for _place, plan in route.plans.values() if before.get(plan.key, plan.duty) != plan.duty]
    return [Fault(f"plan:{plan.key}", text % {"key": plan.key}) for plan in changed]


# --- time ------------------------------------------------------------------------------------------------------------
def finish(plan: tuple[dates.PlanStage, ...], start: date, calendar: WorkCalendar) -> dict[str, int]:
    """Working-day ordinal on which each state is left by a case begun on `start`, if everybody takes their whole lead.

    A track starts when its opens_in state is entered; a state is left when every track that gates it is done.
    """
    entered, left = calendar.ordinal(start), {}
    begun: dict[str, int] = {}
    for stage in plan:
        begun[stage.state] = entered
        ends = [begun[track.opens_in] + track.lead_days for track in stage.tracks]
        entered = left[stage.state] = max([entered, *ends])
    return left


def late(
    route: RouteSpec,
    facts: Mapping[str, Any],
    points: Mapping[str, date],
    leads: Mapping[str, dates.Lead],
    start: date,
    calendar: WorkCalendar,
) -> dict[str, int]:
    """Working days by which each stage with a point misses it, for a case begun on `start`; only those that do."""
    plan = dates.plan_of(route, points, facts, leads)
    left = finish(plan, start, calendar)
    missed = {s.state: left[s.state] - calendar.ordinal(s.point) for s in plan if s.point}
    return {state: days for state, days in missed.items() if days > 0}


def deadlines(
    missed: Iterable[Mapping[str, int]], former: Iterable[Mapping[str, int]] | None, where: str, words: Vocabulary
) -> list[Fault]:
    """Stages that would miss their point. Blocking, unless the version in force is as late: then it is no worse."""
    worst = _worst(missed)
    before = _worst(former) if former is not None else {}
    found = []
    for state, days in worst.items():
        text = ngettext(
            "%(where)s: a case begun today leaves “%(state)s” %(days)d working day after its point. Shorten leads.",
            "%(where)s: a case begun today leaves “%(state)s” %(days)d working days after its point. Shorten leads.",
            days,
        )
        told = text % {"where": where, "state": words.states.get(state, state), "days": days}
        found.append(Fault(f"stage:{state}", told, blocking=days > before.get(state, 0)))
    return found


def _worst(missed: Iterable[Mapping[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in missed:
        for state, days in one.items():
            found[state] = max(days, found.get(state, 0))
    return found
