"""Before several are approved at once: how many really can be, how much money that is, and why not the others."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _

from workflow import errors, policies
from workflow.models import Case, Decision, Hold, Participant, Step, User
from workflow.models.plan import spec
from workflow.queries import casepage, words
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
    readings = _readings({case for _step, case in steps}, authorities, today)
    found = {step.pk: (reading, step) for reading in readings.values() for step in reading.steps}
    rows = [_candidate(user, *found[pk]) for pk, _case in sorted(steps)]
    able = [row for row in rows if not row.why_not]
    return Preview(
        rows=rows,
        selected=len(rows),
        can=len(able),
        amount=sum((row.amount for row in able if row.amount is not None), Decimal("0.00")),
        attest=any(found[row.step_id][0].route.plans[found[row.step_id][1].plan][1].attest for row in able),
    )


def _readings(cases: set[int], authorities: list[policies.Authority], today: date) -> dict[int, casepage.Reading]:
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
        case.pk: casepage.Reading(
            case=case,
            route=spec(case.route_id),
            steps=steps[case.pk],
            decisions=decisions[case.pk],
            hold=next((one for one in holds[case.pk] if one.round_id is None), None),
            holds=holds[case.pk],
            authorities=authorities,
            cadres=frozenset(cadres[case.pk]),
            today=today,
        )
        for case in _concrete(cases)
    }


def _concrete(cases: set[int]) -> list[Any]:
    kinds = set(Case.objects.filter(pk__in=cases).values_list("kind", flat=True))
    related = ("home_unit", "partner_unit", "schedule", "drafter")
    found = [apps.get_model(kind).objects.filter(pk__in=cases).select_related(*related) for kind in kinds]
    return [case for rows in found for case in rows]


def _candidate(user: User, reading: casepage.Reading, step: Step) -> Candidate:
    _place, plan = reading.route.plans[step.plan]
    case = reading.case
    amount = case.facts.get("amount") if "amounts" in policies.aspects_in_sight(reading.authorities, case) else None
    return Candidate(
        step_id=step.pk,
        reference=case.reference,
        title=case.title,
        name=words.name(plan.names),
        amount=Decimal(str(amount)) if amount is not None else None,
        why_not=_why_not(user, reading, step),
        seen={aspect: case.hashes.get(aspect, "") for aspect in plan.aspects},
    )


def _why_not(user: User, reading: casepage.Reading, step: Step) -> str:
    """The first reason why this step cannot be approved with the others, in the words of the command's refusal."""
    place, plan = reading.route.plans[step.plan]
    if step.state != "open":
        return str(errors.NoLongerOpen(why=step.state))
    if not plan.bulk_allowed:
        return str(errors.NotForBulk())
    authority = policies.authority_for(reading.authorities, step)
    if authority is None:
        return str(errors.NotYours(role=policies.Role(step.role).label, unit=step.unit.name))
    if why := casepage.why_not(reading, user, step, authority, place, plan):
        return why
    missing = casepage.missing(reading, plan)
    return _("Missing: %(what)s") % {"what": "; ".join(missing)} if missing else ""
