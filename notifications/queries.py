"""What the voice knows: deliveries an operator must look at, what a person wants and where they are reached."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Count, Prefetch, QuerySet

from notifications.channels import CHANNELS
from notifications.events import event_of
from notifications.models import Bundle, BundleItem, Delivery, Habits, Preference
from workflow.models import User


def troubled() -> QuerySet[Delivery]:
    """Failed and uncertain deliveries that no operator has settled yet, newest first."""
    rows = Delivery.objects.filter(state__in=(Delivery.FAILED, Delivery.UNCERTAIN), settled_by=None)
    items = Prefetch("bundle__items", BundleItem.objects.select_related("notice__case"))
    return rows.select_related("bundle__recipient").prefetch_related(items).order_by("-id")


def counts() -> dict[str, int]:
    """Deliveries by state, for /readyz and the operations page."""
    rows = Delivery.objects.values("state").annotate(n=Count("pk")).values_list("state", "n")
    return dict(rows)


def habits_of(users: Iterable[int]) -> dict[int, Habits]:
    """Habits by user id; the defaults where a person has set nothing."""
    ids = set(users)
    found = {row.user_id: row for row in Habits.objects.filter(user__in=ids)}
    return {pk: found.get(pk) or Habits(user_id=pk) for pk in ids}


class Wishes:
    """Which channel each of some people wants for which kind of word, read in one statement."""

    def __init__(self, users: Iterable[int]) -> None:
        rows = Preference.objects.filter(user__in=set(users), enabled=False)
        self._off = set(rows.values_list("user_id", "channel", "event"))
        self._able: dict[int, list[str]] = {}

    def wants(self, user_id: int, channel: str, event: str) -> bool:
        """Whether this person lets this channel bring this kind of word."""
        return not {(user_id, channel, ""), (user_id, channel, event)} & self._off

    def ways(self, user: User, words: Iterable[str]) -> list[str]:
        """Channels that reach the person and that they want for at least one of these words."""
        events = {event_of(word) for word in words}
        if user.pk not in self._able:
            self._able[user.pk] = [name for name, channel in CHANNELS.items() if channel.reaches(user)]
        return [name for name in self._able[user.pk] if any(self.wants(user.pk, name, event) for event in events)]


def states_of(notices: Iterable[int]) -> dict[int, list[tuple[str, str]]]:
    """(channel, state) of every outside delivery of these words, for the inbox."""
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    rows = BundleItem.objects.filter(notice__in=list(notices), bundle__deliveries__isnull=False)
    for notice, channel, state in rows.values_list(
        "notice_id", "bundle__deliveries__channel", "bundle__deliveries__state"
    ):
        found[notice].append((channel, state))
    return found


def sent_on(recipients: Iterable[int], day: date) -> dict[int, tuple[int, bool]]:
    """Bundles of words per person on a day, and whether the digest is among them."""
    kinds = (Bundle.AT_ONCE, Bundle.DIGEST)
    rows = Bundle.objects.filter(recipient__in=list(recipients), day=day, kind__in=kinds)
    found: dict[int, tuple[int, bool]] = {}
    for recipient, kind in rows.values_list("recipient_id", "kind"):
        number, digest = found.get(recipient, (0, False))
        found[recipient] = (number + 1, digest or kind == Bundle.DIGEST)
    return found
