"""Routes: the list of versions, one version as a diagram, and the steps from published to draft and back."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from workflow import clock, errors
from workflow.commands import routes as commands
from workflow.models import Route
from workflow.models.plan import build
from workflow.queries import routedrawing
from workflow.queries import routes as queries
from workflow.routechecks import check, document, vocabulary
from workflow.rules import conditions, routedoc
from workflow.rules.routeshape import Fault
from workflow.rules.vocabulary import Vocabulary
from workflow.views.access import authorities_of, holds
from workflow.views.again import on_page
from workflow.views.refusals import say_and_return
from workflow.views.routewords import FIELD_NAMES, shown

READERS = [str(role) for role in queries.READERS]
KEEPER = "route_keeper"


def drawings(route: Route, marks: routedrawing.Marks) -> dict[str, SafeString]:
    """The wide and the narrow picture; every text in them is escaped where it is drawn."""
    spec, words = build(route), vocabulary(route.kind, route.mode)
    return {
        "wide": mark_safe(routedrawing.svg(spec, words, routedrawing.wide(), marks)),
        "narrow": mark_safe(routedrawing.svg(spec, words, routedrawing.NARROW, marks)),
    }


def common(request: HttpRequest, route: Route, tab: str) -> dict[str, Any]:
    """What every page of one version shows: its name, its family and the tabs."""
    authorities = authorities_of(request)
    family = next(f for f in queries.families(authorities) if _in(f, route))
    words = vocabulary(route.kind, route.mode)
    return {
        "route": route,
        "family": family,
        "running": family.running.get(route.pk, 0),
        "words": words,
        "keeper": queries.keeps(authorities, route),
        "tab": tab,
        "nav": "routes",
    }


def _in(family: queries.Family, route: Route) -> bool:
    return route in (family.published, family.draft, *family.retired)


@holds(*READERS)
def routes_page(request: HttpRequest) -> HttpResponse:
    """GET /routes/ : every mode's versions and how many cases run under each."""
    found = queries.families(authorities_of(request))
    return render(request, "workflow/routes/list.html", {"families": found, "nav": "routes"})


@holds(*READERS)
def route_page(request: HttpRequest, route_id: int) -> HttpResponse:
    """GET /routes/<id>/ : one version as a diagram, with every plan in words."""
    route = queries.one(authorities_of(request), route_id)
    base = route.based_on if route.status == Route.DRAFT else None
    changes = routedoc.differences(document(base), document(route)) if base else []
    marks = routedrawing.Marks({change.address: "changed" for change in changes})
    words = vocabulary(route.kind, route.mode)
    context = common(request, route, "diagram") | {
        "drawing": drawings(route, marks),
        "lines": [
            (queries.name(plan.names), plan, conditions.explain(plan.condition, words.facts), routedrawing.lead(plan))
            for _place, plan in build(route).plans.values()
        ],
        "changes": [(_label(change, route, base), change, _fields(change, words)) for change in changes],
    }
    return render(request, "workflow/routes/version.html", context)


def _label(change: routedoc.Change, route: Route, base: Route | None) -> str:
    words = vocabulary(route.kind, route.mode)
    parts = dict(routedoc.parts(document(route))) | (
        dict(routedoc.parts(document(base))) if change.how == "removed" and base else {}
    )
    return queries.label(change.address, parts[change.address], words)


def _fields(change: routedoc.Change, words: Vocabulary) -> list[tuple[str, str, str]]:
    return [(str(FIELD_NAMES.get(n, n)), shown(n, was, words), shown(n, now, words)) for n, was, now in change.fields]


@holds(KEEPER)
@require_POST
def draft(request: HttpRequest, route_id: int) -> HttpResponse:
    """POST /routes/<id>/draft : the draft beside this version, and on to the editor."""
    user: Any = request.user
    made = commands.draft(queries.one(authorities_of(request), route_id).pk, actor=user)
    return redirect("route_edit", made.pk)


@holds(KEEPER)
@require_POST
def discard(request: HttpRequest, route_id: int) -> HttpResponse:
    """POST /routes/<id>/discard."""
    user: Any = request.user
    commands.discard(queries.one(authorities_of(request), route_id).pk, actor=user)
    return say_and_return(request, _("Draft discarded. The published version is as it was."))


@holds(*READERS)
def check_page(request: HttpRequest, route_id: int) -> HttpResponse:
    """GET /routes/<id>/check : what keeps a draft from being published, and the button when nothing does."""
    route = queries.one(authorities_of(request), route_id)
    found = check(route, clock.today())
    marks = routedrawing.Marks({fault.address: "fault" for fault in found if fault.blocking})
    context = common(request, route, "check") | {
        "faults": [(fault, _place(fault, route), _edit_link(fault, route)) for fault in found],
        "blocked": any(fault.blocking for fault in found),
        "drawing": drawings(route, marks),
    }
    return render(request, "workflow/routes/check.html", context)


def _place(fault: Fault, route: Route) -> str:
    words = vocabulary(route.kind, route.mode)
    part = dict(routedoc.parts(document(route))).get(fault.address)
    if part is None:
        return str(words.states.get(fault.address.partition(":")[2], fault.address))
    return queries.label(fault.address, part, words)


def _edit_link(fault: Fault, route: Route) -> str:
    known = dict(routedoc.parts(document(route)))
    target = fault.address if fault.address in known else "route:"
    return f"{reverse('route_edit', args=[route.pk])}?at={target}"


@on_page(check_page)
@holds(KEEPER)
@require_POST
def publish(request: HttpRequest, route_id: int) -> HttpResponse:
    """POST /routes/<id>/publish : what was looked at, if nothing speaks against it."""
    user: Any = request.user
    route = queries.one(authorities_of(request), route_id)
    form = request.POST
    made = commands.publish(
        route.pk,
        actor=user,
        seen=form.get("seen", ""),
        document_no=form.get("document_no", ""),
        provisional=form.get("provisional") == "1",
    )
    messages.success(request, _("Published as version %(n)d. Running cases keep their version.") % {"n": made.version})
    return redirect("route", made.pk)


def require_draft(route: Route) -> Route:
    """A draft, or the refusal that says so."""
    if route.status != Route.DRAFT:
        raise errors.NotADraft()
    return route
