"""Dates of all open steps of some schedules again, in one set-based statement, and who became late by it.

Moving a milestone, a back-plan point, a lead time or calendar days, and migrating cases to another route version, all
end here. The caller holds the schedules' rows and the cases (lock order of engine.md) and gives the timelines to count
with: those of the rows, or for a preview those that would be.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Min

from workflow import clock, policies
from workflow.models import Case, Event, Notice, Step, User
from workflow.models.plan import spec
from workflow.rules import dates
from workflow.rules.tables import Tables
from workflow.timelines import Timeline

WORD = "dates_moved"

# The same arithmetic as commands.dates, over ordinals. `class` is a way through a route under one schedule.
FRESH = """
WITH member AS (
    SELECT * FROM unnest(%(case_ids)s::bigint[], %(case_class)s::int[]) AS t(case_id, class)
), class AS (
    SELECT * FROM unnest(%(classes)s::int[], %(class_calendar)s::int[]) AS t(class, calendar)
), back AS (
    SELECT * FROM unnest(%(back_class)s::int[], %(back_group)s::text[], %(back_day)s::date[]) AS t(class, grp, day)
), lead AS (
    SELECT * FROM unnest(%(lead_class)s::int[], %(lead_plan)s::text[], %(lead_days)s::int[], %(lead_unit)s::text[])
        AS t(class, plan, days, unit)
), cal AS (
    SELECT * FROM unnest(%(cal)s::int[], %(cal_day)s::date[], %(cal_ordinal)s::int[], %(cal_working)s::bool[],
        %(cal_unsure)s::int[]) AS t(calendar, day, ordinal, working, unsure)
), open_step AS (
    SELECT s.id, s.case_id, s.due AS was_due, s.expiry, s.not_before, s.held_days, s.role, s.unit_id, s.holder_id,
           (s.opened_at AT TIME ZONE 'Asia/Shanghai')::date AS opened_on, c.calendar, b.day AS backward,
           coalesce(l.days, s.lead) AS lead, coalesce(l.unit, s.lead_unit) AS unit
    FROM workflow_step s
    JOIN member m ON m.case_id = s.case_id JOIN class c ON c.class = m.class
    JOIN workflow_round r ON r.id = s.round_id
    LEFT JOIN back b ON b.class = m.class AND b.grp = r."group"
    LEFT JOIN lead l ON l.class = m.class AND l.plan = s.plan AND s.added_by_id IS NULL
    WHERE s.state = 'open'
), counted AS (
    SELECT o.*, CASE WHEN unit = 'calendar' THEN opened_on + lead ELSE opened_on END AS start,
           CASE WHEN unit = 'calendar' THEN held_days ELSE lead + held_days END AS days
    FROM open_step o
), reached AS (
    SELECT n.*, greatest(CASE WHEN n.days = 0 THEN n.start ELSE e.day END, n.not_before) AS forward
    FROM counted n JOIN cal s ON s.calendar = n.calendar AND s.day = n.start
    LEFT JOIN cal e ON e.calendar = n.calendar AND e.working AND e.ordinal = s.ordinal + n.days
), fresh AS (
    SELECT f.*, d.day AS due,
           CASE d.day WHEN f.forward THEN 'forward' WHEN f.backward THEN 'backward' ELSE 'expiry' END AS binding,
           upper_cal.unsure > lower_cal.unsure AS provisional
    FROM reached f
    CROSS JOIN LATERAL (SELECT least(f.forward, f.backward, f.expiry) AS day) d
    JOIN cal upper_cal ON upper_cal.calendar = f.calendar AND upper_cal.day = greatest(f.opened_on, d.day)
    JOIN cal lower_cal ON lower_cal.calendar = f.calendar AND lower_cal.day = least(f.opened_on, d.day) - 1
)
"""
COLUMNS = "fresh.id, fresh.case_id, fresh.was_due, fresh.due, fresh.role, fresh.unit_id, fresh.holder_id"
PREVIEW = FRESH + f"SELECT {COLUMNS} FROM fresh WHERE due <> was_due ORDER BY id"
APPLY = (
    FRESH
    + f"""
UPDATE workflow_step s SET lead = fresh.lead, lead_unit = fresh.unit, forward = fresh.forward,
    backward = fresh.backward, due = fresh.due, binding = fresh.binding, provisional = fresh.provisional,
    due_version = s.due_version + (fresh.due <> s.due)::int,
    was_late = s.was_late OR (fresh.due <> s.due AND s.due < %(today)s)
FROM fresh
WHERE s.id = fresh.id AND (s.lead, s.lead_unit, s.forward, s.backward, s.due, s.binding, s.provisional) IS DISTINCT FROM
    (fresh.lead, fresh.unit, fresh.forward, fresh.backward, fresh.due, fresh.binding, fresh.provisional)
RETURNING {COLUMNS}
"""
)


@dataclass(frozen=True)
class Moved:
    """One step whose due date changes."""

    id: int
    case_id: int
    was_due: date
    due: date
    role: str
    unit_id: int
    holder_id: int | None


@dataclass(frozen=True)
class Result:
    """What a recompute did, or would do: steps whose due date changed, and how many open steps were looked at."""

    today: date
    open_steps: int = 0
    moved: tuple[Moved, ...] = ()
    recipients: Mapping[int, tuple[int, ...]] = field(default_factory=dict)  # user id to late cases, worst first
    steps_of: Mapping[int, int] = field(default_factory=dict)  # user id to number of late steps

    @property
    def late(self) -> list[Moved]:
        """Steps that were in time and are late now."""
        return [one for one in self.moved if one.was_due >= self.today > one.due]

    @property
    def caught_up(self) -> list[Moved]:
        """Steps that were late and are in time now."""
        return [one for one in self.moved if one.was_due < self.today <= one.due]


def preview(timelines: Mapping[int, Timeline], today: date, *, schedule_of: Mapping[int, int] | None = None) -> Result:
    """What `apply` would do with these timelines (by schedule id); `schedule_of` moves cases to another schedule."""
    cases = Case.objects.filter(_of(timelines, schedule_of)).order_by("pk")
    return _run(
        PREVIEW, list(cases.values_list("pk", "route_id", "schedule_id", "facts")), timelines, schedule_of, today
    )


def apply(cases: Iterable[tuple[int, int, int, Any]], timelines: Mapping[int, Timeline], today: date) -> Result:
    """Write the dates of the locked cases' open steps: (id, route, schedule, facts) as change.lock_many gave them."""
    return _run(APPLY, list(cases), timelines, None, today)


def tell(result: Result, event: Event, now: datetime) -> int:
    """One notice for each person who has become late, however many steps of theirs are; returns how many persons."""
    notices = [
        Notice(
            case_id=cases[0],
            recipient_id=user,
            word=WORD,
            number=result.steps_of[user],
            audience="holder",
            event=event,
            created_at=now,
            not_before=now,
        )
        for user, cases in result.recipients.items()
    ]
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    return len(notices)


def _of(timelines: Mapping[int, Timeline], schedule_of: Mapping[int, int] | None) -> Any:
    return policies.under_schedules(set(timelines), set(schedule_of or ()))


def _run(
    sql: str,
    cases: list[tuple[int, int, int, Any]],
    timelines: Mapping[int, Timeline],
    schedule_of: Mapping[int, int] | None,
    today: date,
) -> Result:
    if not cases:
        return Result(today)
    steps = Step.objects.filter(state="open", case__in=[row[0] for row in cases])
    span = steps.aggregate(
        first=Min("opened_at"),
        last=Max("opened_at"),
        held=Max("held_days"),
        lead=Max("lead"),
        expiry=Min("expiry"),
        wait=Max("not_before"),
    )
    if span["first"] is None:
        return Result(today)
    tables = _tables(cases, timelines, schedule_of or {}, span)
    with transaction.atomic(), connection.cursor() as cursor:
        # the planner knows nothing of the sizes of these tables and would nest loops
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(sql, tables | {"today": today})
        moved = tuple(Moved(*row) for row in cursor.fetchall() if row[2] != row[3])
        cursor.execute("SET LOCAL enable_nestloop = on")
    result = Result(today, steps.count(), moved)
    recipients, steps_of = _recipients(result.late, today)
    return Result(today, result.open_steps, moved, recipients, steps_of)


def _tables(
    cases: list[tuple[int, int, int, Any]],
    timelines: Mapping[int, Timeline],
    schedule_of: Mapping[int, int],
    span: Mapping[str, Any],
) -> dict[str, list[Any]]:
    made = Tables()
    for case, route_id, schedule, facts in cases:
        line, route = timelines[schedule_of.get(case, schedule)], spec(route_id)
        way = (line.schedule_id, route_id, dates.applying(route, facts))
        if made.put_case(case, way, id(line.calendar)):
            leads = {key: dates.lead_of(plan, line.leads) for key, (_place, plan) in route.plans.items()}
            made.put_way(way, line.backward(route, facts), leads)
    first, last = clock.date_of(span["first"]), clock.date_of(span["last"])
    last = max(last, span["wait"] or last)
    earliest = min([first, *made.days(), *([span["expiry"]] if span["expiry"] else [])])
    reach = max([span["lead"], *made.leads()]) + span["held"]
    for line in {id(line.calendar): line for line in timelines.values()}.values():
        made.put_calendar(id(line.calendar), line.calendar, earliest, last, reach)
    return made.columns


def _recipients(late: list[Moved], today: date) -> tuple[dict[int, tuple[int, ...]], dict[int, int]]:
    """Whose steps they are: the claimant, else everyone whose posting covers the step. Their cases; how many steps."""
    free = {(one.role, one.unit_id) for one in late if one.holder_id is None}
    deciders = policies.deciders(free, today)
    found: dict[int, dict[int, date]] = {}
    steps: Counter[int] = Counter()
    for one in sorted(late, key=lambda moved: (moved.due, moved.case_id)):
        people = deciders.get((one.role, one.unit_id), set()) if one.holder_id is None else {one.holder_id}
        for user in people:
            found.setdefault(user, {}).setdefault(one.case_id, one.due)
            steps[user] += 1
    active = set(User.objects.filter(pk__in=found, is_active=True).values_list("pk", flat=True))
    return {user: tuple(cases) for user, cases in sorted(found.items()) if user in active}, dict(steps)
