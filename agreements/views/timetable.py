"""The programme's dates (milestones, stages, back-plan, leads): list, preview of a change, and the change itself."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agreements.commands import asked_dates, programme_dates
from agreements.commands.programme_dates import Change
from agreements.models import Programme
from agreements.queries import timetable
from workflow import clock, errors
from workflow.commands.recompute import Result
from workflow.models import Case, User
from workflow.views.access import authorities_of, holds, signed_in
from workflow.views.refusals import say_and_return

SHOWN = 40  # late cases listed in a preview
HIDDEN = ("csrfmiddlewaretoken", "next")


@signed_in
def programmes(request: HttpRequest) -> HttpResponse:
    """GET /programmes/: straight to the one there is, or a list."""
    found = timetable.visible(authorities_of(request))
    if len(found) == 1:
        return redirect("programme_dates", code=found[0].code)
    return render(request, "agreements/programmes.html", {"programmes": found, "nav": "programmes"})


@signed_in
def page(request: HttpRequest, code: str) -> HttpResponse:
    """GET /programmes/<code>/dates/."""
    return _show(request, _programme(request, code))


@holds(*programme_dates.KEEPERS)
@require_POST
def preview(request: HttpRequest, code: str) -> HttpResponse:
    """POST /programmes/<code>/dates/preview: which due dates would move, who would become late."""
    programme = _keeper(request, code)
    change = _change(request, programme)
    result = programme_dates.preview(programme, change, clock.today())
    sent = [(name, request.POST[name]) for name in request.POST if name not in HIDDEN]
    return _show(request, programme, foreseen=_foreseen(change, result), sent=sent)


@holds(*programme_dates.KEEPERS)
@require_POST
def apply(request: HttpRequest, code: str) -> HttpResponse:
    """POST /programmes/<code>/dates/apply: the change that was previewed."""
    user: Any = request.user
    programme = _keeper(request, code)
    revision, result = programme_dates.apply(programme.pk, _change(request, programme), actor=user)
    if revision is None:
        return say_and_return(request, _("Nothing was different, nothing was changed."))
    said = _("Dates moved: %(moved)s due dates changed, %(late)s steps became late, %(told)s persons were told.")
    return say_and_return(
        request, said % {"moved": len(result.moved), "late": len(result.late), "told": len(result.recipients)}
    )


def _programme(request: HttpRequest, code: str) -> Programme:
    found = timetable.of_code(code, authorities_of(request))
    if found is None:
        raise errors.NotFound()
    return found


def _keeper(request: HttpRequest, code: str) -> Programme:
    programme = _programme(request, code)
    if not programme_dates.may_keep(authorities_of(request), programme):
        raise errors.NotFound()
    return programme


def _change(request: HttpRequest, programme: Programme) -> Change:
    leads = {row.plan: row for row in timetable.leads(programme)}
    return asked_dates.change(programme, request.POST.get("what", ""), request.POST, leads)


def _foreseen(change: Change, result: Result) -> dict[str, Any]:
    cases = dict(Case.objects.filter(pk__in=[one.case_id for one in result.late[:SHOWN]]).values_list("pk", "title"))
    people = User.objects.filter(pk__in=result.recipients).order_by("full_name")
    return {
        "title": timetable.titled(change.what, change.key),
        "before": timetable.described(change.before),
        "after": timetable.described(change.after),
        "same": change.before == change.after,
        "result": result,
        "late": [(cases.get(one.case_id, ""), one) for one in result.late[:SHOWN]],
        "people": [(person.full_name, len(result.recipients[person.pk])) for person in people],
        "reason": change.reason,
        "document_no": change.document_no,
    }


def _show(request: HttpRequest, programme: Programme, **more: Any) -> HttpResponse:
    found = timetable.timetable(programme, clock.today())
    context = {
        "table": found,
        "may_keep": programme_dates.may_keep(authorities_of(request), programme),
        "history": [
            (row, timetable.titled(row.what, row.key), timetable.described(row.before), timetable.described(row.after))
            for row in found.revisions
        ],
        "nav": "programmes",
        **more,
    }
    return render(request, "agreements/timetable.html", context)
