"""What the weekly report says: countdown, done of all, late, stuck with causes, the dues of the coming days."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, QuerySet

from workflow import clock, policies
from workflow.models import Case, Hold, Posting, Role, Step, User, WeeklyReport
from workflow.queries import board

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
    """The figures of one person's sight at this moment, in households and persons, as plain data."""
    today = clock.date_of(now)
    found = board.board(user, now=now)
    cases = policies.visible_cases(user, today)
    steps = Step.objects.filter(case__in=cases, state="open").select_related("case", "unit")
    return {
        "day": today.isoformat(),
        "storage_on": found.storage_on.isoformat() if found.storage_on else "",
        "calendar_days": found.calendar_days,
        "working_days": found.working_days,
        "total": list(found.total),
        "completed": list(found.completed),
        "not_started": list(found.not_started),
        "late_households": found.late_households,
        "towns": [[t.name, t.households, t.persons, t.completed, t.overdue] for t in found.towns],
        "stuck": _stuck(cases),
        "late": _listed(steps.filter(due__lt=today)),
        "next": _by_day(steps, today),
        "due_next": _listed(steps.filter(due__gte=today, due__lt=today + AHEAD)),
    }


def _stuck(cases: QuerySet[Case]) -> list[list[Any]]:
    """Held households by cause, most first."""
    held = Hold.objects.filter(case__in=cases, resumed_at=None)
    rows = held.values("cause").annotate(n=Count("case", distinct=True)).order_by("-n", "cause")
    return [[row["cause"], row["n"]] for row in rows]


def _by_day(steps: QuerySet[Step], today: date) -> list[list[Any]]:
    soon = steps.filter(due__gte=today, due__lt=today + AHEAD).order_by()
    rows = soon.values("due").annotate(n=Count("pk")).order_by("due")
    return [[row["due"].isoformat(), row["n"]] for row in rows]


def _listed(steps: QuerySet[Step]) -> list[list[str]]:
    rows = steps.order_by("due", "id")[:LISTED]
    return [[s.case.reference, s.case.title, s.unit.name, s.due.isoformat()] for s in rows]
