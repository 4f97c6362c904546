"""Moving one running case to another version of its route: all or nothing, logged, revertible while nobody has acted
(which events are acts: rules/migration.py).

Lock order (engine.md): the routes first, then the case.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from workflow import clock, errors, seats
from workflow.commands import advance, dates, reading
from workflow.commands.change import change, retried
from workflow.commands.work import Work
from workflow.models import Case, CaseMigration, Event, Role, Route, Unit, User
from workflow.models.plan import spec
from workflow.rules import migration
from workflow.rules.route import RouteSpec

WHY = migration.WHY


@retried
def migrate(
    case_id: int, *, actor: User, to: int, key: str | None = None, now: datetime | None = None
) -> dict[str, Any]:
    """Move a running case to a published version; MigrationBlocked names what is in the way, and nothing is changed."""
    with transaction.atomic():
        target = _version(to, Route.PUBLISHED)
        with change(case_id, actor=actor, verb="migrate", key=key, body=[to], now=now, sighted=False) as work:
            if not work.replayed:
                _may(work, target)
                if target.pk == work.case.route_id:
                    raise errors.MigrationBlocked(why=str(WHY["same"]))
                source = work.case.route_id
                _move(work, target, "case.migrated")
        if not work.replayed:
            _remember(work, source, target.pk)
    return work.outcome


@retried
def revert(case_id: int, *, actor: User, key: str | None = None, now: datetime | None = None) -> dict[str, Any]:
    """Take the last migration back, while nobody has acted on the case since; talk about it does not count."""
    found = CaseMigration.objects.filter(case_id=case_id, reverted_at=None).order_by("-pk").first()
    if found is None:
        raise errors.NotFound()
    with transaction.atomic():
        target = _version(found.source_id, Route.PUBLISHED, Route.RETIRED)
        with change(
            case_id, actor=actor, verb="migrate.revert", key=key, body=[found.pk], now=now, sighted=False
        ) as work:
            if not work.replayed:
                _may(work, target)
                if work.case.route_id != found.target_id or not _untouched().filter(pk=found.pk).exists():
                    raise errors.MigrationBlocked(why=str(WHY["acted_since"]))
                _move(work, target, "case.migration_reverted")
        if not work.replayed:
            CaseMigration.objects.filter(pk=found.pk).update(reverted_at=work.now)
    return work.outcome


def preview(work: Work, target: RouteSpec) -> list[migration.Line]:
    """What becomes of every group of this case under another version."""
    held = work.hold is not None or bool(work.round_holds)
    live = [migration.Live(one.group, _acted(work, one)) for one in seats.live(work)]
    groups = {**{k: p.group for k, p in work.route.places.items()}, **{k: p.group for k, p in target.places.items()}}
    standing = [key for key, group in groups.items() if work.stands(group)]
    return migration.lines(work.route, target, work.case.state, work.case.facts, live, standing, held)


def _acted(work: Work, live: Any) -> bool:
    """Whether anybody decided, was added, was handed the step, or was asked for an opinion in this round."""
    steps = [step for step in work.steps if step.round_id == live.pk]
    children = any(r.parent_id in {step.pk for step in steps} for r in work.rounds if r.parent_id)
    return children or any(step.state != "open" or step.assigned or step.added_by_id for step in steps)


def _version(route_id: int, *statuses: str) -> Route:
    found = Route.objects.select_for_update(no_key=True, of=("self",)).select_related("unit").filter(pk=route_id)
    route = found.filter(status__in=statuses).first()
    if route is None:
        raise errors.NotFound()
    return route


def _may(work: Work, target: Route) -> None:
    """The keeper of the target's unit, for a case of the same kind and mode under that unit."""
    home: Unit = work.case.home_unit
    keeping = [a for a in work.authorities if a.covers(Role.ROUTE_KEEPER, target.unit.code)]
    fits = (target.kind, target.mode) == (work.case.kind, work.case.mode) and home.code.startswith(target.unit.division)
    if not keeping or not fits:
        raise errors.NotAllowed()
    if work.case.is_final:
        raise errors.MigrationBlocked(why=str(WHY["final"]))
    work.as_authority(keeping[0])


def _move(work: Work, target: Route, word: str) -> None:
    """Close what is asked no more or asked again, change the version; settle opens what the new version asks."""
    found = preview(work, spec(target.pk))
    stops = migration.blocked(found)
    if stops:
        raise errors.MigrationBlocked(why=", ".join(str(WHY[line.why]) % {"group": line.group} for line in stops))
    becomes = {line.group: line.becomes for line in found}
    for live in seats.live(work):
        if becomes.get(live.group) != migration.KEPT:
            advance.close_round(work, live, "cancelled", "migrated")
    source = work.case.route_id
    work.case.route_id, work.route = target.pk, spec(target.pk)
    dates.refresh_open(work)
    changed = {key: how for key, how in becomes.items() if how not in (migration.STANDS, migration.BEHIND)}
    work.event(word, source=source, target=target.pk, groups=changed)


def _remember(work: Work, source: int, target: int) -> None:
    assert work.actor is not None
    CaseMigration.objects.create(
        case_id=work.case.pk, source_id=source, target_id=target, at=work.now, by=work.actor, events=work.case.events
    )


def preview_of(case_id: int, *, actor: User, to: int, now: datetime | None = None) -> tuple[Work, list[migration.Line]]:
    """The preview of one case, read without a lock: what would become of every group. Nothing is written."""
    moment = now or clock.now()
    kind = Case.objects.values_list("kind", flat=True).get(pk=case_id)
    found = reading.read(case_id, kind, actor, clock.date_of(moment))
    work = Work(found.case, actor, moment).take(found)
    return work, preview(work, spec(to))


def revertible(case_ids: list[int], target_id: int) -> set[int]:
    """Cases whose last migration led to this version and on which nobody has acted since."""
    found = _untouched().filter(case_id__in=case_ids, target_id=target_id, case__route_id=target_id)
    return set(found.values_list("case_id", flat=True))


def _untouched() -> QuerySet[CaseMigration]:
    """Migrations not taken back, since which nobody has acted on their case."""
    since = Event.objects.filter(case=OuterRef("case"), sequence__gt=OuterRef("events"))
    acts = since.exclude(kind__in=migration.TALK).exclude(Q(kind=migration.LAPSED, actor=None))
    return CaseMigration.objects.filter(~Exists(acts), reverted_at=None)
