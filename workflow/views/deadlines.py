"""The deadline calendar: a month of counts by light, the list of a day, an agenda on phones."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workflow import calendars, clock
from workflow.commands import county_calendar
from workflow.models import Calendar
from workflow.queries import deadlines
from workflow.views.access import authorities_of, signed_in
from workflow.views.calendar import county_or_none
from workflow.views.context import LEADERS

NAMES: dict[str, Any] = {
    "mine": gettext_lazy("Waiting for me"),
    "section": gettext_lazy("All of my units"),
    "scope": gettext_lazy("Everything in my sight"),
}


@signed_in
def deadlines_page(request: HttpRequest) -> HttpResponse:
    """GET /deadlines/?month=2026-06&whose=mine|section|scope&day=2026-06-30 ."""
    user: Any = request.user
    today, authorities = clock.today(), authorities_of(request)
    leads = any(a.role in LEADERS for a in authorities)
    offered = [code for code in deadlines.WHOSE if code != "scope" or leads]
    whose = request.GET.get("whose", "")
    whose = whose if whose in offered else "mine"
    day = _iso(request.GET.get("day", ""))
    first = _month(request.GET.get("month", "")) or (day or today).replace(day=1)
    code = _code(request)
    context = {
        "month": deadlines.month(user, authorities, first, whose, today, code),
        "whose": whose,
        "tabs": [(one, NAMES[one]) for one in offered],
        "before": _shift(first, -1),
        "after": _shift(first, 1),
        "day": day,
        # where the keyboard enters the grid
        "start": next(
            (one for one in (day, today) if one and (one.year, one.month) == (first.year, first.month)), first
        ),
        "entries": deadlines.of_day(user, authorities, day, whose, today) if day else [],
        "next_due": deadlines.next_due(user, authorities, whose, today),
        "weekdays": [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")],
        "nav": "deadlines",
        "today": today,
        "light_words": {"red": _("late"), "amber": _("due soon"), "green": _("in time"), "held": _("on hold")},
    }
    return render(request, "workflow/deadlines.html", context)


def _code(request: HttpRequest) -> str:
    """Code of the calendar the reader's county counts with."""
    unit = county_or_none(request)
    own = county_calendar.code_of(unit) if unit else ""
    return own if own and Calendar.objects.filter(code=own).exists() else calendars.NATIONAL


def _iso(raw: str) -> date | None:
    try:
        found = date.fromisoformat(raw)
    except ValueError:
        return None
    return found if 2001 <= found.year <= 2100 else None


def _month(raw: str) -> date | None:
    return _iso(f"{raw}-01") if len(raw) == 7 else None


def _shift(first: date, months: int) -> date:
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)
