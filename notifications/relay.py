"""From owed notices to deliveries: takes a batch, asks again whether each word still holds, writes delivery rows."""

from datetime import datetime

from django.db import transaction

from notifications.channels import CHANNELS
from notifications.models import Delivery, Preference
from workflow import clock, outbox
from workflow.commands import heartbeats
from workflow.models import Notice
from workflow.queries.moot import why_moot

BATCH = 200


def relay(now: datetime | None = None, batch: int = BATCH) -> int:
    """Relay everything owed by now; returns the deliveries written. Nothing while outside sending is on hold."""
    moment = now or clock.now()
    written = 0
    while not heartbeats.sending_is_held():
        taken, made = _relay_batch(moment, batch)
        written += made
        if taken < batch:
            break
    heartbeats.beat(heartbeats.RELAY, clock.now(), deliveries=written)
    return written


@transaction.atomic
def _relay_batch(now: datetime, batch: int) -> tuple[int, int]:
    notices = outbox.take(now, batch)
    moot = why_moot(notices, now)
    outbox.settle(notices, now, moot)
    wanted = [notice for notice in notices if notice.pk not in moot]
    deliveries = [
        Delivery(notice=notice, channel=name, created_at=now, next_try_at=now)
        for notice in wanted
        for name in _ways(notice)
    ]
    Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)
    return len(notices), len(deliveries)


def _ways(notice: Notice) -> list[str]:
    off = set(Preference.objects.filter(user=notice.recipient_id, enabled=False).values_list("channel", flat=True))
    return [name for name, channel in CHANNELS.items() if name not in off and channel.reaches(notice.recipient)]
