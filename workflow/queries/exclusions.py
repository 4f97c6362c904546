"""Four eyes over many cases at once: who is excluded from which open step, in a fixed number of statements."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from workflow import reach
from workflow.models import Case, Decision, Participant, Step
from workflow.models.plan import spec
from workflow.rules import four_eyes
from workflow.rules.four_eyes import Act
from workflow.rules.route import RouteSpec


@dataclass(frozen=True)
class Ledger:
    """What was done on one case, as four eyes asks."""

    route: RouteSpec
    acts: list[Act]
    authors: dict[str, list[int]]
    cadres: frozenset[int]

    def excludes(self, step: Step, persons: frozenset[int]) -> str:
        """Why these persons may not decide the step, as a code; empty when they may."""
        place, plan = self.route.plans[step.plan]
        return four_eyes.exclusion(persons, place, plan, self.acts, self.authors, self.cadres)


def ledgers(case_ids: Iterable[int]) -> dict[int, Ledger]:
    """The ledger of each case."""
    wanted = set(case_ids)
    steps: dict[int, list[Step]] = defaultdict(list)
    for step in Step.objects.filter(case__in=wanted).select_related("round").order_by("id"):
        steps[step.case_id].append(step)
    decisions: dict[int, dict[int, Decision]] = defaultdict(dict)
    for decision in Decision.objects.filter(case__in=wanted):
        decisions[decision.case_id][decision.step_id] = decision
    cadres: dict[int, set[int]] = defaultdict(set)
    rows = Participant.objects.filter(case__in=wanted, role="contact_cadre")
    for case_id, user_id in rows.values_list("case_id", "user_id"):
        cadres[case_id].add(user_id)
    return {
        case.pk: Ledger(
            route=spec(case.route_id),
            acts=reach.acts_of(spec(case.route_id), steps[case.pk], decisions[case.pk]),
            authors=case.authors,
            cadres=frozenset(cadres[case.pk]),
        )
        for case in Case.objects.filter(pk__in=wanted)
    }


def exclusions(steps: Iterable[Step], person: int) -> dict[int, str]:
    """By step id, why four eyes excludes this person; steps they may decide are left out."""
    steps = list(steps)
    books = ledgers({step.case_id for step in steps})
    found = {step.pk: books[step.case_id].excludes(step, frozenset({person})) for step in steps}
    return {pk: why for pk, why in found.items() if why}
