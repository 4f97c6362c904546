"""What the weekly report says: countdown, done of all, late, stuck with causes, the dues of the coming days."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Exists, QuerySet

from workflow import calendars, clock, policies
from workflow.models import Case, Hold, Posting, Role, Step, User, WeeklyReport
from workflow.models.plan import spec
from workflow.queries import board, exclusions, filters, words

LEADERS = (Role.VICE_LEADER, Role.CHAIR, Role.COUNTY_OFFICER)
FROM = time(7, 0)  # on Mondays; a week whose Monday was missed gets its report on the next day that runs
LISTED = 50  # cases named in a report
AHEAD = timedelta(days=7)


def monday(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def owed(now: datetime) -> list[User]:
    """Leaders with a valid posting who have no report of this week yet; nobody before Monday morning."""
    today = clock.date_of(now)
    week = monday(today)
    if today == week and now.astimezone(clock.SHANGHAI).time() < FROM:
        return []
    posted = Posting.objects.filter(policies.valid_on(today), role__in=LEADERS).values("user")
    had = WeeklyReport.objects.filter(week=week).values("person")
    return list(User.objects.filter(pk__in=posted, is_active=True).exclude(pk__in=had).order_by("pk"))


def build(user: User, now: datetime) -> dict[str, Any]:
    """The figures of one person's sight at this moment, in households and persons, as plain data.

    A report is kept as it was written: lists only ever grow at their end, see weeklybook.
    """
    today = clock.date_of(now)
    found = board.board(user, now=now)
    cases = board.counted(user, policies.postings_of(user, today), today)
    steps = Step.objects.filter(case__in=cases, state="open").select_related("case", "unit", "holder")
    late = steps.filter(board.late(today))
    soon = steps.filter(~Exists(filters.open_holds()), due__gte=today, due__lt=today + AHEAD)
    held = _held(cases)
    return {
        "day": today.isoformat(),
        "storage_on": found.storage_on.isoformat() if found.storage_on else "",
        "calendar_days": found.calendar_days,
        "working_days": found.working_days,
        "total": list(found.total),
        "completed": list(found.completed),
        "not_started": list(found.not_started),
        "late_households": found.late_households,
        "late_steps": sum(line.late_steps for line in found.states),
        "held_households": found.held,
        "towns": [
            [t.name, t.households, t.persons, t.completed, t.late_steps, t.late_households, t.held] for t in found.towns
        ],
        "stuck": _by_cause(held),
        "held": [_held_line(hold, today) for hold in held[:LISTED]],
        "late": _listed(late, today),
        "next": _by_day(soon),
        "due_next": _listed(soon, today),
    }


def _held(cases: QuerySet[Case]) -> list[Hold]:
    """The hold that each held household has had longest, the oldest first: a household counts under one cause."""
    rows = Hold.objects.filter(case__in=cases, resumed_at=None).select_related("case__home_unit")
    return sorted(rows.order_by("case", "since", "id").distinct("case"), key=lambda hold: (hold.since, hold.pk))


def _by_cause(held: list[Hold]) -> list[list[Any]]:
    """Held households by cause, most first."""
    counted = Counter(hold.cause for hold in held)
    return [[cause, n] for cause, n in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))]


def _held_line(hold: Hold, today: date) -> list[Any]:
    """Reference, household, unit, cause, since when, working days since."""
    since = clock.date_of(hold.since)
    days = -words.days_left(since, today, calendars.of_schedule(hold.case.schedule_id))
    return [hold.case.reference, hold.case.title, hold.case.home_unit.name, hold.cause, since.isoformat(), days]


def _by_day(soon: QuerySet[Step]) -> list[list[Any]]:
    rows = soon.order_by().values("due").annotate(n=Count("pk")).order_by("due")
    return [[row["due"].isoformat(), row["n"]] for row in rows]


def _listed(steps: QuerySet[Step], today: date) -> list[list[Any]]:
    """Reference, household, unit, due, name of the step in both languages, who has it, working days late."""
    rows = list(steps.order_by("due", "id")[:LISTED])
    people = exclusions.waited_for(rows, today)
    return [
        [
            step.case.reference,
            step.case.title,
            step.unit.name,
            step.due.isoformat(),
            dict(spec(step.case.route_id).plans[step.plan][1].names),
            [str(person) for person in people[step.pk]],
            -words.days_left(step.due, today, calendars.of_schedule(step.case.schedule_id)),
        ]
        for step in rows
    ]
