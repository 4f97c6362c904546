"""The editor of a draft: the diagram, and beside it one part at a time. What is typed is saved as it is typed."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from workflow import clock, errors
from workflow.commands import routes as commands
from workflow.models import Route
from workflow.queries import routedrawing
from workflow.queries import routes as queries
from workflow.routechecks import document, vocabulary
from workflow.rules import routedoc, routeedit, routeshape
from workflow.rules.codes import DUTY_NAMES
from workflow.views import routeforms
from workflow.views.access import authorities_of, holds
from workflow.views.routes import KEEPER, common, drawings, require_draft
from workflow.views.routewords import ASKING, FIELD_NAMES, LEAD_UNITS, RULES, shown

Change = Callable[[routedoc.Document], routedoc.Document]


@holds(KEEPER)
def edit_page(request: HttpRequest, route_id: int) -> HttpResponse:
    """GET /routes/<id>/edit?at=ADDRESS."""
    route = require_draft(queries.one(authorities_of(request), route_id))
    at = request.GET.get("at") or first_plan(route)
    return render(request, "workflow/routes/edit.html", page(request, route, at))


def first_plan(route: Route) -> str:
    """Where the editor opens: the first plan of the route."""
    return next((a for a, _part in routedoc.parts(document(route)) if a.startswith("plan:")), "route:")


def page(request: HttpRequest, route: Route, at: str) -> dict[str, Any]:
    """Everything the editor shows for one part."""
    content, words = document(route), vocabulary(route.kind, route.mode)
    part = queries.part_of(route, at)
    missing = [state for state in words.states if state not in {stage["state"] for stage in content["stages"]}]
    base = f"{reverse('route_edit', args=[route.pk])}?at="
    rows = [*(part.rows or []), *[queries.Row("", "")] * 3][: max(3, len(part.rows or []) + 1)]
    return common(request, route, "edit") | {
        "part": part,
        "rows": list(enumerate(rows[: routeforms.MOST_ROWS])),
        "choices": routeforms.choices(words),
        "drawing": drawings(route, marks(route, at, base)),
        "edit": base,
        "faults": [f for f in routeshape.faults(content, words) if f.address == at],
        "groups": [(g["key"], queries.name(g["names"])) for a, g in routedoc.parts(content) if a.startswith("group:")],
        "outline": list(queries.outline(content, words, at)),
        "missing": [(state, words.states[state]) for state in missing],
        "rules": RULES,
        "duties": DUTY_NAMES,
        "asking": ASKING,
        "lead_units": LEAD_UNITS,
        "earlier": _earlier(content, part.within, part.address, words),
    }


def marks(route: Route, at: str, base: str) -> routedrawing.Marks:
    """The part being edited, and what differs from the version the draft was made of."""
    changes = routedoc.differences(document(route.based_on), document(route)) if route.based_on else []
    return routedrawing.Marks({c.address: "changed" for c in changes} | {at: "here"}, lambda address: base + address)


def _earlier(content: routedoc.Document, within: str, address: str, words: Any) -> list[tuple[str, str]]:
    """States in which a track may open: its own and those before it."""
    state = address.partition(":")[2].partition("/")[0]
    states = [stage["state"] for stage in content["stages"]]
    until = states.index(state) + 1 if state in states and address.startswith("track:") else 0
    return [(one, str(words.states.get(one, one))) for one in states[:until]]


# --- saving -------------------------------------------------------------------------------------------------------
@holds(KEEPER)
@require_POST
def save(request: HttpRequest, route_id: int) -> HttpResponse:
    """POST /routes/<id>/save : one part. For htmx fragments; a conflict is 409 with the difference, nothing is lost."""
    route = queries.one(authorities_of(request), route_id)
    at, form = request.POST.get("at", ""), request.POST
    live = bool(request.headers.get("HX-Request"))
    try:
        values = routeforms.values_of(at.split(":")[0], form)
        saved = _change(request, route, at, form.get("mine") or form.get("seen", ""), values)
    except errors.EditedMeanwhile as refusal:
        response = render(
            request, "workflow/routes/conflict.html", refusal.detail | {"message": refusal.message}, status=409
        )
        response.headers["HX-Reswap"] = "innerHTML"
        return response
    except errors.InvalidInput as refusal:
        if not live:
            raise
        response = render(request, "workflow/partials/refused.html", {"message": refusal.message}, status=422)
        response.headers["HX-Reswap"] = "innerHTML"
        return response
    if not live:
        return redirect(f"{reverse('route_edit', args=[route.pk])}?at={at}")
    context = page(request, saved, at) | {"now": clock.now()}
    return render(request, "workflow/routes/saved.html", context)


def _change(request: HttpRequest, route: Route, at: str, seen: str, values: dict[str, Any]) -> Route:
    user: Any = request.user

    def change(content: routedoc.Document) -> routedoc.Document:
        try:
            routeedit.unchanged(content, at, seen)
        except routeedit.Outdated as outdated:
            if not any(_differs(name, outdated.now.get(name), value) for name, value in values.items()):
                return content  # the same was saved already, perhaps by this very person
            raise conflict(route, at, content, outdated.now, values) from outdated
        except routeedit.NoSuchPart as gone:
            raise errors.NotFound() from gone
        return routeedit.change(content, at, values)

    return commands.edit(route.pk, change, actor=user)[0]


def conflict(
    route: Route, at: str, content: routedoc.Document, now: routedoc.Document, mine: dict[str, Any]
) -> errors.EditedMeanwhile:
    """The refusal with both sides of every field in which they differ."""
    route = Route.objects.select_related("edited_by").get(pk=route.pk)
    assert route.edited_at is not None
    words = vocabulary(route.kind, route.mode)
    fields = [
        (FIELD_NAMES.get(name, name), shown(name, now.get(name), words), shown(name, value, words))
        for name, value in mine.items()
        if _differs(name, now.get(name), value)
    ]
    return errors.EditedMeanwhile(
        who=str(route.edited_by),
        when=f"{route.edited_at.astimezone(clock.SHANGHAI):%H:%M}",
        fields=fields,
        seen=routeedit.fingerprint(content, at),
        at=at,
        reload=f"{reverse('route_edit', args=[route.pk])}?at={at}",
    )


def _differs(name: str, now: Any, mine: Any) -> bool:
    """Whether two values of an entry differ; what is left out is its default."""
    default = routedoc.DEFAULTS.get(name)
    return ((default if now is None else now) or None) != (mine or None)


# --- arranging ------------------------------------------------------------------------------------------------------
@holds(KEEPER)
@require_POST
def arrange(request: HttpRequest, route_id: int) -> HttpResponse:
    """POST /routes/<id>/arrange : add, move or remove a part; back to the part concerned."""
    user: Any = request.user
    route = require_draft(queries.one(authorities_of(request), route_id))
    form = request.POST
    landed: list[str] = []

    def change(content: routedoc.Document) -> routedoc.Document:
        try:
            if form.get("seen"):
                routeedit.unchanged(content, form.get("at", ""), form["seen"])
            if form.get("around"):  # a second click, or another editor, has moved it already
                routeedit.unchanged(content, routeedit.find(content, form.get("at", "")).within, form["around"])
            changed, at = _arranged(content, form, route)
        except routeedit.Outdated as outdated:
            raise conflict(route, form.get("at", ""), content, outdated.now, {}) from outdated
        except routeedit.NoSuchPart as gone:
            raise errors.NotFound() from gone
        landed.append(at)
        return changed

    commands.edit(route.pk, change, actor=user)
    return redirect(f"{reverse('route_edit', args=[route.pk])}?at={landed[0]}")


def _arranged(content: routedoc.Document, form: QueryDict, route: Route) -> tuple[routedoc.Document, str]:
    what, at = form.get("do", ""), form.get("at", "")
    if what in ("earlier", "later"):
        return routeedit.move(content, at, -1 if what == "earlier" else 1), at
    if what == "remove":
        within = routeedit.find(content, at).within or "route:"
        return routeedit.remove(content, at), within
    if what == "add_plan":
        return routeedit.add_plan(content, at)
    if what == "add_group":
        return routeedit.add_group(content, at)
    if what == "add_after":
        spot = routeedit.find(content, at)
        return routeedit.add_group(content, spot.within, spot.index)
    if what == "add_track":
        return routeedit.add_track(content, at.partition(":")[2])
    order = list(vocabulary(route.kind, route.mode).states)
    if what == "add_stage" and form.get("state") in order:
        return routeedit.add_stage(content, str(form["state"]), order)
    raise errors.InvalidInput(field=_("Action"), expected=_("one of the buttons of the editor"))
