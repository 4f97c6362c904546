"""What is done to a step from its sheet: decide, claim, release. For htmx the answer already holds the next item."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from workflow import errors
from workflow.commands import steps
from workflow.views import work
from workflow.views.access import read_once, signed_in
from workflow.views.cases import context_of
from workflow.views.refusals import say_and_return

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
    return onwards(request, step_id, said[verdict])


def onwards(request: HttpRequest, step_id: int, message: str) -> HttpResponse:
    """One round trip: the decided row leaves the list, its toast offers the undo, and the next item is there."""
    if not request.headers.get("HX-Request"):
        return say_and_return(request, message)
    read_once(request, again=True)
    toast = {"message": message, "decided": step_id, "toast_key": request.POST.get("key", "")}
    if request.POST.get("work"):
        address = request.POST["work"]
        answer = render(request, "workflow/decided_work.html", work.context(request, QueryDict(address)) | toast)
        answer.headers["HX-Push-Url"] = f"/queue/work/?{address}"
        return answer
    return render(request, "workflow/decided.html", _following(request) | toast)


def _following(request: HttpRequest) -> dict[str, Any]:
    """The sheet of the item that follows in the reader's list; nothing when it is the last, or gone meanwhile."""
    reference = request.POST.get("following", "")
    try:
        return context_of(request, reference) if reference else {}
    except errors.NotFound:
        return {}


@signed_in
@require_POST
def claim(request: HttpRequest, step_id: int) -> HttpResponse:
    """POST /steps/<id>/claim."""
    user: Any = request.user
    steps.claim(step_id, actor=user, key=request.POST.get("key"))
    return say_and_return(request, _("Claimed."))


@signed_in
@require_POST
def release(request: HttpRequest, step_id: int) -> HttpResponse:
    """POST /steps/<id>/release."""
    user: Any = request.user
    steps.release(step_id, actor=user, key=request.POST.get("key"))
    return say_and_return(request, _("Released."))
