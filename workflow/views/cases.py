"""The case page and everything a person can do to a case from it."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from workflow import clock, errors, policies
from workflow.commands import cases
from workflow.rules.numbers import folded, number
from workflow.views import sheet
from workflow.views.access import signed_in
from workflow.views.again import on_page
from workflow.views.sheet import Done
from workflow.views.showing import context_of

YEARS = range(1900, 2200)  # a date of another year is a slip, and days are counted from it


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


@on_page(case_page)
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
        expected_until=day(request.POST.get("expected_until", ""), _("Expected until"), "expected_until"),
        key=request.POST.get("key"),
    )
    return sheet.answer(request, Done(_("Put on hold."), reference))


@signed_in
@require_POST
def resume(request: HttpRequest, reference: str) -> HttpResponse:
    """POST /cases/<reference>/resume."""
    user: Any = request.user
    case = policies.case_or_404(user, reference, clock.today())
    cases.resume(case.pk, actor=user, step_id=_step(request), key=request.POST.get("key"))
    return sheet.answer(request, Done(_("Resumed."), reference))


def _step(request: HttpRequest) -> int | None:
    """The one step that a hold is about; none is the whole case."""
    return number(request.POST.get("step", ""))


def day(raw: str, label: str = "", at: str = "") -> date | None:
    """A date typed into a form; empty is none, nonsense is refused. `label`, `at`: the field in words and by name."""
    typed = folded(raw)
    if not typed:
        return None
    try:
        found = parse_date(typed)
    except ValueError:
        found = None
    if found is None or found.year not in YEARS:
        told = {"first": YEARS[0], "last": YEARS[-1]}
        expected = _("a date such as 2027-06-30, from %(first)s to %(last)s") % told
        raise errors.InvalidInput(field=label or _("Date"), expected=expected, at=at)
    return found


def needed_day(form: QueryDict, name: str, label: str) -> date:
    """A date that a form has to give."""
    found = day(form.get(name, ""), label, name)
    if found is None:
        raise errors.InvalidInput(field=label, expected=_("a date such as 2027-06-30"), at=name)
    return found
