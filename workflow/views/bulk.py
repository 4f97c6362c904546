"""Several at once: a preview that counts and sums, the approval, and one result line per item."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from workflow import clock
from workflow.commands import steps
from workflow.commands.bulk import Item
from workflow.queries import bulk
from workflow.views.access import signed_in
from workflow.views.refusals import way_back

SEEN = "seen-"


@signed_in
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """POST /steps/bulk/preview : step (several). Writes nothing; a selection is too long for an address."""
    user: Any = request.user
    ids = [int(raw) for raw in request.POST.getlist("step") if raw.isdigit()]
    found = bulk.preview(user, ids, clock.today())
    context = {"preview": found, "key": uuid.uuid4().hex, "back": way_back(request), "nav": "queue"}
    return render(request, _page(request, "bulk_preview"), context)


@signed_in
@require_POST
def approve(request: HttpRequest) -> HttpResponse:
    """POST /steps/bulk/approve : step (several), seen-<step>-<aspect> as shown, comment, document_no, key."""
    user: Any = request.user
    form = request.POST
    ids = [int(raw) for raw in form.getlist("step") if raw.isdigit()]
    lines = steps.decide_many(
        [Item(pk, _seen(form, pk)) for pk in ids],
        actor=user,
        key=form.get("key"),
        comment=form.get("comment", ""),
        document_no=form.get("document_no", ""),
    )
    done = sum(line.done for line in lines)
    context = {"lines": lines, "done": done, "left": len(lines) - done, "back": way_back(request), "nav": "queue"}
    return render(request, _page(request, "bulk_results"), context)


def _seen(form: Any, step_id: int) -> dict[str, str]:
    prefix = f"{SEEN}{step_id}-"
    return {name[len(prefix) :]: form[name] for name in form if name.startswith(prefix)}


def _page(request: HttpRequest, name: str) -> str:
    """The fragment for htmx, the same within the frame without a script."""
    return f"workflow/partials/{name}.html" if request.headers.get("HX-Request") else f"workflow/{name}.html"
