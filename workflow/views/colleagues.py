"""What colleagues do around a case: urge a holder, copy the case to somebody, say that a copy was read."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from workflow import clock, errors, policies
from workflow.commands import cases, steps
from workflow.queries import around, queue
from workflow.rules.numbers import numbers
from workflow.views import sheet
from workflow.views.access import signed_in
from workflow.views.sheet import Done


@signed_in
@require_POST
def nudge(request: HttpRequest, step_id: int) -> HttpResponse:
    """POST /steps/<id>/nudge."""
    user: Any = request.user
    told = steps.nudge(step_id, actor=user, key=request.POST.get("key"))["told"]
    said = ngettext("Urged: %(n)s person.", "Urged: %(n)s persons.", told) % {"n": told}
    return sheet.answer(request, Done(said, queue.reference_of(user, step_id), step_id))


@signed_in
@require_POST
def copy_to(request: HttpRequest, reference: str) -> HttpResponse:
    """POST /cases/<reference>/cc : to (several), note."""
    user: Any = request.user
    case = policies.case_or_404(user, reference, clock.today())
    done = cases.copy_to(
        case.pk,
        actor=user,
        users=numbers(request.POST.getlist("to")),
        note=request.POST.get("note", ""),
        key=request.POST.get("key"),
    )
    count = len(done["copied"])
    said = ngettext("Copied to %(n)s person.", "Copied to %(n)s persons.", count) % {"n": count}
    return sheet.answer(request, Done(said, reference))


@signed_in
@require_POST
def read_copy(request: HttpRequest, reference: str) -> HttpResponse:
    """POST /cases/<reference>/read : sent by the page when the copy is shown, or by its button without a script."""
    user: Any = request.user
    case = policies.case_or_404(user, reference, clock.today())
    cases.mark_read(case.pk, actor=user)
    if request.headers.get("X-Shown"):
        return HttpResponse(status=204)
    return sheet.answer(request, Done(_("Marked as read."), reference))


@signed_in
@require_POST
def override(request: HttpRequest, reference: str) -> HttpResponse:
    """POST /cases/<reference>/override : reason, group, sure (the confirmation), key."""
    user: Any = request.user
    case = policies.case_or_404(user, reference, clock.today())
    form = request.POST
    if around.may_override(user, clock.today(), case) and form.get("sure") != "1":
        raise errors.InvalidInput(field=_("Confirmation"), expected=_("tick that you take responsibility"))
    cases.override(case.pk, actor=user, reason=form.get("reason", ""), group=form.get("group", ""), key=form.get("key"))
    return sheet.answer(request, Done(_("Passed by override. The county has been told."), reference))
