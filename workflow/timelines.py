"""What a case's dates are counted with: its schedule's points, its leads by document, its county's calendar."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from workflow import calendars
from workflow.models import LeadTime, Schedule, SchedulePoint
from workflow.rules import dates
from workflow.rules.route import RouteSpec
from workflow.rules.workdays import WorkCalendar

KEEP = 200  # schedules kept in a process
_kept: dict[int, "Timeline"] = {}


@dataclass(frozen=True)
class Timeline:
    """One schedule at one version."""

    schedule_id: int
    version: int
    storage_on: date
    points: Mapping[str, date]
    leads: Mapping[str, dates.Lead]
    documents: Mapping[str, str]  # plan key to the document that sets its lead
    calendar: WorkCalendar
    _passes: dict[Any, Mapping[str, date]] = field(default_factory=dict, compare=False, repr=False)

    def backward(self, route: RouteSpec, facts: Mapping[str, Any]) -> Mapping[str, date]:
        """Latest finish of every group of a route for these facts; one backward pass per way through the route."""
        way = (route.id, dates.applying(route, facts))
        found = self._passes.get(way)
        if found is None:
            plan = dates.plan_of(route, self.points, facts, self.leads)
            found = self._passes[way] = dates.backward(plan, self.calendar)
        return found

    def changed(
        self,
        *,
        storage_on: date | None = None,
        points: Mapping[str, date] | None = None,
        leads: Mapping[str, dates.Lead] | None = None,
        calendar: WorkCalendar | None = None,
    ) -> "Timeline":
        """The timeline that would be: for a preview."""
        return Timeline(
            schedule_id=self.schedule_id,
            version=self.version + 1,
            storage_on=storage_on or self.storage_on,
            points=self.points if points is None else points,
            leads=self.leads if leads is None else leads,
            documents=self.documents,
            calendar=calendar or self.calendar,
        )


def of(schedule: Schedule) -> Timeline:
    """The timeline of a schedule row just read, kept per process until its version grows.

    Whoever moves its points, leads or calendar days lets the version grow in the same transaction.
    """
    kept = _kept.get(schedule.pk)
    if kept and kept.version == schedule.version:
        return kept
    if len(_kept) > KEEP:
        _kept.clear()
    code = Schedule.objects.values_list("calendar__code", flat=True).get(pk=schedule.pk)
    made = _kept[schedule.pk] = read(schedule, calendars.fresh(code))
    return made


def read(schedule: Schedule, calendar: WorkCalendar) -> Timeline:
    """The same, from the rows."""
    leads = list(LeadTime.objects.filter(schedule_id=schedule.pk))
    return Timeline(
        schedule_id=schedule.pk,
        version=schedule.version,
        storage_on=schedule.storage_on,
        points=dict(SchedulePoint.objects.filter(schedule_id=schedule.pk).values_list("point", "due_on")),
        leads={row.plan: dates.Lead(row.lead, row.lead_unit) for row in leads},
        documents={row.plan: row.document_no for row in leads},
        calendar=calendar,
    )


def forget() -> None:
    """Drop what this process keeps (tests empty tables and reuse ids)."""
    _kept.clear()
