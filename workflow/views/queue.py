"""My queue: the list with its tabs, lights, filters and saved views; its live counts; its export."""

import hashlib
import json
from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from workflow import calendars, clock, policies
from workflow.commands import looks
from workflow.queries import around, desk, export, filters, firststeps, inbox, queue, upcoming, waters, words
from workflow.views.access import authorities_of, signed_in
from workflow.views.context import stalled

LAMPS = (
    ("red", "r", "alert", _("Late")),
    ("amber", "y", "clock", _("Due within 3 days")),
    ("green", "g", "check", _("In time")),
    ("held", "b", "flag", _("On hold")),
)
TITLES = {
    "mine": _("My queue"),
    "claimable": _("Unclaimed"),
    "done": _("Done by me"),
    "started": _("Started by me"),
    "copied": _("Copied to me"),
    "section": _("My whole unit"),
}
SEVERITIES = {
    "severe": _("More than 3 working days late"),
    "late": _("Late"),
    "soon": _("Due within 3 days"),
    "fine": _("In time"),
    "on_hold": _("On hold (the clock stands still)"),
}
SORTS = {"due": _("By due day"), "slack": _("By slack"), "waiting": _("By waiting time")}


@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """The address without a path is the queue."""
    return redirect("queue")


@signed_in
def queue_page(request: HttpRequest) -> HttpResponse:
    """GET /queue/?tab=&light=&q=&town=&state=&plan=&due=&cause=&special=&sort=&after=&before= (queries.filters)."""
    user: Any = request.user
    asked = filters.asked(request.GET.dict())
    page = queue.page(user, asked)
    today, authorities = clock.today(), authorities_of(request)
    copied = around.copied_to(user, today, after=asked.after, search=asked.q) if asked.tab == "copied" else None
    context = {
        "page": page,
        "copied": copied,
        "asked": asked,
        "title": TITLES[asked.tab],
        "tabs": TITLES,
        "lamps": LAMPS,
        "severities": SEVERITIES,
        "sorts": tuple(SORTS.items()),
        "choices": filters.choices(authorities),
        "views": desk.views(user, authorities),
        "own_postings": [one for one in authorities if one.lender is None],
        "nav": asked.tab if asked.tab in ("done", "started", "copied") else "queue",
        "has_posting": bool(authorities),
        "first_steps": [] if page.rows else firststeps.to_do(authorities, today),
        "upcoming": None if page.rows or asked.narrowed else upcoming.upcoming(user, authorities, today),
        **storage(today),
    }
    return render(request, "workflow/queue.html", context)


def storage(today: Any) -> dict[str, Any]:
    """The day the water rises, and the working days left until then."""
    schedule = waters.upcoming(today)
    days = words.days_left(schedule.storage_on, today, calendars.of_schedule(schedule.pk)) if schedule else None
    return {"storage": schedule, "storage_days": days, "today": today}


@signed_in
def pulse(request: HttpRequest) -> HttpResponse:
    """GET /queue/pulse : the counts that the desk keeps live, as JSON with an ETag so that polling costs nothing."""
    user: Any = request.user
    authorities, today = authorities_of(request), clock.today()
    counts = queue.counts(user, authorities, today) | {"unread": inbox.unread_count(user, now=clock.now())}
    counts["stalled"] = int(stalled())
    if request.GET or request.headers.get("X-List"):
        lights = queue.lights(user, authorities, filters.asked(request.GET.dict()), today)
        counts |= {f"light-{name}": n for name, n in lights.items()}
        counts["first"] = lights.get("red", 0) + lights.get("amber", 0)
    body = json.dumps(counts, sort_keys=True)
    tag = f'"{hashlib.sha256(body.encode()).hexdigest()[:20]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers=headers)
    return HttpResponse(body, content_type="application/json", headers=headers)


@signed_in
@require_POST
def export_page(request: HttpRequest) -> HttpResponse:
    """POST /queue/export with the address's query: the list as a workbook; that it left the system is recorded."""
    user: Any = request.user
    asked = filters.asked(QueryDict(request.POST.get("query", "")).dict())
    book, lines = export.workbook(user, asked, now=clock.now())
    given = {name: value for name, value in asdict(asked).items() if value and name != "q"}  # no names in history
    looks.exported({line.case.pk for line in lines}, "queue", actor=user, asked=given)
    name = f"queue-{clock.today():%Y%m%d}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(
        book, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", headers=headers
    )


@signed_in
def find(request: HttpRequest) -> HttpResponse:
    """GET /find/?q= : any case in scope by reference, household, village or last four; a single hit is opened."""
    user: Any = request.user
    text = request.GET.get("q", "").strip()[: filters.LONG].replace("\x00", "")
    seen = policies.seen_by(user, authorities_of(request), clock.today())
    hits = list(seen.filter(filters.found(text)).select_related("home_unit").order_by("-pk")[:51]) if text else []
    if len(hits) == 1:
        return redirect("case", hits[0].reference)
    return render(request, "workflow/find.html", {"hits": hits[:50], "more": len(hits) > 50, "search": text})
