"""Why this date? The days counted and skipped, the rule and its document, the way back from the water."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.apps import apps

from workflow import clock, errors, policies, timelines
from workflow.models import PaperEnd, PointWords, Step, StepPlan, User
from workflow.models.plan import spec
from workflow.queries import words
from workflow.rules import dates, explain
from workflow.rules import words as sentences
from workflow.rules.explain import Counting, Derivation
from workflow.rules.route import RouteSpec
from workflow.timelines import Timeline


@dataclass(frozen=True)
class Following:
    """A group that must still follow, in words."""

    name: str
    lead_days: int
    latest: date


@dataclass(frozen=True)
class Why:
    """Everything the fragment says about one step's date."""

    step: Step
    name: str
    opened_on: date
    counting: Counting | None  # of a lead in working days
    held: Counting | None  # the working days that holds gave back, after the lead
    lead_end: date
    source: str
    by_document: bool
    estimate: bool
    derivation: Derivation | None
    state_name: str
    point: PointWords | None
    following: list[Following]
    papers: list[PaperEnd]
    provisional_years: list[int]


def why(user: User, step_id: int, *, now: datetime | None = None) -> Why:
    """The explanation of a step in the reader's sight; NotFound otherwise (promise P20)."""
    today = clock.date_of(now) if now else clock.today()
    step = Step.objects.select_related("case__schedule", "round").filter(pk=step_id).first()
    if step is None or not policies.visible_cases(user, today).filter(pk=step.case_id).exists():
        raise errors.NotFound()
    case: Any = apps.get_model(step.case.kind).objects.select_related("schedule").get(pk=step.case_id)
    line, route = timelines.of(case.schedule), spec(case.route_id)
    opened_on = clock.date_of(step.opened_at)
    found = route.plans.get(step.plan)
    plan = dates.plan_of(route, line.points, case.facts, line.leads)
    derived = explain.derivation(plan, line.calendar, step.round.group)
    stage = route.stage(derived.state) if derived else None
    source, by_document = _source(step, route, line)
    return Why(
        step=step,
        name=words.name(found[1].names) if found else step.plan,
        opened_on=opened_on,
        counting=explain.counting(opened_on, step.lead, line.calendar) if step.lead_unit == "working" else None,
        held=_held(step, opened_on, line),
        lead_end=dates.forward(opened_on, step.lead, step.lead_unit, line.calendar),
        source=source,
        by_document=by_document,
        estimate=not by_document and sentences.estimated(source),
        derivation=derived,
        state_name=str(case.state_names.get(derived.state, derived.state)) if derived else "",
        point=case.point_words(stage.point) if stage else None,
        following=_following(route, derived),
        papers=case.paper_ends() if step.expiry else [],
        provisional_years=line.calendar.uncovered(opened_on.year, max(step.due, opened_on).year),
    )


def _held(step: Step, opened_on: date, line: Timeline) -> Counting | None:
    if not step.held_days:
        return None
    start = dates.forward(opened_on, step.lead, step.lead_unit, line.calendar)
    return explain.counting(start, step.held_days, line.calendar)


def _source(step: Step, route: RouteSpec, line: Timeline) -> tuple[str, bool]:
    """The document that sets the lead, or where the route's own comes from."""
    documents: Mapping[str, str] = line.documents
    if step.plan in documents:
        return documents[step.plan], True
    rows = StepPlan.objects.filter(group__track__stage__route=route.id, key=step.plan)
    return rows.values_list("lead_source", flat=True).first() or "", False


def _following(route: RouteSpec, derived: Derivation | None) -> list[Following]:
    if derived is None:
        return []
    return [
        Following(words.name(route.places[link.group].group.names), link.lead_days, link.latest)
        for link in derived.chain
        if link.lead_days
    ]
