"""What the voice knows: deliveries an operator must look at, what a person wants and where they are reached."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Prefetch, QuerySet, prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from notifications.channels import CHANNELS
from notifications.channels.base import address_of
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


STATE_WORDS = {
    Delivery.PENDING: _("waiting"),
    Delivery.CLAIMED: _("being sent"),
    Delivery.SENT: _("sent"),
    Delivery.FAILED: _("failed"),
    Delivery.UNCERTAIN: _("uncertain"),
}


def outside(notices: Iterable[int]) -> dict[int, list[tuple[str, str, str]]]:
    """(channel, state, state in words) of every outside delivery of these words, for the inbox."""
    found: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
    rows = BundleItem.objects.filter(notice__in=list(notices), bundle__deliveries__state__in=STATE_WORDS)
    columns = ("notice_id", "bundle__deliveries__channel", "bundle__deliveries__state")
    for notice, channel, state in rows.values_list(*columns).order_by("bundle__deliveries__id"):
        if channel in CHANNELS:
            found[notice].append((str(CHANNELS[channel].label), state, str(STATE_WORDS[state])))
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


@dataclass(frozen=True)
class ChannelLine:
    """A configured channel as its person sees it; `address` is masked where it is a telephone."""

    name: str
    label: Any
    needs: Any
    address: str
    reaches: bool
    last: Delivery | None


def channels_of(user: User) -> list[ChannelLine]:
    """Channels that are switched on here (or could be, by an address), with the latest delivery of each."""
    prefetch_related_objects([user], "addresses")
    latest = Delivery.objects.filter(bundle__recipient=user).order_by("channel", "-id").distinct("channel")
    last = {row.channel: row for row in latest}
    return [
        ChannelLine(
            name=name,
            label=channel.label,
            needs=channel.needs,
            address=_masked(name, address_of(user, name)),
            reaches=channel.reaches(user),
            last=last.get(name),
        )
        for name, channel in CHANNELS.items()
        if channel.configured()
    ]


def _masked(channel: str, address: str) -> str:
    return f"{address[:3]}****{address[-4:]}" if channel == "sms" and address else address
