"""One transaction on one case: the only lock, receipts, and the order lock - change - settle - write."""

import functools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

from django.apps import apps
from django.db import IntegrityError, OperationalError, connection, transaction

from workflow import clock, errors, policies
from workflow.commands import advance, outcome, reading
from workflow.commands.work import Work
from workflow.models import FINAL_STATES, Case, Participant, Receipt, Route, Unit, User
from workflow.rules import canonical

P = ParamSpec("P")
R = TypeVar("R")
RETRY_STATES = ("40P01", "40001")  # deadlock, serialisation failure


def retried(command: Callable[P, R]) -> Callable[P, R]:
    """Retry the whole command once after a deadlock or serialisation failure (engine.md, locks)."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except OperationalError as trouble:
            if connection.in_atomic_block or getattr(trouble.__cause__, "sqlstate", "") not in RETRY_STATES:
                raise
            return command(*args, **kwargs)

    return run


def lock(case_id: int) -> Any:
    """Lock the Case row and return the concrete kind's row, for those who need no more of it."""
    locked = reading.lock(case_id)
    return apps.get_model(locked.kind).objects.select_related("home_unit", "partner_unit", "schedule").get(pk=case_id)


@contextmanager
def change(
    case_id: int | None,
    *,
    actor: User | None,
    verb: str,
    key: str | None = None,
    body: Any = None,
    now: datetime | None = None,
    step: int | None = None,
    sighted: bool = True,
) -> Iterator[Work]:
    """One transaction on one case (or the case of `step`): lock, read, receipt, the caller's change, settle, write.

    Yields a Work; when `work.replayed` the same key already did this and the caller must do nothing. An administrator
    who moves desks, and the machine itself (no actor), are not `sighted`: they act on the run and see no family.
    """
    with transaction.atomic():
        locked = reading.lock(case_id, step)
        moment = max(now or clock.now(), locked.last_event_at)
        found = reading.read(locked.case_id, locked.kind, actor, clock.date_of(moment), key)
        work = Work(found.case, actor, moment).take(found)
        if actor is None and sighted:
            raise errors.NotFound()
        if actor and sighted and not policies.sees(actor, work.authorities, work.case, work.participants, work.today):
            raise errors.NotFound()
        take_receipt(work, verb, key, body, found.receipt)
        if work.replayed:
            yield work
            return
        yield work
        advance.settle(work)
        work.outcome["state"] = work.case.state
        outcome.write(work)


def take_receipt(work: Work, verb: str, key: str | None, body: Any, found: Receipt | None) -> None:
    """Idempotency: keep or prepare the receipt of (user, key); another body under the same key is refused."""
    if not key or work.actor is None:
        return
    errors.ensure_fits("key", key, Receipt._meta.get_field("key"))
    body_hash = canonical.digest(canonical.text([verb, work.case.pk, body]))
    if found is None:
        work.receipt = Receipt(user_id=work.actor.pk, key=key, verb=verb, body_hash=body_hash, at=work.now)
        return
    if found.body_hash != body_hash:
        raise errors.KeyReused()
    work.receipt, work.outcome, work.replayed = found, found.outcome, True


@contextmanager
def opening(
    case: Any, *, actor: User, now: datetime | None = None, participants: Iterable[tuple[User, str]] = ()
) -> Iterator[Work]:
    """Save a new kind of case under the route of its mode and unit; the caller fills it, then its first step opens."""
    moment = now or clock.now()
    with transaction.atomic():
        case.kind, case.drafter, case.created_at, case.last_event_at = case._meta.label, actor, moment, moment
        _share(case.schedule_id)
        case.route = route_for(case.kind, case.mode, case.home_unit)
        try:
            with transaction.atomic():
                case.save(force_insert=True)
        except IntegrityError as trouble:
            raise _duplicate(case) from trouble
        day = clock.date_of(moment)
        Participant.objects.bulk_create(
            Participant(case_id=case.pk, user=user, role=role, valid_from=day) for user, role in participants
        )
        work = Work(lock(case.pk), actor, moment).read()
        work.event("case.opened", model=case.kind, mode=case.mode, route=case.route_id)
        yield work
        advance.settle(work)
        outcome.write(work)


def lock_many(schedules: Iterable[int]) -> list[tuple[int, int, int, Any]]:
    """Lock the schedules' open cases in id order: (id, route, schedule, facts). Schedules are locked before.

    A decision that is under way commits first and its new steps are seen; one that comes later waits, and then reads
    the new schedule. Agreements that are only being opened wait on the schedule's row (see `opening`).
    """
    found = Case.objects.select_for_update(no_key=True).filter(policies.under_schedules(set(schedules)))
    return list(found.order_by("pk").values_list("pk", "route_id", "schedule_id", "facts"))


def _share(schedule_id: int) -> None:
    """Keep a schedule from moving until this transaction ends: a new case's dates would miss the move."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM workflow_schedule WHERE id = %s FOR SHARE", [schedule_id])


def _duplicate(case: Any) -> errors.Refusal:
    live = Case.objects.filter(kind=case.kind, subject_key=case.subject_key).exclude(state__in=FINAL_STATES).first()
    return errors.AlreadyLive(reference=live.reference if live else case.reference)


def route_for(kind: str, mode: str, unit: Unit) -> Route:
    """The published route of the nearest ancestor unit."""
    routes = Route.objects.filter(kind=kind, mode=mode, status=Route.PUBLISHED).select_related("unit")
    fitting = [route for route in routes if unit.code.startswith(route.unit.division)]
    if not fitting:
        raise errors.NoRoute(kind=kind, mode=mode, unit=unit.name)
    return max(fitting, key=lambda route: len(route.unit.division))
