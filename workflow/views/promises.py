"""Promised dates: giving one's word on a step, and the page on which words are counted."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from workflow import clock
from workflow.commands import promises as given
from workflow.queries import promises, queue
from workflow.views import sheet
from workflow.views.access import authorities_of, signed_in
from workflow.views.again import on_page
from workflow.views.cases import case_page, needed_day
from workflow.views.sheet import Done

STATUS: dict[str, Any] = {
    promises.OPEN: gettext_lazy("open"),
    promises.KEPT: gettext_lazy("kept"),
    promises.BROKEN: gettext_lazy("broken"),
    promises.VOID: gettext_lazy("no longer needed"),
}


@signed_in
def promises_page(request: HttpRequest) -> HttpResponse:
    """GET /promises/: every promise in the reader's sight, and who keeps theirs."""
    user: Any = request.user
    found = promises.promises(user, authorities_of(request), clock.today())
    return render(request, "workflow/promises.html", {"found": found, "status": STATUS, "nav": "promises"})


def _its_case(request: HttpRequest, step_id: int) -> HttpResponseBase:
    user: Any = request.user
    return case_page(request, queue.reference_of(user, step_id))


@on_page(_its_case)
@signed_in
@require_POST
def promise(request: HttpRequest, step_id: int) -> HttpResponse:
    """POST /steps/<id>/promise."""
    user: Any = request.user
    promised_on = needed_day(request.POST, "promised_on", _("Promised date"))
    given.promise(
        step_id,
        actor=user,
        promised_on=promised_on,
        note=request.POST.get("note", ""),
        key=request.POST.get("key"),
    )
    said = _("Promised by %(day)s.") % {"day": promised_on.isoformat()}
    return sheet.answer(request, Done(said, queue.reference_of(user, step_id), step_id))
