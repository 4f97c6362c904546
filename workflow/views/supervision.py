"""Supervision orders (督办单): the list, one order as a paper, and its four acts."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from workflow import clock, errors, policies, reach
from workflow.commands import supervision as commands
from workflow.models import Step, Supervision
from workflow.queries import supervision as queries
from workflow.views.access import authorities_of, signed_in
from workflow.views.again import on_page
from workflow.views.cases import needed_day
from workflow.views.refusals import say_and_return

SHOWN = 200


@signed_in
def supervision_page(request: HttpRequest) -> HttpResponse:
    """GET /supervision/?all=1 : open orders in sight, earliest date first; with all the closed ones too."""
    user: Any = request.user
    authorities, today = authorities_of(request), clock.today()
    orders = queries.visible(user, authorities, today)
    if not request.GET.get("all"):
        orders = orders.filter(closed_at=None)
    rows = queries.lines(user, authorities, orders[:SHOWN], today)
    return render(request, "workflow/supervision/list.html", {"rows": rows, "nav": "supervision"})


@signed_in
def order_page(request: HttpRequest, supervision_id: int) -> HttpResponse:
    """GET /supervision/<id>/ : the order as a paper, with what the reader may do."""
    return _order(request, supervision_id)


def _order(request: HttpRequest, supervision_id: int, *, standing: bool = False) -> HttpResponse:
    """`standing`: somebody wanted to issue another one on the same step, and is shown this one first."""
    user: Any = request.user
    line = queries.one(user, authorities_of(request), supervision_id, clock.today())
    context = {"line": line, "order": line.order, "standing": standing, "nav": "supervision"}
    return render(request, "workflow/supervision/order.html", context)


def _led(request: HttpRequest, step_id: int) -> Step:
    """A step in the reader's sight that they lead; anybody else finds nothing."""
    user: Any = request.user
    authorities = authorities_of(request)
    cases = policies.seen_by(user, authorities, clock.today())
    found = Step.objects.select_related("case__home_unit", "unit", "holder").filter(pk=step_id, case__in=cases).first()
    if found is None or reach.leads(authorities, found, found.case) is None:
        raise errors.NotFound()
    return found


def _form(request: HttpRequest, step_id: int) -> HttpResponse:
    step, today = _led(request, step_id), clock.today()
    context = {"step": step, "people": reach.asked(step, today), "today": today, "nav": "supervision"}
    return render(request, "workflow/supervision/issue.html", context)


@on_page(_form)
@signed_in
def issue(request: HttpRequest, step_id: int) -> HttpResponse:
    """GET, POST /steps/<id>/supervise : demand, until, key."""
    step = _led(request, step_id)
    if request.method == "POST":
        return _issued(request, step)
    standing = Supervision.objects.filter(step=step, closed_at=None).first()
    return _order(request, standing.pk, standing=True) if standing else _form(request, step_id)


def _issued(request: HttpRequest, step: Step) -> HttpResponse:
    user: Any = request.user
    until = needed_day(request.POST, "due", _("Until"))
    demand, key = request.POST.get("demand", ""), request.POST.get("key")
    done = commands.issue(step.pk, actor=user, demand=demand, due=until, key=key)
    messages.success(request, _("%(order)s is issued; whoever has the step is told.") % {"order": done["number"]})
    return redirect("supervision_order", done["supervision"])


@signed_in
@require_POST
def acknowledge(request: HttpRequest, supervision_id: int) -> HttpResponse:
    """POST /supervision/<id>/acknowledge."""
    user: Any = request.user
    commands.acknowledge(supervision_id, actor=user, key=request.POST.get("key"))
    return say_and_return(request, _("Received."))


@on_page(_order)
@signed_in
@require_POST
def answer(request: HttpRequest, supervision_id: int) -> HttpResponse:
    """POST /supervision/<id>/answer : text."""
    user: Any = request.user
    commands.answer(supervision_id, actor=user, text=request.POST.get("text", ""), key=request.POST.get("key"))
    return say_and_return(request, _("Answered. The issuer is told."))


@signed_in
@require_POST
def close(request: HttpRequest, supervision_id: int) -> HttpResponse:
    """POST /supervision/<id>/close."""
    user: Any = request.user
    commands.close(supervision_id, actor=user, key=request.POST.get("key"))
    return say_and_return(request, _("Closed."))
