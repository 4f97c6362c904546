"""Several at once: a preview that counts and sums, the act, and one result line per item."""

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from workflow import clock, errors
from workflow.commands import several, steps
from workflow.commands.bulk import Item, Line
from workflow.queries import bulk
from workflow.rules.codes import REASON_CODES
from workflow.rules.numbers import number, numbers
from workflow.views.access import signed_in
from workflow.views.refusals import way_back

SEEN = "seen-"
TITLES = {
    "approve": _("Approve several"),
    "return": _("Return several"),
    "reassign": _("Reassign several"),
    "nudge": _("Urge several"),
    "take_back": _("Take back several"),
}
UNDONE = ("approve", "return")  # what can be taken back, all of it with one button


@signed_in
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """POST /steps/bulk/preview : step (several), verb. Writes nothing; a selection is too long for an address."""
    user: Any = request.user
    verb = request.POST.get("verb", "approve")
    if verb not in bulk.VERBS:
        raise errors.InvalidInput(field=_("Action"), expected=", ".join(bulk.VERBS))
    found = bulk.preview(user, _ids(request), clock.today(), verb)
    context = {"preview": found, "title": TITLES[verb], "reason_codes": REASON_CODES, "key": uuid.uuid4().hex}
    return _page(request, "bulk_preview", context)


def _approve(items: list[Item], user: Any, form: Any) -> list[Line]:
    comment, number = form.get("comment", ""), form.get("document_no", "")
    return steps.decide_many(items, actor=user, key=form.get("key"), comment=comment, document_no=number)


def _return(items: list[Item], user: Any, form: Any) -> list[Line]:
    if not form.get("comment", "").strip():
        raise errors.CommentRequired(at="comment")
    if form.get("reason_code", "") not in REASON_CODES:  # once for all, instead of a line for each
        raise errors.InvalidInput(field=gettext("Reason"), expected=gettext("choose one of the list"), at="reason_code")
    return several.give_back(
        items,
        actor=user,
        key=form.get("key"),
        comment=form["comment"],
        to=form.get("to", ""),
        resume=form.get("resume", "with_me"),
        reason_code=form.get("reason_code", ""),
    )


def _reassign(items: list[Item], user: Any, form: Any) -> list[Line]:
    to = number(form.get("to"))
    if to is None:
        raise errors.NobodyNamed()
    return several.reassign(items, actor=user, key=form.get("key"), to=to, note=form.get("note", ""))


def _nudge(items: list[Item], user: Any, form: Any) -> list[Line]:
    return several.nudge(items, actor=user, key=form.get("key"))


def _take_back(items: list[Item], user: Any, form: Any) -> list[Line]:
    return several.take_back(items, actor=user, key=form.get("key"))


DOING: dict[str, Callable[[list[Item], Any, Any], list[Line]]] = {
    "approve": _approve,
    "return": _return,
    "reassign": _reassign,
    "nudge": _nudge,
    "take_back": _take_back,
}


@signed_in
@require_POST
def act(request: HttpRequest, verb: str) -> HttpResponse:
    """POST /steps/bulk/<verb> : step (several), seen-<step>-<aspect> as shown, key; and what the single verb asks."""
    items = [Item(pk, _seen(request.POST, pk)) for pk in _ids(request)]
    lines = DOING[verb](items, request.user, request.POST)
    done = [line.step_id for line in lines if line.done]
    lines += _left_out(request, verb)
    context = {
        "lines": sorted(lines, key=lambda line: line.done),  # what was not done is read first
        "done": done,
        "left": len(lines) - len(done),
        "title": TITLES[verb],
        "undo": verb in UNDONE and bool(done),
        "key": uuid.uuid4().hex,
    }
    return _page(request, "bulk_results", context)


def _left_out(request: HttpRequest, verb: str) -> list[Line]:
    """What was selected and could not be done, as the preview said: it stands among the results."""
    user: Any = request.user
    ids = numbers(request.POST.getlist("left"))
    rows = bulk.preview(user, ids, clock.today(), verb).rows if ids else []
    other = str(_("It could not be done when you looked."))
    return [Line(row.step_id, row.reference, False, row.why_not or other, row.title) for row in rows]


def _ids(request: HttpRequest) -> list[int]:
    return numbers(request.POST.getlist("step"))


def _seen(form: Any, step_id: int) -> dict[str, str]:
    prefix = f"{SEEN}{step_id}-"
    return {name[len(prefix) :]: form[name] for name in form if name.startswith(prefix)}


def _page(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    """The fragment for htmx, the same within the frame without a script."""
    part = f"workflow/partials/{name}.html"
    shown = part if request.headers.get("HX-Request") else "workflow/bulk.html"
    return render(request, shown, context | {"part": part, "back": way_back(request), "nav": "queue"})
