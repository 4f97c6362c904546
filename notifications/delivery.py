"""Lease, send, record. Claimed is not sent: a send whose outcome is unknown becomes uncertain, never a second mail."""

import logging
import secrets
from datetime import datetime, timedelta
from itertools import count

from django.db import transaction

from notifications import wording
from notifications.channels import CHANNELS, ChannelError
from notifications.models import Delivery
from workflow import clock
from workflow.models import Notice
from workflow.queries.moot import why_moot

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=2)
RETRY_AFTER = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
_boot = secrets.randbits(31) << 32  # boot id + counter: no two claims of any two processes share a fence
_claims = count(1)


def owed(now: datetime, limit: int = 500) -> list[int]:
    """Ids of deliveries to try now; also settles the claims whose lease has run out."""
    expire(now)
    due = Delivery.objects.filter(state=Delivery.PENDING, next_try_at__lte=now)
    return list(due.order_by("next_try_at", "id").values_list("pk", flat=True)[:limit])


def expire(now: datetime) -> int:
    """A claimant that died before it called the channel gives the row back; after that nobody knows: uncertain."""
    dead = Delivery.objects.filter(state=Delivery.CLAIMED, lease_until__lt=now)
    dead.filter(started_at=None).update(state=Delivery.PENDING, lease_until=None, next_try_at=now)
    return dead.filter(started_at__isnull=False).update(
        state=Delivery.UNCERTAIN, last_error="the sender stopped before it recorded an outcome"
    )


def deliver(delivery_id: int, now: datetime | None = None) -> str:
    """Send one delivery once; returns its state afterwards. Running it twice, at once or later, sends once."""
    moment = now or clock.now()
    fence = _boot + next(_claims)
    row = _claim(delivery_id, fence, moment)
    if row is None:
        return str(Delivery.objects.filter(pk=delivery_id).values_list("state", flat=True).first() or "gone")
    try:
        message = wording.write(row.notice)  # a template that fails spoils this row only (P15)
    except Exception as trouble:
        log.exception("delivery %s: no words", delivery_id)
        return _failed(row, fence, type(trouble).__name__, permanent=True, now=moment)
    if not _start(delivery_id, fence, moment):
        return Delivery.CLAIMED
    return _send(row, fence, message, moment)


def _claim(delivery_id: int, fence: int, now: datetime) -> Delivery | None:
    """Take the row under a lease, having asked again whether the word still holds."""
    with transaction.atomic():
        rows = Delivery.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
        row = rows.filter(pk=delivery_id, state=Delivery.PENDING, next_try_at__lte=now).first()
        if row is None:
            return None
        notices = Notice.objects.select_related("case", "step__round", "step__unit", "step__holder", "recipient")
        row.notice = notices.get(pk=row.notice_id)
        why = "superseded" if row.notice.superseded_at else why_moot([row.notice], now).get(row.notice_id, "")
        if why:
            Delivery.objects.filter(pk=row.pk).update(state=Delivery.SUPERSEDED, last_error=why)
            return None
        row.attempts += 1
        row.state, row.fence, row.lease_until, row.started_at = Delivery.CLAIMED, fence, now + LEASE, None
        row.save(update_fields=["state", "fence", "lease_until", "started_at", "attempts"])
        return row


def _start(delivery_id: int, fence: int, now: datetime) -> bool:
    """Say that the channel is about to be called, if the claim is still ours."""
    mine = Delivery.objects.filter(pk=delivery_id, fence=fence, state=Delivery.CLAIMED)
    return bool(mine.update(started_at=now))


def _send(row: Delivery, fence: int, message: wording.Message, now: datetime) -> str:
    try:
        CHANNELS[row.channel].send(row.notice.recipient, message, key=f"delivery-{row.pk}")
    except ChannelError as trouble:
        return _failed(row, fence, str(trouble), permanent=trouble.permanent, now=now)
    except Exception as trouble:  # the connection broke somewhere: it may have gone out
        log.exception("delivery %s: outcome unknown", row.pk)
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
    _record(row.pk, fence, state=Delivery.PENDING, last_error=why[:300], next_try_at=again, started_at=None)
    return Delivery.PENDING


def _record(delivery_id: int, fence: int, **outcome: object) -> bool:
    """Write an outcome under our fence only; our own row that meanwhile counted as uncertain is settled by it."""
    mine = Delivery.objects.filter(pk=delivery_id, fence=fence, state__in=(Delivery.CLAIMED, Delivery.UNCERTAIN))
    return bool(mine.update(lease_until=None, **outcome))
