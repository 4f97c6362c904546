"""Working through the queue one item at a time (依次办理): the run stands in the address, so a reload loses nothing."""

from collections import Counter
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.http import urlencode

from workflow import errors
from workflow.models import Decision
from workflow.queries import filters, queue
from workflow.queries.words import verdict_counts
from workflow.rules.numbers import number, numbers
from workflow.views.access import signed_in
from workflow.views.showing import context_of

RUN = 50  # items of one run


@signed_in
def work_page(request: HttpRequest) -> HttpResponse:
    """GET /queue/work/?<filters>&ids=1-2-3&at=0 : the item at that place, or the card at the end."""
    return render(request, "workflow/work.html", context(request, request.GET))


def context(request: HttpRequest, address: QueryDict) -> dict[str, Any]:
    """What the page of one place in the run shows; without ids a new run begins at the head of the list."""
    user: Any = request.user
    asked = filters.asked({name: str(value) for name, value in address.items()})
    ids = numbers(address.get("ids", "").split("-"))[:RUN]
    if not ids:
        ids = queue.first_ids(user, asked, RUN)
    at = min(number(address.get("at")) or 0, len(ids))
    shown: dict[str, Any] = {
        "asked": asked,
        "at": at,
        "total": len(ids),
        "here": _place(asked, ids, at),
        "ahead": _place(asked, ids, at + 1),
        "behind": _place(asked, ids, at - 1) if at else "",
        "nav": "queue",
    }
    return shown | (_item(request, ids[at]) if at < len(ids) else _tally(user, ids))


def _place(asked: filters.Asked, ids: list[int], at: int) -> str:
    run = urlencode([("ids", "-".join(map(str, ids))), ("at", str(at))])
    return f"{asked.query()}&{run}" if asked.query() else run


def _item(request: HttpRequest, step_id: int) -> dict[str, Any]:
    user: Any = request.user
    reference = queue.reference_of(user, step_id)
    if not reference:
        return {"gone": True}
    try:
        return context_of(request, reference)
    except errors.NotFound:
        return {"gone": True}


def _tally(user: Any, ids: list[int]) -> dict[str, Any]:
    """How the run ended: decided one way or another, and left; what was taken back counts as left."""
    stands = Decision.objects.filter(step__in=ids, actor=user, step__taken_back_at=None)
    made = Counter(stands.values_list("verdict", flat=True))
    return {"finished": True, "tally": verdict_counts(made), "left": len(ids) - sum(made.values())}
