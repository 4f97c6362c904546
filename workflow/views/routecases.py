"""Beside a version: the dry run over real cases, the cases that run under it and their migration, and its files."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from workflow import clock, errors, policies, routefiles
from workflow.commands import migrations
from workflow.commands import routes as commands
from workflow.models import FINAL_STATES, Case, Route
from workflow.models.plan import spec
from workflow.queries import routes as queries
from workflow.queries import routetrial
from workflow.routechecks import vocabulary
from workflow.rules import migration
from workflow.rules.numbers import number, numbers
from workflow.views.access import authorities_of, holds
from workflow.views.routes import KEEPER, READERS, common

PAGE = 25


@holds(*READERS)
def trial_page(request: HttpRequest, route_id: int) -> HttpResponse:
    """GET /routes/<id>/trial?n=10 : the newest cases under this version, differences marked."""
    route = queries.one(authorities_of(request), route_id)
    asked = number(request.GET.get("n"))
    newest = 10 if asked is None else asked
    words = vocabulary(route.kind, route.mode)
    found = routetrial.dry_run(route, newest, clock.today(), words, _sight(request, route))
    context = common(request, route, "trial") | {
        "trials": found,
        "number": newest,
        "differing": sum(trial.differs for trial in found),
    }
    return render(request, "workflow/routes/trial.html", context)


def _sight(request: HttpRequest, route: Route) -> Q:
    """Cases a reader may have named here: their own scope; a keeper's whole county, without families (P20)."""
    user: Any = request.user
    return Q() if queries.keeps(authorities_of(request), route) else policies.in_scope(user, clock.today())


@holds(*READERS)
def cases_page(request: HttpRequest, route_id: int) -> HttpResponse:
    """GET /routes/<id>/cases : open cases of this mode and unit by version, and what migrating each would do."""
    user: Any = request.user
    route = queries.one(authorities_of(request), route_id)
    context = common(request, route, "cases")
    target = context["family"].published
    home = policies.prefix_range("home_unit__code", route.unit.division)
    sight = _sight(request, route)
    running = Case.objects.exclude(state__in=FINAL_STATES).filter(home, sight, kind=route.kind, route=route).distinct()
    rows = list(running.select_related("home_unit").order_by("pk")[:PAGE])
    movable = bool(target and context["keeper"] and target.pk != route.pk)
    undo = migrations.revertible([case.pk for case in rows], route.pk) if context["keeper"] else set()
    context |= {
        "target": target,
        "movable": movable,
        "rows": [_row(case, _lines(case, user, target) if movable else [], case.pk in undo) for case in rows],
        "total": running.count(),
        "page_size": PAGE,
    }
    return render(request, "workflow/routes/cases.html", context)


def _row(case: Case, lines: list[tuple[str, str, Any]], undo: bool) -> dict[str, Any]:
    blocked = any(mark == migration.BLOCKED for mark, _group, _words in lines)
    return {"case": case, "lines": lines, "undo": undo, "blocked": blocked}


def _lines(case: Case, user: Any, target: Route) -> list[tuple[str, str, Any]]:
    """(mark, group, words) of the groups that do not simply stand or lie ahead unchanged."""
    work, found = migrations.preview_of(case.pk, actor=user, to=target.pk)
    new = spec(target.pk)
    names = {k: queries.name(p.group.names) for one in (work.route, new) for k, p in one.places.items()}
    shown = []
    for line in found:
        fresh = line.becomes == migration.NEW and line.group not in work.route.places
        if line.becomes in (migration.STANDS, migration.NEW) and not fresh:
            continue
        words = migration.WHY[line.why] % {"group": names.get(line.group, "")} if line.why else ""
        shown.append((line.becomes, names.get(line.group, ""), words or migration.BECOMES[line.becomes]))
    return shown


@holds(KEEPER)
@require_POST
def migrate(request: HttpRequest, route_id: int) -> HttpResponse:
    """POST /routes/<id>/migrate : each chosen case in a transaction of its own; a line for each, refused ones too."""
    user: Any = request.user
    route = queries.one(authorities_of(request), route_id)
    target = common(request, route, "cases")["family"].published
    chosen = numbers(request.POST.getlist("case"))[:200]
    moved = 0
    for case_id in sorted(set(chosen)):
        reference = Case.objects.filter(pk=case_id, kind=route.kind).values_list("reference", flat=True).first()
        try:
            if reference is None:
                raise errors.NotFound()
            migrations.migrate(case_id, actor=user, to=target.pk)
            moved += 1
        except errors.Refusal as refusal:
            messages.error(request, f"{reference or case_id}: {refusal.message}")
    if moved:
        text = ngettext("%(n)d case migrated.", "%(n)d cases migrated.", moved)
        messages.success(request, text % {"n": moved})
    return redirect("route_cases", route.pk)


@holds(KEEPER)
@require_POST
def revert(request: HttpRequest, route_id: int, case_id: int) -> HttpResponse:
    """POST /routes/<id>/cases/<case>/revert : back to the version before, while nobody has acted since."""
    user: Any = request.user
    route = queries.one(authorities_of(request), route_id)
    migrations.revert(case_id, actor=user)
    messages.success(request, _("Taken back: the case runs under its former version again."))
    return redirect("route_cases", route.pk)


# --- files --------------------------------------------------------------------------------------------------------
@holds(*READERS)
def files_page(request: HttpRequest, route_id: int) -> HttpResponse:
    """GET /routes/<id>/files : the YAML to read, to keep and to bring in; BPMN for other tools."""
    route = queries.one(authorities_of(request), route_id)
    context = common(request, route, "files") | {"text": routefiles.to_yaml(route)}
    return render(request, "workflow/routes/files.html", context)


@holds(*READERS)
def download(request: HttpRequest, route_id: int, form: str) -> HttpResponse:
    """GET /routes/<id>/file.yaml and file.bpmn."""
    route = queries.one(authorities_of(request), route_id)
    text = routefiles.to_yaml(route) if form == "yaml" else routefiles.to_bpmn(route)
    kind = "application/yaml" if form == "yaml" else "application/xml"
    name = f"{route.mode}-{route.version or 'draft'}.{form}"
    return HttpResponse(
        text, content_type=f"{kind}; charset=utf-8", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@holds(KEEPER)
@require_POST
def bring_in(request: HttpRequest, route_id: int) -> HttpResponse:
    """POST /routes/<id>/import : a YAML file becomes the draft beside this version."""
    user: Any = request.user
    route = queries.one(authorities_of(request), route_id)
    upload = request.FILES.get("file")
    if upload is None or upload.size is None or upload.size > routefiles.MOST_BYTES:
        raise errors.InvalidInput(field="YAML", expected=_("a file of at most 300 kB"))
    content = routefiles.from_yaml(upload.read(), route.kind)
    made = commands.bring_in(route.pk, content, actor=user)
    return redirect("route_check", made.pk)
