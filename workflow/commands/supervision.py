"""Supervision orders (督办): issue, acknowledge, answer, close; and the reminders of those that run out."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django.db import DatabaseError, OperationalError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from workflow import audit, calendars, clock, errors, reach, rights
from workflow.commands.change import change, retried
from workflow.commands.work import Work
from workflow.models import Event, Notice, Supervision, User

log = logging.getLogger(__name__)


@retried
def issue(
    step_id: int, *, actor: User, demand: str, due: date, key: str | None = None, now: datetime | None = None
) -> dict[str, Any]:
    """A leader over the step's unit demands something of whoever has it, by a date; one open order per step.

    Returns {"supervision": id, "number": "督办〔2026〕7号"}.
    """
    with change(None, step=step_id, actor=actor, verb="supervise", key=key, body=[demand, due], now=now) as work:
        if not work.replayed:
            step = work.step(step_id)
            if step.state != "open":
                raise rights.over(work, step)
            authority = reach.leads(work.authorities, step, work.case)
            if authority is None:
                raise errors.NotAllowed()
            work.as_authority(authority)
            _check(demand, due, work)
            told = [person for person in reach.asked(step, work.today) if person.pk != actor.pk]
            if not told:
                raise errors.NobodyToUrge()
            if Supervision.objects.filter(step=step, closed_at=None).exists():
                raise errors.AlreadySupervised()
            order = _numbered(work, step, authority.unit, demand.strip(), due)
            event = work.event("step.supervised", step=step.pk, supervision=order.pk, due=str(due))
            order.sequence = event.sequence
            order.save(update_fields=["sequence"])
            work.tell("supervised", told, event, step, audience="holder")
            work.outcome = {"supervision": order.pk, "number": str(order)}
    return work.outcome


def _check(demand: str, due: date, work: Work) -> None:
    if not demand.strip() or len(demand.strip()) > 500:
        raise errors.InvalidInput(
            field=_("Demand"), expected=_("what is to be done, at most 500 characters"), at="demand"
        )
    if due < work.today:
        raise errors.InvalidInput(field=_("Until"), expected=_("a day that has not passed"), at="due")


def _numbered(work: Work, step: Any, unit: Any, demand: str, due: date) -> Supervision:
    """The unit's event stream head serialises its numbers: no gap, none twice."""
    year = work.today.year
    facts = {"case": work.case.pk, "step": step.pk, "year": year}
    actor = work.actor
    assert actor is not None
    audit.append_to_stream(f"unit:{unit.pk}", "supervision.issued", work.now, actor.pk, facts)
    last = Supervision.objects.filter(unit=unit, year=year).aggregate(top=Max("number"))["top"] or 0
    return Supervision.objects.create(
        unit=unit,
        year=year,
        number=last + 1,
        case_id=work.case.pk,
        step=step,
        issuer=actor,
        issuer_for=work.on_behalf_of,
        demand=demand,
        due=due,
        issued_at=work.now,
    )


def acknowledge(supervision_id: int, *, actor: User, key: str | None = None, now: datetime | None = None) -> None:
    """Whoever has the step says that the order has come (签收); the first one counts."""
    with _change(supervision_id, actor, "acknowledge", key, None, now) as (work, order):
        if not work.replayed and order.received_at is None:
            _ensure_addressed(work, order)
            order.received_by, order.received_at = actor, work.now
            order.save(update_fields=["received_by", "received_at"])
            work.event("supervision.received", supervision=order.pk)


def answer(supervision_id: int, *, actor: User, text: str, key: str | None = None, now: datetime | None = None) -> None:
    """Whoever has the step (or had it) reports back; the issuer is told and closes the order."""
    if not text.strip() or len(text.strip()) > 500:
        raise errors.InvalidInput(field=_("Answer"), expected=_("what was done, at most 500 characters"), at="text")
    with _change(supervision_id, actor, "answer", key, text, now) as (work, order):
        if not work.replayed:
            _ensure_addressed(work, order)
            order.received_by, order.received_at = order.received_by or actor, order.received_at or work.now
            order.answer, order.answered_by, order.answered_at = text.strip(), actor, work.now
            order.save(update_fields=["received_by", "received_at", "answer", "answered_by", "answered_at"])
            event = work.event("supervision.answered", supervision=order.pk)
            work.tell("supervision_answered", [order.issuer], event)


def close(supervision_id: int, *, actor: User, key: str | None = None, now: datetime | None = None) -> None:
    """The issuer, or another leader over the step, closes the order (销号)."""
    with _change(supervision_id, actor, "close_order", key, None, now) as (work, order):
        if not work.replayed:
            authority = reach.leads(work.authorities, order.step, work.case)
            if authority is None and actor.pk != order.issuer_id:
                raise errors.NotAllowed()
            if authority:
                work.as_authority(authority)
            order.closed_by, order.closed_at = actor, work.now
            order.save(update_fields=["closed_by", "closed_at"])
            work.event("supervision.closed", supervision=order.pk)


@contextmanager
def _change(
    pk: int, actor: User, verb: str, key: str | None, body: Any, now: datetime | None
) -> Iterator[tuple[Work, Supervision]]:
    """change() on the order's case, with the order as it is under the lock."""
    found = Supervision.objects.filter(pk=pk).values_list("case", flat=True).first()
    if found is None:
        raise errors.NotFound()
    with change(found, actor=actor, verb=verb, key=key, body=[pk, body], now=now) as work:
        order = Supervision.objects.select_related("step__unit", "issuer").get(pk=pk)
        if order.closed_at and not work.replayed:
            raise errors.NoLongerOpen(why=_("closed"))
        yield work, order


def _ensure_addressed(work: Work, order: Supervision) -> None:
    assert work.actor is not None
    told = Notice.objects.filter(step=order.step_id, word="supervised", recipient=work.actor).exists()
    if told or work.actor.pk in {person.pk for person in reach.asked(order.step, work.today)}:
        return
    raise errors.NotAllowed()


def remind(now: datetime) -> int:
    """Orders that run out the next working day, and those that have: one word each to those who have the step, and
    for the late ones to the issuer. Level-triggered and unique by constraint, like every reminder."""
    today = clock.date_of(now)
    soon = {code: calendars.load(code).add_working_days(today, 1) for code in calendars.in_use()}
    open_ones = Supervision.objects.filter(closed_at=None, answered_at=None, due__lte=max(soon.values()))
    written = 0
    for order in open_ones.select_related("case", "step__unit", "issuer"):
        if order.due > soon[calendars.code_of(order.case.schedule_id)]:
            continue
        try:
            with transaction.atomic():
                written += _remind_one(order, now, today)
        except OperationalError:
            raise
        except DatabaseError:  # one broken order delays no other (P15)
            log.exception("no reminder of supervision %s", order.pk)
    return written


def _remind_one(order: Supervision, now: datetime, today: date) -> int:
    late = order.due < today
    people = {person.pk for person in reach.asked(order.step, today)} if order.step.state == "open" else set()
    people |= {order.issuer_id} if late else set()
    word = "supervision_late" if late else "supervision_due"
    event = Event.objects.get(stream=f"case:{order.case_id}", sequence=order.sequence)
    known = Notice.objects.filter(event=event, word=word).values_list("recipient", flat=True)
    made = Notice.objects.bulk_create(
        [
            Notice(
                case_id=order.case_id,
                recipient_id=person,
                word=word,
                event=event,
                urgent=late,
                created_at=now,
                not_before=now,
            )
            for person in sorted(people - set(known))
        ],
        ignore_conflicts=True,
    )
    return len(made)
