"""What is done to a step from its sheet: decide, claim, release. For htmx the answer already holds the next item."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from workflow.commands import steps
from workflow.models import Step
from workflow.queries import queue
from workflow.views import sheet
from workflow.views.access import signed_in
from workflow.views.sheet import Done

SEEN = "seen-"


@signed_in
@require_POST
def decide(request: HttpRequest, step_id: int) -> HttpResponse:
    """POST /steps/<id>/decide: form in, one call, next item of the queue out; a refusal is a page of its status."""
    user: Any = request.user
    form = request.POST
    verdict = form.get("verdict", "")
    steps.decide(
        step_id,
        actor=user,
        verdict=verdict,
        key=form.get("key"),
        comment=form.get("comment", ""),
        seen={name[len(SEEN) :]: form[name] for name in form if name.startswith(SEEN)},
        document_no=form.get("document_no", ""),
        to=form.get("to", ""),
        resume=form.get("resume", "with_me"),
        reason_code=form.get("reason_code", ""),
    )
    said = {"approve": _("Approved."), "return": _("Returned."), "refuse": _("Refused.")}
    if verdict == "approve" and Step.objects.filter(pk=step_id, round__stage="draft").exists():
        said["approve"] = _("Submitted.")  # the word of the button
    reference, name = queue.case_of(user, step_id)
    return sheet.answer(request, Done(said[verdict], reference, step_id, leaves=True, undo=True, name=name))


@signed_in
@require_POST
def claim(request: HttpRequest, step_id: int) -> HttpResponse:
    """POST /steps/<id>/claim."""
    user: Any = request.user
    steps.claim(step_id, actor=user, key=request.POST.get("key"))
    return sheet.answer(request, Done(_("Claimed."), queue.reference_of(user, step_id), step_id))


@signed_in
@require_POST
def release(request: HttpRequest, step_id: int) -> HttpResponse:
    """POST /steps/<id>/release."""
    user: Any = request.user
    steps.release(step_id, actor=user, key=request.POST.get("key"))
    return sheet.answer(request, Done(_("Released."), queue.reference_of(user, step_id), step_id))
