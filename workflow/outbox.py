"""What the voice still owes: take a batch of notices (SKIP LOCKED), settle it, and which words still hold."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import F, Q, QuerySet

from workflow.models import Notice
from workflow.rules.words import REMINDER

ABOUT_A_STEP = (REMINDER, "step_opened", "reassigned", "nudged", "asked", "answered", "supervised")


def _owed(now: datetime) -> QuerySet[Notice]:
    owed = Notice.objects.filter(relayed_at=None, superseded_at=None, not_before__lte=now)
    return owed.filter(Q(send_after=None) | Q(send_after__lte=now))


def recipients(now: datetime, after: int, limit: int) -> list[int]:
    """Ids of people to whom something is owed, in order, beyond `after`."""
    people = _owed(now).filter(recipient__gt=after).order_by("recipient").values_list("recipient", flat=True)
    return list(people.distinct()[:limit])


def take(now: datetime, people: Iterable[int]) -> list[Notice]:
    """Lock what is owed to these people, oldest first; another relay takes others. Call inside a transaction."""
    rows = _owed(now).filter(recipient__in=list(people))
    rows = rows.select_related("case", "step__round", "step__unit", "step__holder", "recipient")
    locked = rows.select_for_update(of=("self",), skip_locked=True, no_key=True)
    return list(locked.order_by("not_before", "id"))


def postpone(waiting: Mapping[datetime, Iterable[int]]) -> None:
    """Put words aside until their reader may be written to; the inbox shows them meanwhile."""
    for moment, ids in waiting.items():
        Notice.objects.filter(pk__in=list(ids)).update(send_after=moment)


def settle(notices: Iterable[Notice], now: datetime, moot: dict[int, str]) -> None:
    """Mark taken notices: relayed, or superseded with the reason."""
    ids = [notice.pk for notice in notices]
    for why in set(moot.values()):
        mine = [pk for pk in ids if moot.get(pk) == why]
        Notice.objects.filter(pk__in=mine).update(superseded_at=now, superseded_why=why, relayed_at=None)
    Notice.objects.filter(pk__in=[pk for pk in ids if pk not in moot]).update(relayed_at=now)


def live(notices: QuerySet[Notice]) -> QuerySet[Notice]:
    """Notices that still hold: not superseded, and one about a step only while that step, and its cycle, is open.

    Asked at read time, so a decided step leaves every inbox at once even with no worker running (D3, P11).
    """
    open_step = Q(step__state="open", step__round__closed_at=None)
    reminder = Q(word=REMINDER, cycle=F("step__due_version")) & open_step
    task = Q(word__in=[word for word in ABOUT_A_STEP if word != REMINDER]) & open_step
    return notices.filter(reminder | task | ~Q(word__in=ABOUT_A_STEP), superseded_at=None)
