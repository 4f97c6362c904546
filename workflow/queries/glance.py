"""A case read without locking it, in the shape that seats, rights and candidates read: what the commands will ask."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.apps import apps

from workflow import policies, reach, seats
from workflow.models import Case, Decision, Hold, Participant, Round, Step, User
from workflow.models.plan import spec
from workflow.policies import Authority
from workflow.rules.four_eyes import Act
from workflow.rules.route import PlanSpec, RouteSpec


class Glance:
    """One case as one person finds it now (see workflow.seats.Run)."""

    def __init__(
        self,
        case: Any,
        actor: User,
        today: date,
        *,
        authorities: list[Authority],
        steps: list[Step],
        decisions: dict[int, Decision],
        holds: Iterable[Hold],
        cadres: frozenset[int],
    ) -> None:
        self.case, self.today = case, today
        self.actor: User | None = actor
        self.route: RouteSpec = spec(case.route_id)
        self.steps, self.decisions = steps, decisions
        self._authorities, self._cadres = authorities, cadres
        self.every_hold = list(holds)
        self.holds = [one for one in self.every_hold if one.resumed_at is None]
        by_round = {hold.round_id: hold for hold in self.holds}
        self.hold: Hold | None = by_round.pop(None, None)
        self.round_holds: dict[int, Hold] = {pk: hold for pk, hold in by_round.items() if pk is not None}
        self.rounds = seats.joined(steps)

    @property
    def authorities(self) -> list[Authority]:
        """The reader's postings today."""
        return self._authorities

    @property
    def cadres(self) -> frozenset[int]:
        """The household's contact cadres, past ones included."""
        return self._cadres

    def acts(self) -> list[Act]:
        """Every decision ever made on the case."""
        return reach.acts_of(self.route, self.steps, self.decisions)

    def plan(self, step: Step) -> PlanSpec:
        """The plan a step was made from."""
        return self.route.plans[step.plan][1]

    def hold_on(self, step: Step) -> Hold | None:
        """What keeps this step from being decided."""
        return self.hold or self.round_holds.get(step.round_id)

    def stands(self, group: str) -> bool:
        """Whether a group has passed and no return has voided it (content changed since is not looked at)."""
        past = [r for r in self.rounds if r.group == group and not r.parent_id and r.outcome not in Round.UNDECIDED]
        return bool(past) and past[-1].outcome == "passed" and not past[-1].void


def read(user: User, case: Any, today: date) -> Glance:
    """Read the run of a case that this user may see; `case` is the concrete kind's row."""
    related = ("unit", "holder", "round", "added_by", "opinion")
    steps = Step.objects.filter(case_id=case.pk).select_related(*related).order_by("id")
    decided = Decision.objects.filter(case_id=case.pk).select_related("actor", "on_behalf_of", "step__round")
    cadres = Participant.objects.filter(case_id=case.pk, role="contact_cadre").values_list("user_id", flat=True)
    case.cadres = frozenset(cadres)  # the kind's own page asks for them too
    holds = list(Hold.objects.filter(case_id=case.pk).select_related("by").order_by("pk"))
    for hold in holds:
        hold.case = case
    return Glance(
        case,
        user,
        today,
        authorities=policies.postings_of(user, today),
        steps=list(steps),
        decisions={decision.step_id: decision for decision in decided},
        holds=holds,
        cadres=case.cadres,
    )


def of_cases(user: User, cases: set[int], authorities: list[Authority], today: date) -> dict[int, Glance]:
    """Many cases at once, by id, in a fixed number of statements; which of them are in sight is asked before."""
    steps: dict[int, list[Step]] = defaultdict(list)
    related = ("unit", "holder", "round", "added_by")
    for step in Step.objects.filter(case__in=cases).select_related(*related).order_by("id"):
        steps[step.case_id].append(step)
    decisions: dict[int, dict[int, Decision]] = defaultdict(dict)
    for decision in Decision.objects.filter(case__in=cases).select_related("actor", "step__round"):
        decisions[decision.case_id][decision.step_id] = decision
    holds: dict[int, list[Hold]] = defaultdict(list)
    for hold in Hold.objects.filter(case__in=cases, resumed_at=None).order_by("pk"):
        holds[hold.case_id].append(hold)
    cadres: dict[int, set[int]] = defaultdict(set)
    rows = Participant.objects.filter(case__in=cases, role="contact_cadre")
    for case_id, user_id in rows.values_list("case_id", "user_id"):
        cadres[case_id].add(user_id)
    return {
        case.pk: Glance(
            case,
            user,
            today,
            authorities=authorities,
            steps=steps[case.pk],
            decisions=decisions[case.pk],
            holds=holds[case.pk],
            cadres=frozenset(cadres[case.pk]),
        )
        for case in _concrete(cases)
    }


def _concrete(cases: set[int]) -> list[Any]:
    kinds = set(Case.objects.filter(pk__in=cases).values_list("kind", flat=True))
    related = ("home_unit", "partner_unit", "schedule", "drafter")
    found = [apps.get_model(kind).objects.filter(pk__in=cases).select_related(*related) for kind in kinds]
    return [case for rows in found for case in rows]
