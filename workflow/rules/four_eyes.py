"""Four eyes (promise P5): who may not decide a step because of what they, or whom they act for, did before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from workflow.rules.codes import EXCLUSIVE, JUDGING
from workflow.rules.route import Place, PlanSpec


@dataclass(frozen=True)
class Act:
    """One earlier decision on the case: by whom (actor and on-behalf-of), on which plan."""

    persons: frozenset[int]
    stage: str
    group: str
    duty: str


def exclusion(
    persons: frozenset[int],
    place: Place,
    plan: PlanSpec,
    acts: Iterable[Act],
    authors: Mapping[str, Iterable[int]],
    cadres: frozenset[int],
) -> str:
    """Why these persons are excluded, as a code; empty when they may decide. Always in code, never by habit."""
    if persons & cadres:
        return "own_household"
    if plan.duty in JUDGING and any(persons & set(authors.get(aspect, ())) for aspect in plan.aspects):
        return "wrote_it"
    for act in acts:
        if not persons & act.persons:
            continue
        if act.stage == place.stage.state and act.group != place.group.key:
            return "same_stage"
        if act.group != place.group.key and clash(plan, act.duty):
            return "duties"
    return ""


def clash(plan: PlanSpec, earlier_duty: str) -> bool:
    """Whether one person may not hold both duties in one case."""
    if earlier_duty in plan.excludes:
        return True
    return any({plan.duty, earlier_duty} <= pair and plan.duty != earlier_duty for pair in EXCLUSIVE)
