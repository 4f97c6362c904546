"""The ladder of reminders of a route: who is told when, changed on a page, shown before it happens."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from workflow import calendars, clock, errors, ladders
from workflow.commands import ladders as commands
from workflow.models import Ladder, Route, User
from workflow.queries import escalation
from workflow.queries import routes as queries
from workflow.rules import rungs
from workflow.rules.numbers import folded, number
from workflow.rules.rungs import Rung
from workflow.rules.workdays import WorkCalendar
from workflow.views.access import authorities_of, holds
from workflow.views.routes import READERS, common

SPARE = 2  # empty lines for further rungs
MOST = 40  # lines of a form
EXAMPLE_LEAD = 15  # working days of the step that serves as example


@holds(*READERS)
def ladder_page(request: HttpRequest, route_id: int) -> HttpResponse:
    """GET, POST /routes/<id>/reminders : the ladder of this mode, or of every mode of the unit."""
    user: Any = request.user
    route = queries.one(authorities_of(request), route_id)
    if request.method == "POST":
        _save(request, route, user)
        return redirect("route_reminders", route_id)
    return render(request, "workflow/routes/reminders.html", _context(request, route, user))


def _context(request: HttpRequest, route: Route, user: User) -> dict[str, Any]:
    now_used = ladders.of_route(route.pk)
    today = clock.today()
    calendar = calendars.of_division(route.unit.division)
    due = calendar.add_working_days(today, EXAMPLE_LEAD)
    own = Ladder.objects.filter(kind=route.kind, mode__in=("", route.mode), unit=route.unit, current=True)
    return common(request, route, "reminders") | {
        "own": own.order_by("-mode").select_related("by").first(),
        "may_change": commands.keeps(user, route.unit, clock.now()),
        "sections": [_section(severity, now_used, (due, today, calendar)) for severity in rungs.SEVERITIES],
        "audiences": list(escalation.AUDIENCE_NAMES.items()),
        "due": due,
    }


def _section(severity: str, used: rungs.Ladders, example: tuple[date, date, WorkCalendar]) -> dict[str, Any]:
    due, today, calendar = example
    lines: list[dict[str, Any]] = [
        {"offset": rung.offset, "urgent": rung.urgent, "told": rung.audiences} for rung in used[severity]
    ]
    lines += [{"offset": "", "urgent": False, "told": ()} for _spare in range(SPARE)]
    return {
        "key": severity,
        "severe": severity == rungs.SEVERE,
        "lines": lines,
        "ahead": escalation.of_dates(due, today, today, used[severity], calendar),
    }


def _save(request: HttpRequest, route: Route, user: User) -> None:
    wanted = {severity: _read(request.POST, severity) for severity in rungs.SEVERITIES}
    mode = "" if request.POST.get("scope") == "all" else route.mode
    made = commands.change(route.kind, mode, route.unit, wanted, actor=user)
    messages.success(request, _("In force from the next minute on.") if made else _("Nothing was changed."))


def _read(form: QueryDict, severity: str) -> tuple[Rung, ...]:
    """Lines whose number of days is filled in, in order of days."""
    found: list[Rung] = []
    for n in range(MOST):
        raw = folded(form.get(f"{severity}:{n}:offset", ""))
        if not raw:
            continue
        days = number(raw.removeprefix("-"))
        if days is None:
            raise errors.InvalidInput(field=_("Days"), expected=_("a whole number, negative before due"))
        offset = -days if raw.startswith("-") else days
        told = tuple(who for who in rungs.AUDIENCES if form.get(f"{severity}:{n}:{who}"))
        found.append(Rung(offset, told, bool(form.get(f"{severity}:{n}:urgent"))))
    return tuple(sorted(found))
