"""Lease, send, record. Claimed is not sent: a send whose outcome is unknown becomes uncertain, never a second mail."""

import logging
import secrets
from datetime import datetime, timedelta
from itertools import count

from django.db import transaction

from notifications import wording
from notifications.channels import CHANNELS, ChannelError
from notifications.events import event_of
from notifications.models import Bundle, Delivery
from notifications.queries import Wishes, habits_of
from notifications.window import opening
from workflow import calendars, clock
from workflow.models import Notice
from workflow.queries.moot import why_moot

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=2)
RETRY_AFTER = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
DIED = "the sender stopped before it recorded an outcome"
_boot = secrets.randbits(31) << 32  # boot id + counter: no two claims of any two processes share a fence
_claims = count(1)


def owed(now: datetime, limit: int = 500) -> list[int]:
    """Ids of deliveries to try now; also settles the claims whose lease has run out."""
    expire(now)
    due = Delivery.objects.filter(state=Delivery.PENDING, next_try_at__lte=now)
    return list(due.order_by("next_try_at", "id").values_list("pk", flat=True)[:limit])


def expire(now: datetime) -> int:
    """A claimant that died before it called the channel gives the row back; after that nobody knows: uncertain.

    Only where the receiving side recognises a repetition by its key is an unknown outcome tried again.
    """
    dead = Delivery.objects.filter(state=Delivery.CLAIMED, lease_until__lt=now)
    dead.filter(started_at=None).update(state=Delivery.PENDING, lease_until=None, next_try_at=now)
    safe = [name for name, channel in CHANNELS.items() if channel.idempotent]
    again = dead.filter(channel__in=safe, attempts__lte=len(RETRY_AFTER))
    again.update(state=Delivery.PENDING, lease_until=None, started_at=None, next_try_at=now, last_error=DIED)
    return dead.filter(started_at__isnull=False).update(state=Delivery.UNCERTAIN, last_error=DIED)


def deliver(delivery_id: int, now: datetime | None = None) -> str:
    """Send one delivery once; returns its state afterwards. Running it twice, at once or later, sends once."""
    moment = now or clock.now()
    fence = _boot + next(_claims)
    claimed = _claim(delivery_id, fence, moment)
    if claimed is None:
        return str(Delivery.objects.filter(pk=delivery_id).values_list("state", flat=True).first() or "gone")
    row, notices = claimed
    try:
        message = wording.write(row.bundle, notices)
    except Exception as trouble:
        log.exception("delivery %s: no words", delivery_id)
        return _failed(row, fence, type(trouble).__name__, permanent=True, now=moment)
    if not _start(delivery_id, fence, moment):
        return Delivery.CLAIMED
    return _send(row, fence, message, moment)


def _claim(delivery_id: int, fence: int, now: datetime) -> tuple[Delivery, list[Notice]] | None:
    """Take the row under a lease, with those of its words that still hold."""
    with transaction.atomic():
        rows = Delivery.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
        rows = rows.filter(pk=delivery_id, state=Delivery.PENDING, next_try_at__lte=now)
        row = rows.select_related("bundle__recipient", "bundle__report").first()
        if row is None:
            return None
        notices, why = _still_true(row, now)
        if not notices and row.bundle.kind in (Bundle.AT_ONCE, Bundle.DIGEST):
            Delivery.objects.filter(pk=row.pk).update(state=Delivery.SUPERSEDED, last_error=why)
            return None
        row.attempts += 1
        row.state, row.fence, row.lease_until, row.started_at = Delivery.CLAIMED, fence, now + LEASE, None
        row.save(update_fields=["state", "fence", "lease_until", "started_at", "attempts"])
        return row, notices


def _still_true(row: Delivery, now: datetime) -> tuple[list[Notice], str]:
    """The words of a bundle that hold at this moment and that its reader wants on this channel; and why none does."""
    notices = Notice.objects.select_related("case", "step__round", "step__unit", "step__holder", "recipient")
    found = list(notices.filter(bundled__bundle=row.bundle_id).order_by("not_before", "id"))
    gone = {n.pk: "superseded" for n in found if n.superseded_at} | why_moot(found, now)
    person, wishes = row.bundle.recipient_id, Wishes([row.bundle.recipient_id])
    unwanted = {n.pk: "unwanted" for n in found if not wishes.wants(person, row.channel, event_of(n.word))}
    gone = unwanted | gone
    return [n for n in found if n.pk not in gone], next(iter(gone.values()), "empty")


def _start(delivery_id: int, fence: int, now: datetime) -> bool:
    """Say that the channel is about to be called, if the claim is still ours."""
    mine = Delivery.objects.filter(pk=delivery_id, fence=fence, state=Delivery.CLAIMED)
    return bool(mine.update(started_at=now))


def _send(row: Delivery, fence: int, message: wording.Message, now: datetime) -> str:
    channel = CHANNELS[row.channel]
    try:
        channel.send(row.bundle.recipient, message, key=f"delivery-{row.pk}")
    except ChannelError as trouble:
        return _failed(row, fence, str(trouble), permanent=trouble.permanent, now=now)
    except Exception as trouble:  # the connection broke somewhere: it may have gone out
        log.warning("delivery %s: outcome unknown (%s)", row.pk, type(trouble).__name__)
        if channel.idempotent and row.attempts <= len(RETRY_AFTER):
            return _failed(row, fence, type(trouble).__name__, permanent=False, now=now)
        _record(row.pk, fence, state=Delivery.UNCERTAIN, last_error=type(trouble).__name__)
        return Delivery.UNCERTAIN
    if not _record(row.pk, fence, state=Delivery.SENT, sent_at=clock.now(), last_error=""):
        log.error("delivery %s: sent, but its claim had passed to another", row.pk)
    return Delivery.SENT


def _failed(row: Delivery, fence: int, why: str, *, permanent: bool, now: datetime) -> str:
    if permanent or row.attempts > len(RETRY_AFTER):
        _record(row.pk, fence, state=Delivery.FAILED, last_error=why[:300])
        return Delivery.FAILED
    again = now + RETRY_AFTER[row.attempts - 1]
    if not row.bundle.urgent:  # a second try waits for the morning as the first one did
        person = row.bundle.recipient_id
        again = opening(again, habits_of([person])[person], calendars.of_people([person], clock.date_of(now))[person])
    _record(row.pk, fence, state=Delivery.PENDING, last_error=why[:300], next_try_at=again, started_at=None)
    return Delivery.PENDING


def _record(delivery_id: int, fence: int, **outcome: object) -> bool:
    """Write an outcome under our fence only; our own row that meanwhile counted as uncertain is settled by it."""
    mine = Delivery.objects.filter(pk=delivery_id, fence=fence, state__in=(Delivery.CLAIMED, Delivery.UNCERTAIN))
    return bool(mine.update(lease_until=None, **outcome))
