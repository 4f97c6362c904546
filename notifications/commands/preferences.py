"""A person's own settings: channels by kind of word, hours, addresses, language; and a test message."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from notifications import delivery
from notifications.channels import CHANNELS
from notifications.events import EVENTS
from notifications.models import Address, Bundle, Delivery, Habits, Preference
from workflow import clock, errors
from workflow.models import User

TELEPHONE = re.compile(r"\+?[0-9]{6,16}")
MEMBER = re.compile(r"[\w@.+:-]{1,80}")


@dataclass(frozen=True)
class Hours:
    """Quiet hours, the moment of the digest, days off and nights."""

    quiet_from: time
    quiet_until: time
    digest_at: time
    rest_days: bool = False
    night_urgent: bool = False


@transaction.atomic
def save(
    *,
    actor: User,
    wanted: Collection[tuple[str, str]],
    hours: Hours,
    addresses: Mapping[str, str | None] | None = None,
    language: str = "",
) -> None:
    """Keep what a person chose: `wanted` are (channel, kind of word); an address of None stays, of "" goes."""
    if language and language not in dict(settings.LANGUAGES):
        raise errors.InvalidInput(field=_("Language"), expected=", ".join(dict(settings.LANGUAGES)))
    Habits.objects.update_or_create(user=actor, defaults=vars(hours))
    Preference.objects.filter(user=actor).delete()
    Preference.objects.bulk_create(
        Preference(user=actor, channel=channel, event=event, enabled=False)
        for channel in CHANNELS
        for event in EVENTS
        if (channel, event) not in wanted
    )
    for channel, address in (addresses or {}).items():
        if address is not None:
            _keep(actor, channel, address.strip())
    User.objects.filter(pk=actor.pk).update(language=language)


def _keep(actor: User, channel: str, address: str) -> None:
    if not address:
        Address.objects.filter(user=actor, channel=channel).delete()
        return
    if channel not in CHANNELS or not CHANNELS[channel].needs:
        raise errors.NotFound()
    if not (TELEPHONE if channel == "sms" else MEMBER).fullmatch(address):
        expected = _("a telephone number, digits only") if channel == "sms" else _("letters, digits and @ . _ - + :")
        raise errors.InvalidInput(field=str(CHANNELS[channel].label), expected=expected)
    Address.objects.update_or_create(user=actor, channel=channel, defaults={"address": address})


def send_test(channel: str, *, actor: User, now: datetime | None = None) -> Delivery:
    """Send oneself a test message at once; the delivery says what became of it. At most five a day."""
    moment = now or clock.now()
    if channel not in CHANNELS or not CHANNELS[channel].reaches(actor):
        raise errors.InvalidInput(field=_("Channel"), expected=_("one that can reach you; enter your address first"))
    today = clock.date_of(moment)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=actor.pk)  # two clicks at once count twice
        if Bundle.objects.filter(recipient=actor, day=today, kind=Bundle.TEST).count() >= 5:
            raise errors.InvalidInput(field=_("Test message"), expected=_("at most five a day"))
        bundle = Bundle.objects.create(recipient=actor, day=today, kind=Bundle.TEST, urgent=True, created_at=moment)
        row = Delivery.objects.create(bundle=bundle, channel=channel, created_at=moment, next_try_at=moment)
    delivery.deliver(row.pk, moment)
    row.refresh_from_db()
    return row
