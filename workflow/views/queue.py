"""My queue, and the sheet in which one item is decided without leaving it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from workflow import calendars, clock, policies
from workflow.models import Schedule
from workflow.queries import queue, words
from workflow.views.access import signed_in

LAMPS = (
    ("red", "r", "alert", _("Late")),
    ("amber", "y", "clock", _("Due within 3 days")),
    ("green", "g", "check", _("In time")),
    ("held", "b", "flag", _("On hold")),
)


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """The address without a path is the queue."""
    return redirect("queue")


@signed_in
def queue_page(request: HttpRequest) -> HttpResponse:
    """GET /queue/?tab=&light=&q=&after= ; htmx asks for the list only."""
    user: Any = request.user
    tab = request.GET.get("tab", "mine")
    page = queue.page(
        user,
        tab=tab if tab in queue.TABS else "mine",
        light=request.GET.get("light", ""),
        search=request.GET.get("q", "").strip(),
        after=request.GET.get("after", ""),
    )
    today, storage = clock.today(), Schedule.objects.order_by("storage_on").first()
    context = {
        "page": page,
        "lamps": LAMPS,
        "nav": "queue" if page.tab in ("mine", "claimable") else page.tab,
        "light": request.GET.get("light", ""),
        "search": request.GET.get("q", ""),
        "storage": storage,
        "today": today,
        "has_posting": bool(policies.postings_of(user, today)),
        "storage_days": words.days_left(storage.storage_on, today, calendars.load()) if storage else None,
    }
    return render(request, "workflow/queue.html", context)
