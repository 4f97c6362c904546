"""From owed notices to bundles: asks again whether each word still holds, and when its reader may be written to.

Evaluate always, deliver in the window: a word that may not leave yet gets `send_after` and is asked again then, so that
what was decided meanwhile falls out of the morning digest.
"""

import logging
from collections import defaultdict
from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import prefetch_related_objects

from notifications import queries, reports
from notifications.events import AT_ONCE
from notifications.models import Bundle, BundleItem, Delivery, Habits
from notifications.window import Go, decide
from workflow import calendars, clock, outbox
from workflow.commands import heartbeats
from workflow.models import Notice
from workflow.queries.moot import why_moot

log = logging.getLogger(__name__)
PEOPLE = 50  # written to in one transaction
LOCK_SPACE = 20_120_630  # of the advisory locks: one relay at a time per person
# a relay that is stopped in mid-transaction must not keep its people from the others for ever
PATIENCE = "SET LOCAL idle_in_transaction_session_timeout = '60s'"


def relay(now: datetime | None = None, people: int = PEOPLE) -> int:
    """Relay everything owed by now; returns the deliveries written. Nothing while outside sending is on hold."""
    moment = now or clock.now()
    written, after = 0, 0
    while not heartbeats.sending_is_held():
        ids = outbox.recipients(moment, after, people)
        if not ids:
            break
        written += _relay_people(ids, moment)
        after = ids[-1]
    if not heartbeats.sending_is_held():
        written += reports.relay(moment)
    heartbeats.beat(heartbeats.RELAY, clock.now(), deliveries=written)
    return written


def _relay_people(ids: list[int], now: datetime) -> int:
    """One batch of people; a failing batch is halved until the person whose words are broken stands alone (P15)."""
    try:
        with transaction.atomic():
            return _relay_locked(_locked(ids), now)
    except OperationalError:
        raise  # the server is gone: nobody's fault, the next relay finds the rest
    except (DatabaseError, LookupError, TypeError, ValueError, AttributeError):
        if len(ids) == 1:
            log.exception("nothing relayed to person %s", ids[0])
            return 0
        middle = len(ids) // 2
        return _relay_people(ids[:middle], now) + _relay_people(ids[middle:], now)


def _locked(ids: list[int]) -> list[int]:
    """Those of these people whom no other relay is writing to at the moment."""
    with connection.cursor() as cursor:
        cursor.execute(PATIENCE)
        cursor.execute(
            "SELECT id FROM unnest(%s::int[]) AS person(id) WHERE pg_try_advisory_xact_lock(%s, id)", [ids, LOCK_SPACE]
        )
        return [row[0] for row in cursor.fetchall()]


def _relay_locked(ids: list[int], now: datetime) -> int:
    notices = outbox.take(now, ids)
    moot = why_moot(notices, now)
    by_person: dict[int, list[Notice]] = defaultdict(list)
    for notice in notices:
        if notice.pk not in moot:
            by_person[notice.recipient_id].append(notice)
    prefetch_related_objects([words[0].recipient for words in by_person.values()], "addresses")
    desk = _Desk(list(by_person), now)
    leaving: list[Notice] = []
    for words in by_person.values():
        leaving += desk.sort(words)
    outbox.settle([*leaving, *(n for n in notices if n.pk in moot)], now, moot)
    outbox.postpone(desk.waiting)
    return desk.write()


class _Desk:
    """Sorts the words of some people into bundles, or puts them aside until their window opens."""

    def __init__(self, people: list[int], now: datetime) -> None:
        self.now, self.day = now, clock.date_of(now)
        self.habits, self.wishes = queries.habits_of(people), queries.Wishes(people)
        self.calendars = calendars.of_people(people, self.day)
        self.sent = queries.sent_on(people, self.day)
        self.waiting: dict[datetime, list[int]] = defaultdict(list)
        self.bundles: list[tuple[Bundle, list[Notice], list[str]]] = []

    def sort(self, words: list[Notice]) -> list[Notice]:
        """Which of one person's words leave now (or need no way but the inbox); the others wait."""
        person = words[0].recipient
        sendable = [n for n in words if self.wishes.ways(person, [n.word])]
        leaving = [n for n in words if n not in sendable]
        by_kind: dict[str, list[Notice]] = {}
        for notice in sendable:
            go = self._decide(notice, self.habits[person.pk])
            if go.wait:
                self.waiting[go.wait].append(notice.pk)
            else:
                by_kind.setdefault(go.kind, []).append(notice)
        if Bundle.DIGEST in by_kind:  # what leaves at the same moment is one message
            by_kind = {Bundle.DIGEST: [notice for mine in by_kind.values() for notice in mine]}
        for kind, mine in by_kind.items():
            self._bundle(kind, mine)
            leaving += mine
        return leaving

    def _decide(self, notice: Notice, habits: Habits) -> Go:
        number, digest_done = self.sent.get(notice.recipient_id, (0, False))
        return decide(
            self.now,
            notice.not_before,
            habits,
            self.calendars[notice.recipient_id],
            at_once=notice.word in AT_ONCE,
            urgent=notice.urgent,
            capped=number >= settings.NOTIFY_DAILY_CAP,
            digest_done=digest_done,
        )

    def _bundle(self, kind: str, words: list[Notice]) -> None:
        person = words[0].recipient
        bundle = Bundle(
            recipient=person,
            day=self.day,
            kind=kind,
            urgent=any(n.urgent for n in words),
            created_at=self.now,
        )
        self.bundles.append((bundle, words, self.wishes.ways(person, [n.word for n in words])))

    def write(self) -> int:
        """Write the bundles with their items and deliveries; three statements."""
        Bundle.objects.bulk_create([bundle for bundle, _words, _ways in self.bundles])
        BundleItem.objects.bulk_create(
            BundleItem(bundle=bundle, notice=notice) for bundle, words, _ways in self.bundles for notice in words
        )
        deliveries = [
            Delivery(bundle=bundle, channel=way, created_at=self.now, next_try_at=self.now)
            for bundle, _words, ways in self.bundles
            for way in ways
        ]
        Delivery.objects.bulk_create(deliveries)
        return len(deliveries)
