"""Weekly reports: the earlier ones, one of them, its workbook, and that it was read."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from workflow import errors
from workflow.commands import inbox as commands
from workflow.models import WeeklyReport
from workflow.queries import weeklybook
from workflow.views.access import signed_in
from workflow.views.refusals import say_and_return

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 60


@signed_in
def weekly_page(request: HttpRequest, week: str = "") -> HttpResponse:
    """GET /weekly/ and /weekly/<Monday>/ : one's own reports only."""
    user: Any = request.user
    mine = WeeklyReport.objects.filter(person=user).order_by("-week")
    chosen = _one(user, week) if week else mine.first()
    context: dict[str, Any] = {"reports": list(mine[:SHOWN]), "chosen": chosen, "nav": "weekly"}
    if chosen is not None:
        found = chosen.content
        context |= {"figures": weeklybook.figures(found), "found": found, "held": weeklybook.held_lines(found)}
        context |= {"late": weeklybook.lines(found["late"]), "soon": weeklybook.lines(found["due_next"])}
    return render(request, "workflow/weekly.html", context)


@signed_in
def weekly_file(request: HttpRequest, week: str) -> HttpResponse:
    """GET /weekly/<Monday>/file.xlsx."""
    user: Any = request.user
    report = _one(user, week)
    name = f'attachment; filename="weekly-{report.week.isoformat()}.xlsx"'
    return HttpResponse(weeklybook.workbook(report), content_type=XLSX, headers={"Content-Disposition": name})


@signed_in
@require_POST
def weekly_read(request: HttpRequest, week: str) -> HttpResponse:
    """POST /weekly/<Monday>/read : by the page itself when it is shown (`what`), or by the button in the inbox."""
    user: Any = request.user
    commands.mark_report_read(_one(user, week).week, actor=user)
    if request.POST.get("what"):
        return HttpResponse(status=204)
    return say_and_return(request, _("Marked as read."))


def _one(user: Any, week: str) -> WeeklyReport:
    try:
        found = WeeklyReport.objects.filter(person=user, week=date.fromisoformat(week)).first()
    except ValueError as trouble:
        raise errors.NotFound() from trouble
    if found is None:
        raise errors.NotFound()
    return found
