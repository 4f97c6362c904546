"""A programme's dates move: milestones, stages, the back-plan, lead times. Each change has a reason and a document, the
old value is kept, all open steps are counted again in one statement, and whoever became late is told once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from agreements.models import Agreement, BackPlanPoint, Household, Milestone, Programme, Revision
from agreements.rules import stages
from agreements.rules.stages import Gate
from workflow import clock, errors, policies
from workflow.commands import recompute, schedules
from workflow.commands.change import lock_many, retried
from workflow.commands.recompute import Result
from workflow.commands.schedules import Wanted
from workflow.models import Case, LeadTime, Role, Schedule, User
from workflow.rules.dates import Lead

KEEPERS = (Role.COUNTY_OFFICER,)
MILESTONE, STAGE, BACK_PLAN, LEAD = "milestone", "stage", "back_plan", "lead"
NEW = -1  # schedule id of a stage that is only being previewed


@dataclass(frozen=True)
class Change:
    """One change, checked: values as JSON in `before` and `after`."""

    what: str
    key: str
    before: dict[str, Any]
    after: dict[str, Any]
    reason: str
    document_no: str
    milestone_id: int | None = None


@dataclass(frozen=True)
class Plan:
    """What a programme counts with."""

    gates: tuple[Gate, ...]
    back_plan: Mapping[str, int]
    leads: Mapping[str, tuple[Lead, str] | None] = field(default_factory=dict)  # that change

    def wanted(self) -> dict[int, Wanted]:
        """What each gate's schedule should be."""
        return {
            gate.schedule_id: Wanted(gate.planned_on, stages.points(gate.planned_on, self.back_plan), self.leads)
            for gate in self.gates
        }


def now_of(programme: Programme) -> Plan:
    """The programme's gates and back-plan as they stand."""
    rows = Milestone.objects.filter(programme=programme, type__in=Milestone.GATES, schedule__isnull=False)
    gates = tuple(Gate(row.schedule_id or 0, row.planned_on, row.water_level_m) for row in rows.order_by("planned_on"))
    plan = dict(BackPlanPoint.objects.filter(programme=programme).values_list("point", "days_before"))
    if gates:
        return Plan(gates, plan)
    return Plan((Gate(programme.schedule_id, programme.schedule.storage_on, None),), plan)


def after(programme: Programme, change: Change) -> Plan:
    """The same once the change is made."""
    plan = now_of(programme)
    if change.what == BACK_PLAN:
        return replace(plan, back_plan={**plan.back_plan, **change.after})
    if change.what == LEAD:
        lead = Lead(change.after["days"], change.after["unit"]) if change.after else None
        return replace(plan, leads={change.key: (lead, change.document_no) if lead else None})
    if change.what == STAGE:
        return replace(plan, gates=(*plan.gates, _gate(NEW, change.after)))
    row = Milestone.objects.get(pk=change.milestone_id or 0)
    kept = tuple(gate for gate in plan.gates if gate.schedule_id != row.schedule_id)
    moved = (_gate(row.schedule_id, change.after),) if row.is_gate and row.schedule_id else ()
    return replace(plan, gates=kept + moved)


def _gate(schedule_id: int, values: Mapping[str, Any]) -> Gate:
    level = values.get("water_level_m")
    return Gate(schedule_id, date.fromisoformat(values["planned_on"]), Decimal(level) if level else None)


def schedule_for(household: Household) -> Schedule:
    """The schedule of the stage whose water reaches this household."""
    gate = stages.gate_for(Decimal(household.elevation_m), now_of(household.programme).gates)
    return Schedule.objects.get(pk=gate.schedule_id)


def reassigned(programme: Programme, gates: Iterable[Gate]) -> dict[int, int]:
    """Open cases that belong to another gate's schedule than the one they have: {case: schedule}."""
    found, known = {}, list(gates)
    rows = Agreement.objects.filter(programme=programme, closed_at=None)
    for case, elevation, schedule in rows.values_list("pk", "household__elevation_m", "schedule_id"):
        gate = stages.gate_for(elevation, known)
        if gate.schedule_id != schedule:
            found[case] = gate.schedule_id
    return found


def preview(programme: Programme, change: Change, today: date) -> Result:
    """How many open steps change their due date and who becomes late; nothing is written or locked."""
    plan = after(programme, change)
    ids = [gate.schedule_id for gate in plan.gates if gate.schedule_id != NEW]
    lines = schedules.current({*ids, programme.schedule_id})
    model = lines[programme.schedule_id]
    known = {pk: lines.get(pk, replace(model, schedule_id=pk, _passes={})) for pk in plan.wanted()}
    would = {pk: wanted.over(known[pk]) for pk, wanted in plan.wanted().items()}
    return recompute.preview(would, today, schedule_of=reassigned(programme, plan.gates))


@retried
def apply(
    programme_id: int, change: Change, *, actor: User, now: datetime | None = None
) -> tuple[Revision | None, Result]:
    """Make the change. A value that someone else has changed since is refused; the same again changes nothing."""
    moment = now or clock.now()
    today = clock.date_of(moment)
    with transaction.atomic():
        programme = Programme.objects.select_for_update(no_key=True, of=("self",)).get(pk=programme_id)
        ensure_keeper(programme, actor, today)
        if change.before == change.after:
            return None, Result(today)
        ensure_current(programme, change)
        plan = _write_policy(programme, change, after(programme, change))
        ids = [gate.schedule_id for gate in plan.gates]
        for row in schedules.lock(ids):
            schedules.write(row, plan.wanted()[row.pk])
        lock_many(ids)
        for target in set((moved := reassigned(programme, plan.gates)).values()):
            mine = [case for case, schedule in moved.items() if schedule == target]
            Case.objects.filter(pk__in=mine).update(schedule_id=target)
        facts = {"what": change.what, "key": change.key, "before": change.before, "after": change.after}
        result = schedules.recount(
            ids,
            stream=f"programme:{programme.pk}",
            kind="programme.dates_moved",
            facts={**facts, "document": change.document_no},
            actor=actor,
            now=moment,
        )
        return _record(programme, change, result, actor, moment), result


def may_keep(authorities: Iterable[policies.Authority], programme: Programme) -> bool:
    """Whether one of these postings may move the programme's dates."""
    return any(a.role in KEEPERS and programme.county.code.startswith(a.division) for a in authorities)


def ensure_keeper(programme: Programme, actor: User, today: date) -> None:
    """Only the county's officers move dates."""
    if not may_keep(policies.postings_of(actor, today), programme):
        raise errors.NotAllowed()


def ensure_current(programme: Programme, change: Change) -> None:
    """What was shown as the old value must still be the value."""
    current = standing(programme, change.what, change.key, change.milestone_id, change.after)
    if current != change.before:
        raise errors.Stale(changed=_("the programme's dates"), aspects=[])


def standing(
    programme: Programme, what: str, key: str, milestone_id: int | None, wanted: Mapping[str, Any]
) -> dict[str, Any]:
    """The present value of what a change is about, as JSON."""
    if what == MILESTONE:
        row = Milestone.objects.filter(programme=programme, pk=milestone_id or 0).first()
        if row is None:
            raise errors.NotFound()
        return {
            "planned_on": row.planned_on.isoformat(),
            "actual_on": row.actual_on.isoformat() if row.actual_on else "",
            "water_level_m": str(row.water_level_m) if row.water_level_m is not None else "",
            "source_document": row.source_document,
        }
    if what == BACK_PLAN:
        rows = BackPlanPoint.objects.filter(programme=programme, point__in=list(wanted))
        return dict(rows.values_list("point", "days_before"))
    if what == LEAD:
        lead = LeadTime.objects.filter(schedule_id=programme.schedule_id, plan=key).first()
        return {"days": lead.lead, "unit": lead.lead_unit, "document_no": lead.document_no} if lead else {}
    return {}


def _write_policy(programme: Programme, change: Change, plan: Plan) -> Plan:
    """The programme's own rows; a new stage gets a schedule of its own, with the leads that the others have."""
    if change.what == BACK_PLAN:
        for point, days in change.after.items():
            values = {"days_before": days, "document_no": change.document_no}
            BackPlanPoint.objects.update_or_create(programme=programme, point=point, defaults=values)
        return plan
    if change.what == LEAD:
        return plan
    values = {name: change.after.get(name) or None for name in ("planned_on", "actual_on", "water_level_m")}
    document = change.after.get("source_document", "")
    if change.what == MILESTONE:
        Milestone.objects.filter(pk=change.milestone_id or 0).update(**values, source_document=document)
        return plan
    return _open_stage(programme, values, document, plan)


def _open_stage(programme: Programme, values: Mapping[str, Any], document: str, plan: Plan) -> Plan:
    number = 1 + Milestone.objects.filter(programme=programme, type=Milestone.STAGED).count()
    first = programme.schedule
    made = Schedule.objects.create(
        code=f"{programme.code}-S{number}",
        name=programme.name,
        storage_on=values["planned_on"],
        calendar=first.calendar,
        unit=first.unit,
    )
    leads = LeadTime.objects.filter(schedule=first)
    LeadTime.objects.bulk_create(
        LeadTime(schedule=made, plan=row.plan, lead=row.lead, lead_unit=row.lead_unit, document_no=row.document_no)
        for row in leads
    )
    Milestone.objects.create(
        programme=programme,
        type=Milestone.STAGED,
        number=number,
        planned_on=values["planned_on"],
        water_level_m=values["water_level_m"],
        source_document=document,
        schedule=made,
    )
    gates = tuple(gate._replace(schedule_id=made.pk) if gate.schedule_id == NEW else gate for gate in plan.gates)
    return replace(plan, gates=gates)


def _record(programme: Programme, change: Change, result: Result, actor: User, moment: datetime) -> Revision:
    return Revision.objects.create(
        programme=programme,
        what=change.what,
        key=change.key,
        before=change.before,
        after=change.after,
        reason=change.reason,
        document_no=change.document_no,
        by=actor,
        at=moment,
        steps_moved=len(result.moved),
        became_late=len(result.late),
    )
