"""Routes as policy: copy the published version into a draft, edit it, publish it, discard it. Changes no running case.

A draft is one document; publishing writes it out as rows, which a trigger then freezes (promise P7).
"""

import copy
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from workflow import audit, clock, errors, policies
from workflow.commands.change import retried
from workflow.models import Group, Role, Route, Stage, StepPlan, Track, Unit, User
from workflow.models.plan import build
from workflow.routechecks import check, document
from workflow.rules import canonical, routedoc, routeshape
from workflow.rules.routedoc import Document


def may_keep(actor: User, unit: Unit, now: datetime) -> None:
    """Routes of a unit are kept by the route keeper posted over it; NotAllowed for everyone else."""
    for authority in policies.postings_of(actor, clock.date_of(now)):
        if authority.covers(Role.ROUTE_KEEPER, unit.code):
            return
    raise errors.NotAllowed()


def digest(kind: str, mode: str, content: Document) -> str:
    """Hash of a route's content; equal content has equal hashes whatever was left to defaults."""
    return canonical.digest(canonical.text([kind, mode, content]))


# --- drafts ---------------------------------------------------------------------
def draft(route_id: int, *, actor: User, now: datetime | None = None) -> Route:
    """The draft beside a published or retired version: the one under way, or a fresh copy of this version."""
    moment = now or clock.now()
    with transaction.atomic():
        source = _locked(route_id)
        may_keep(actor, source.unit, moment)
        same = Route.objects.filter(kind=source.kind, mode=source.mode, unit=source.unit)
        under_way = same.filter(status=Route.DRAFT).first()
        if under_way:
            return under_way
        return _begin(source, document(source), actor, moment)


def bring_in(route_id: int, content: Document, *, actor: User, now: datetime | None = None) -> Route:
    """Make an imported document the draft beside this version; a draft under way is refused, not overwritten."""
    moment = now or clock.now()
    if not routeshape.well_formed(content):
        raise errors.InvalidInput(field="YAML", expected=_("stages, tracks, groups and plans as in an exported file"))
    with transaction.atomic():
        source = _locked(route_id)
        may_keep(actor, source.unit, moment)
        if Route.objects.filter(kind=source.kind, mode=source.mode, unit=source.unit, status=Route.DRAFT).exists():
            raise errors.DraftUnderWay()
        return _begin(source, routedoc.tidy(content), actor, moment)


def _begin(source: Route, content: Document, actor: User, moment: datetime) -> Route:
    try:
        with transaction.atomic():
            made = Route.objects.create(
                kind=source.kind,
                mode=source.mode,
                unit=source.unit,
                version=0,  # numbered when published
                document=copy.deepcopy(content),
                digest=digest(source.kind, source.mode, content),
                based_on=source,
                edited_at=moment,
                edited_by=actor,
            )
    except IntegrityError as trouble:
        raise errors.DraftUnderWay() from trouble
    _record(made, "route.drafted", moment, actor, based_on=source.pk)
    return made


def edit(
    route_id: int, change: Callable[[Document], Document], *, actor: User, now: datetime | None = None
) -> tuple[Route, Document]:
    """Change a draft under its lock: `change` gets its document, may refuse, and returns the new one.

    A draft may be unfinished: only its shape is checked here, everything else before publishing. Returns the route and
    the document as it was before.
    """
    moment = now or clock.now()
    with transaction.atomic():
        route = _locked_draft(route_id)
        may_keep(actor, route.unit, moment)
        before = document(route)
        after = change(copy.deepcopy(before))
        if not routeshape.well_formed(after):
            raise errors.InvalidInput(
                field=_("Routes"), expected=_("stages, tracks, groups and plans as in an exported file")
            )
        after = routedoc.tidy(after)
        if after != before:
            route.document, route.digest = after, digest(route.kind, route.mode, after)
            route.edited_at, route.edited_by = moment, actor
            route.save(update_fields=["document", "digest", "edited_at", "edited_by"])
        return route, before


def discard(route_id: int, *, actor: User, now: datetime | None = None) -> None:
    """Throw a draft away. Published versions stay for ever."""
    moment = now or clock.now()
    with transaction.atomic():
        route = _locked_draft(route_id)
        may_keep(actor, route.unit, moment)
        _record(route, "route.discarded", moment, actor)
        route.delete()


# --- publishing ---------------------------------------------------------------------
@retried
def publish(
    route_id: int,
    *,
    actor: User,
    seen: str,
    document_no: str = "",
    provisional: bool = False,
    now: datetime | None = None,
) -> Route:
    """Publish a draft: freezes it and retires the former version. Changes no running case (promise P7).

    `document_no`: what it rests on; without one the keeper has to say that the version is `provisional`.
    `seen` is the digest of the draft the keeper looked at: what was checked is what is published. It
    is checked again under the lock (routechecks); a single blocking fault refuses the whole.
    """
    moment = now or clock.now()
    with transaction.atomic():
        route = _locked_draft(route_id)
        may_keep(actor, route.unit, moment)
        _ensure_grounded(document_no, provisional)
        if seen != route.digest:
            raise errors.DraftChanged(who=str(route.edited_by), when=f"{_local(route.edited_at):%H:%M}")
        found = [fault for fault in check(route, clock.date_of(moment)) if fault.blocking]
        if found:
            raise errors.NotPublishable(count=len(found), faults=[str(fault) for fault in found])
        route.document_no = document_no.strip()
        return _freeze(route, moment, actor)


def _ensure_grounded(document_no: str, provisional: bool) -> None:
    """Every limit is tied to a document, or shown as an estimate (domain.md): nobody forgets it by leaving a field."""
    if not document_no.strip() and not provisional:
        expected = _("its number, or tick that there is none yet and the version is provisional")
        raise errors.InvalidInput(field=_("Document this version rests on"), expected=expected, at="document_no")
    errors.ensure_fits(_("Document number"), document_no.strip(), Route._meta.get_field("document_no"))


def install(content: Document, *, kind: str, mode: str, unit: Unit, now: datetime | None = None) -> Route | None:
    """Publish a document that comes with the product (the default policy, a test's); None when it is in force already.

    The document must be free of faults of its own (routeshape.faults): who is posted is not asked here.
    """
    moment, content = now or clock.now(), routedoc.tidy(content)
    with transaction.atomic():
        family = _lock_family(kind, mode, unit)
        current = next((route for route in family if route.status == Route.PUBLISHED), None)
        if current and current.digest == digest(kind, mode, content):
            return None
        made = Route.objects.create(
            kind=kind,
            mode=mode,
            unit=unit,
            version=_next_version(kind, mode, unit),
            status=Route.PREPARING,  # a draft that somebody is working on stays where it is
            document=content,
            digest=digest(kind, mode, content),
        )
        return _freeze(made, moment, None)


def _freeze(route: Route, moment: datetime, actor: User | None) -> Route:
    family = _lock_family(route.kind, route.mode, route.unit)
    former = [one for one in family if one.status == Route.PUBLISHED]
    route.version = route.version or _next_version(route.kind, route.mode, route.unit)
    for one in former:
        one.status, one.retired_at = Route.RETIRED, moment
        one.save(update_fields=["status", "retired_at"])
    _write_rows(route)
    route.status, route.document, route.published_at, route.published_by = Route.PUBLISHED, None, moment, actor
    route.save()
    _record(route, "route.published", moment, actor, digest=route.digest, retired=[one.pk for one in former])
    return route


def _write_rows(route: Route) -> None:
    spec = build(route)
    for name, value in _attributes(routedoc.ROUTE, spec).items():
        setattr(route, name, value)
    for position, stage in enumerate(spec.stages):
        row = Stage.objects.create(route=route, position=position, **_attributes(routedoc.STAGE, stage))
        for index, track in enumerate(stage.tracks):
            made = Track.objects.create(stage=row, key=track.key, position=index, opens_in=track.opens_in)
            for place, group in enumerate(track.groups):
                kept = Group.objects.create(track=made, position=place, **_attributes(routedoc.GROUP, group))
                StepPlan.objects.bulk_create(
                    StepPlan(group=kept, position=rank, **_attributes(routedoc.PLAN, plan))
                    for rank, plan in enumerate(group.plans)
                )


def _attributes(fields: tuple[routedoc.Field, ...], part: Any) -> dict[str, Any]:
    values = {field.attribute: getattr(part, field.attribute) for field in fields}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


# --- rows ---------------------------------------------------------------------
def _lock_family(kind: str, mode: str, unit: Unit) -> list[Route]:
    """Lock what may change of a unit's versions for one mode, in id order (engine.md: routes before cases)."""
    live = Route.objects.filter(kind=kind, mode=mode, unit=unit, status__in=(Route.DRAFT, Route.PUBLISHED))
    return list(live.select_for_update(no_key=True).order_by("id"))


def _locked(route_id: int) -> Route:
    found = Route.objects.filter(pk=route_id).select_related("unit").first()
    if found is None:
        raise errors.NotFound()
    _lock_family(found.kind, found.mode, found.unit)
    return Route.objects.select_related("unit", "edited_by").filter(pk=route_id).first() or _gone()


def _gone() -> Route:
    raise errors.NotFound()


def _locked_draft(route_id: int) -> Route:
    route = _locked(route_id)
    if route.status != Route.DRAFT:
        raise errors.NotADraft()
    return route


def _next_version(kind: str, mode: str, unit: Unit) -> int:
    top = Route.objects.filter(kind=kind, mode=mode, unit=unit).aggregate(top=Max("version"))["top"]
    return int(top or 0) + 1


def _record(route: Route, kind: str, moment: datetime, actor: User | None, **facts: Any) -> None:
    what = {"route": route.pk, "version": route.version, "unit": route.unit_id, **facts}
    audit.append_to_stream(f"route:{route.kind}:{route.mode}", kind, moment, actor.pk if actor else None, what)


def _local(moment: datetime | None) -> datetime:
    assert moment is not None
    return moment.astimezone(clock.SHANGHAI)
