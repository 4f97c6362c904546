"""Marking one's own notices as read; idempotent, no event: reading a reminder decides nothing."""

from collections.abc import Iterable
from datetime import date, datetime

from workflow import clock
from workflow.models import Notice, User, WeeklyReport


def mark_read(ids: Iterable[int] | None = None, *, actor: User, now: datetime | None = None) -> int:
    """Mark these notices of the actor (all of them and every weekly report when None) as read; somebody else's are
    silently not touched."""
    moment = now or clock.now()
    if ids is None:
        WeeklyReport.objects.filter(person=actor, read_at=None).update(read_at=moment)
    mine = Notice.objects.filter(recipient=actor, read_at=None, not_before__lte=moment)
    if ids is not None:
        mine = mine.filter(pk__in=list(ids))
    return mine.update(read_at=moment)


def mark_report_read(week: date, *, actor: User, now: datetime | None = None) -> int:
    """Mark the actor's own report of this week (its Monday) as read; 0 when it was, or is not theirs."""
    return WeeklyReport.objects.filter(person=actor, week=week, read_at=None).update(read_at=now or clock.now())
