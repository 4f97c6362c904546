"""The case page and everything a person can do to a case from it."""

import uuid
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from workflow import clock, errors, policies
from workflow.commands import cases
from workflow.queries import around, casepage, desk, timing
from workflow.rules.codes import HOLD_CAUSES, LEANINGS, PARTIES, REASON_CODES
from workflow.views.access import authorities_of, signed_in
from workflow.views.refusals import say_and_return


def context_of(request: HttpRequest, reference: str) -> dict[str, Any]:
    """What the case page, its drawer and its print-out share."""
    user: Any = request.user
    page = casepage.case_page(user, reference)
    return {
        "page": page,
        "around": around.around(page.found),
        "key": uuid.uuid4().hex,
        "reason_codes": REASON_CODES,
        "hold_causes": HOLD_CAUSES,
        "hold_parties": PARTIES,
        "timing": timing.of_page(page, authorities_of(request), clock.today()),
        "leanings": LEANINGS,
        "today": clock.today(),
        "nav": "queue",
        "phrases": desk.chips(user, authorities_of(request)),
    }


@signed_in
def case_page(request: HttpRequest, reference: str) -> HttpResponse:
    """GET /cases/<reference>/ ; htmx gets the drawer."""
    context = context_of(request, reference)
    if request.headers.get("HX-Request"):
        return render(request, "workflow/drawer.html", context)
    return render(request, "workflow/case.html", context)


@signed_in
def print_case(request: HttpRequest, reference: str) -> HttpResponse:
    """The same without anything to click."""
    return render(request, "workflow/case_print.html", context_of(request, reference))


@signed_in
@require_POST
def hold(request: HttpRequest, reference: str) -> HttpResponse:
    """POST /cases/<reference>/hold."""
    user: Any = request.user
    case = policies.case_or_404(user, reference, clock.today())
    cases.hold(
        case.pk,
        actor=user,
        cause=request.POST.get("cause", ""),
        text=request.POST.get("text", ""),
        party=request.POST.get("party", ""),
        step_id=_step(request),
        expected_until=day(request.POST.get("expected_until", "")),
        key=request.POST.get("key"),
    )
    return say_and_return(request, _("Put on hold."))


@signed_in
@require_POST
def resume(request: HttpRequest, reference: str) -> HttpResponse:
    """POST /cases/<reference>/resume."""
    user: Any = request.user
    case = policies.case_or_404(user, reference, clock.today())
    cases.resume(case.pk, actor=user, step_id=_step(request), key=request.POST.get("key"))
    return say_and_return(request, _("Resumed."))


def _step(request: HttpRequest) -> int | None:
    """The one step that a hold is about; none is the whole case."""
    raw = request.POST.get("step", "")
    return int(raw) if raw.isdecimal() else None


def day(raw: str) -> date | None:
    """A date typed into a form; empty is none, nonsense is refused."""
    if not raw.strip():
        return None
    try:
        found = parse_date(raw.strip())
    except ValueError:
        found = None
    if found is None:
        raise errors.InvalidInput(field=_("Date"), expected=_("a date such as 2027-06-30"))
    return found
