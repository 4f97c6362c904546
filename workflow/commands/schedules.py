"""Schedules move: their rows are locked first, then their cases in id order, then all open steps are counted again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import F

from workflow import audit, calendars, clock, timelines
from workflow.commands import deadlines, recompute
from workflow.commands.change import lock_many
from workflow.commands.recompute import Result
from workflow.models import Calendar, LeadTime, Schedule, SchedulePoint, Step, User
from workflow.rules.dates import Lead
from workflow.timelines import Timeline


@dataclass(frozen=True)
class Wanted:
    """What one schedule should be: None leaves a part as it is. A lead of None goes back to the route's own."""

    storage_on: date | None = None
    points: Mapping[str, date] | None = None
    leads: Mapping[str, tuple[Lead, str] | None] = field(default_factory=dict)  # plan: (lead, document number)

    def over(self, line: Timeline) -> Timeline:
        """The timeline that would be."""
        leads = dict(line.leads)
        for plan, given in self.leads.items():
            leads.pop(plan, None)
            if given:
                leads[plan] = given[0]
        return line.changed(storage_on=self.storage_on, points=self.points, leads=leads)


def lock(ids: Iterable[int]) -> list[Schedule]:
    """The schedules' rows, locked in id order, before any case."""
    return list(Schedule.objects.select_for_update(no_key=True).filter(pk__in=set(ids)).order_by("pk"))


def write(schedule: Schedule, wanted: Wanted) -> None:
    """Put a locked schedule's points and leads as wanted; its version grows with `recount`."""
    if wanted.storage_on:
        schedule.storage_on = wanted.storage_on
        schedule.save(update_fields=["storage_on"])
    if wanted.points is not None:
        SchedulePoint.objects.filter(schedule=schedule).exclude(point__in=wanted.points).delete()
        SchedulePoint.objects.bulk_create(
            [SchedulePoint(schedule=schedule, point=point, due_on=day) for point, day in wanted.points.items()],
            update_conflicts=True,
            unique_fields=["schedule", "point"],
            update_fields=["due_on"],
        )
    gone = [plan for plan, given in wanted.leads.items() if given is None]
    LeadTime.objects.filter(schedule=schedule, plan__in=gone).delete()
    LeadTime.objects.bulk_create(
        [
            LeadTime(schedule=schedule, plan=plan, lead=given[0].days, lead_unit=given[0].unit, document_no=given[1])
            for plan, given in wanted.leads.items()
            if given
        ],
        update_conflicts=True,
        unique_fields=["schedule", "plan"],
        update_fields=["lead", "lead_unit", "document_no"],
    )


def recount(
    ids: Iterable[int], *, stream: str, kind: str, facts: Mapping[str, Any], actor: User | None, now: datetime
) -> Result:
    """Count all open steps of these schedules again, record one event, and tell whoever became late, once.

    Call inside a transaction, after the schedules were locked and written.
    """
    wanted = sorted(set(ids))
    Schedule.objects.filter(pk__in=wanted).update(version=F("version") + 1)
    cases = lock_many(wanted)
    lines = current(wanted)
    result = recompute.apply(cases, lines, clock.date_of(now))
    told = {"steps_moved": len(result.moved), "became_late": len(result.late), "told": len(result.recipients)}
    event = audit.append_to_stream(stream, kind, now, actor.pk if actor else None, {**facts, **told})
    recompute.tell(result, event, now)
    return result


def look_again(ids: Iterable[int]) -> None:
    """Let the next sweep look at every open step of these schedules: days moved, and with them the days of rungs."""
    deadlines.look_again(Step.objects.filter(case__schedule__in=set(ids)))


def current(ids: Iterable[int]) -> dict[int, Timeline]:
    """The schedules' timelines from the rows, past every cache: what this transaction has written counts."""
    rows = list(Schedule.objects.filter(pk__in=set(ids)).select_related("calendar"))
    known = {row.calendar.pk: row.calendar for row in rows}
    read = {pk: calendars.read(row.code, _version(row)) for pk, row in known.items()}
    return {row.pk: timelines.read(row, read[row.calendar_id]) for row in rows}


def _version(calendar: Calendar) -> int:
    return Calendar.objects.values_list("version", flat=True).get(pk=calendar.pk)
