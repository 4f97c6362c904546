"""Marking one's own notices as read; idempotent, no event: reading a reminder decides nothing."""

from collections.abc import Iterable
from datetime import datetime

from workflow import clock
from workflow.models import Notice, User


def mark_read(ids: Iterable[int] | None = None, *, actor: User, now: datetime | None = None) -> int:
    """Mark these notices of the actor (all of them when None) as read; somebody else's are silently not touched."""
    moment = now or clock.now()
    mine = Notice.objects.filter(recipient=actor, read_at=None, not_before__lte=moment)
    if ids is not None:
        mine = mine.filter(pk__in=list(ids))
    return mine.update(read_at=moment)
