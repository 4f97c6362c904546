"""A programme's dates as its page shows them: milestones with who counts for them, back-plan, leads, revisions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count

from agreements import labels
from agreements.models import BackPlanPoint, Household, Milestone, Programme, Revision
from agreements.rules import stages
from agreements.rules.stages import Gate
from workflow import calendars, policies
from workflow.models import LeadTime, Route, StepPlan
from workflow.queries import words
from workflow.rules import words as sentences


@dataclass(frozen=True)
class Stop:
    """One milestone; households and persons that race against it (gates only)."""

    row: Milestone
    name: str
    households: int
    persons: int
    working_days: int


@dataclass(frozen=True)
class Point:
    """One point of the back-plan with its date before every gate, in the order of the gates."""

    code: str
    name: str
    days_before: int
    document_no: str
    dates: list[date]


@dataclass(frozen=True)
class LeadRow:
    """One plan's lead: the route's own, and the one a document sets."""

    plan: str
    name: str
    days: int
    unit: str
    source: str
    own: LeadTime | None


@dataclass(frozen=True)
class Timetable:
    """The page."""

    programme: Programme
    stops: list[Stop]
    gates: list[Stop]
    points: list[Point]
    leads: list[LeadRow]
    revisions: list[Revision]


def of_code(code: str, authorities: Iterable[policies.Authority]) -> Programme | None:
    """The programme, for people posted in its county or above it; everyone else learns nothing."""
    found = Programme.objects.select_related("county", "schedule").filter(code=code).first()
    county = found.county.code if found else ""
    sighted = [a for a in authorities if a.division.startswith(county) or county.startswith(a.division)]
    return found if found and any(a.role != "household_viewer" for a in sighted) else None


def visible(authorities: Iterable[policies.Authority]) -> list[Programme]:
    """Programmes of the reader's counties."""
    posts = list(authorities)
    rows = Programme.objects.select_related("county").order_by("code")
    return [row for row in rows if of_code(row.code, posts)]


def timetable(programme: Programme, today: date) -> Timetable:
    """Everything the page shows."""
    rows = list(Milestone.objects.filter(programme=programme).order_by("planned_on", "pk"))
    gates = [Gate(row.schedule_id or 0, row.planned_on, row.water_level_m) for row in rows if row.schedule_id]
    counts = _counts(programme, gates)
    calendar = calendars.of_schedule(programme.schedule_id)
    stops = [
        Stop(
            row,
            labels.of(labels.MILESTONES, row.type),
            *counts.get(row.schedule_id or 0, (0, 0)),
            words.days_left(row.planned_on, today, calendar),
        )
        for row in rows
    ]
    return Timetable(
        programme=programme,
        stops=stops,
        gates=[stop for stop in stops if stop.row.schedule_id],
        points=_points(programme, gates),
        leads=leads(programme),
        revisions=list(Revision.objects.filter(programme=programme).select_related("by").order_by("-pk")[:50]),
    )


def _counts(programme: Programme, gates: list[Gate]) -> dict[int, tuple[int, int]]:
    found: dict[int, tuple[int, int]] = {}
    if not gates:
        return found
    rows = (
        Household.objects.filter(programme=programme)
        .values_list("elevation_m")
        .annotate(households=Count("pk", distinct=True), members=Count("persons"))
    )
    for elevation, households, persons in rows:
        gate = stages.gate_for(Decimal(elevation), gates).schedule_id
        before = found.get(gate, (0, 0))
        found[gate] = (before[0] + households, before[1] + persons)
    return found


def _points(programme: Programme, gates: list[Gate]) -> list[Point]:
    known = {row.point: row for row in BackPlanPoint.objects.filter(programme=programme)}
    order = [*labels.POINTS, *sorted(known.keys() - labels.POINTS.keys())]
    ordered = sorted(gates, key=lambda gate: gate.planned_on)
    return [
        Point(
            code,
            labels.of(labels.POINTS, code),
            known[code].days_before,
            known[code].document_no,
            [stages.points(gate.planned_on, {code: known[code].days_before})[code] for gate in ordered],
        )
        for code in order
        if code in known
    ]


def leads(programme: Programme) -> list[LeadRow]:
    """Every plan of the routes that count for this county, once, in the order of the routes."""
    own = {row.plan: row for row in LeadTime.objects.filter(schedule_id=programme.schedule_id)}
    routes = Route.objects.filter(status=Route.PUBLISHED).select_related("unit")
    mine = [route.pk for route in routes if programme.county.code.startswith(route.unit.division)]
    plans = StepPlan.objects.filter(group__track__stage__route__in=mine).order_by(
        "group__track__stage__position", "group__track__position", "group__position", "position"
    )
    found: dict[str, LeadRow] = {}
    for plan in plans:
        source = sentences.source(plan.lead_source)
        row = LeadRow(plan.key, words.name(plan.names), plan.lead, plan.lead_unit, source, own.get(plan.key))
        found.setdefault(plan.key, row)
    return list(found.values())


def described(values: dict[str, Any]) -> list[tuple[str, str]]:
    """The old or new value of a revision as (field, value) in words."""
    shown = {**labels.DATE_FIELDS, "document_no": labels.DATE_FIELDS["source_document"], **labels.POINTS}
    return [
        (str(shown.get(name, name)), labels.of(labels.LEAD_UNITS, str(value)) if name == "unit" else str(value))
        for name, value in values.items()
        if value not in ("", None)
    ]


def titled(what: str, key: str) -> str:
    """What a revision is about, in words."""
    kind = labels.of(labels.CHANGES, what)
    about = key.split(":")[0]
    return f"{kind} · {labels.of(labels.MILESTONES, about)}" if what in ("milestone", "stage") else kind
