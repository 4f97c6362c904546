"""Before several are approved at once: how many really can be, how much money that is, and why not the others."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _

from workflow import errors, policies, rights
from workflow.models import Case, Decision, Hold, Participant, Step, User
from workflow.queries import words
from workflow.queries.glance import Glance
from workflow.rules.codes import BULK_MOST


@dataclass(frozen=True)
class Candidate:
    """One selected step; `why_not` is empty when it can really be approved with the others."""

    step_id: int
    reference: str
    title: str
    name: str
    amount: Decimal | None
    why_not: str
    seen: dict[str, str]


@dataclass(frozen=True)
class Preview:
    """What the bar and the preview say. `amount` in yuan, of those that can be approved and whose money is in sight."""

    rows: list[Candidate]
    selected: int
    can: int
    amount: Decimal
    attest: bool  # at least one needs a document number


def preview(user: User, step_ids: Iterable[int], today: date) -> Preview:
    """Judge a selection in a fixed number of statements, however many are selected; steps out of sight are left out."""
    wanted = sorted(set(step_ids))[:BULK_MOST]
    authorities = policies.postings_of(user, today)
    seen = Case.objects.filter(policies.scope_of(user, authorities, today)).values("pk")
    steps = list(Step.objects.filter(pk__in=wanted, case__in=seen).values_list("pk", "case_id"))
    readings = _readings(user, {case for _step, case in steps}, authorities, today)
    found = {step.pk: (reading, step) for reading in readings.values() for step in reading.steps}
    rows = [_candidate(*found[pk]) for pk, _case in sorted(steps)]
    able = [row for row in rows if not row.why_not]
    return Preview(
        rows=rows,
        selected=len(rows),
        can=len(able),
        amount=sum((row.amount for row in able if row.amount is not None), Decimal("0.00")),
        attest=any(found[row.step_id][0].route.plans[found[row.step_id][1].plan][1].attest for row in able),
    )


def _readings(user: User, cases: set[int], authorities: list[policies.Authority], today: date) -> dict[int, Glance]:
    steps: dict[int, list[Step]] = defaultdict(list)
    for step in Step.objects.filter(case__in=cases).select_related("unit", "holder", "round").order_by("id"):
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


def _candidate(reading: Glance, step: Step) -> Candidate:
    plan = reading.plan(step)
    case = reading.case
    amount = case.facts.get("amount") if "amounts" in policies.aspects_in_sight(reading.authorities, case) else None
    return Candidate(
        step_id=step.pk,
        reference=case.reference,
        title=case.title,
        name=words.name(plan.names),
        amount=Decimal(str(amount)) if amount is not None else None,
        why_not=_why_not(reading, step),
        seen={aspect: case.hashes.get(aspect, "") for aspect in plan.aspects},
    )


def _why_not(reading: Glance, step: Step) -> str:
    """The first reason why this step cannot be approved with the others, in the words of the command's refusal."""
    plan = reading.plan(step)
    if step.state == "open" and not plan.bulk_allowed:
        return str(errors.NotForBulk())
    if why := rights.why_not(reading, step):
        return str(why)
    missing = rights.missing_for(reading, step)
    return _("Missing: %(what)s") % {"what": "; ".join(missing)} if missing else ""
