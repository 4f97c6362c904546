"""Lease, send, record: twice run sends once, a pause past the lease is no second mail, an unknown outcome is listed."""

from datetime import timedelta
from smtplib import SMTPAuthenticationError, SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend as LocMem

from notifications import channels, delivery, queries, wording
from notifications.channels import ChannelError
from notifications.models import Bundle, Delivery
from notifications.relay import relay
from tests import builders
from tests.builders import at
from tests.concurrency import together

OPENED = at("2026-03-02", 7)
NOW = at("2026-03-02", 9)  # the digests of the morning are on their way


@pytest.fixture
def owed(world: builders.World) -> Delivery:
    builders.agreement(world, now=OPENED)
    relay(NOW)
    return Delivery.objects.order_by("pk")[0]


class Fails:
    """A channel that raises what it is told to, and counts its calls."""

    def __init__(self, trouble: Exception) -> None:
        self.trouble, self.calls = trouble, 0

    idempotent = False

    def configured(self) -> bool:
        return True

    def reaches(self, user: Any) -> bool:
        return True

    def send(self, user: Any, message: Any, *, key: str) -> None:
        self.calls += 1
        raise self.trouble


def state(row: Delivery) -> str:
    row.refresh_from_db()
    return row.state


def test_run_twice_sends_once(owed: Delivery):
    assert delivery.deliver(owed.pk, NOW) == "sent"
    assert delivery.deliver(owed.pk, NOW) == "sent"
    assert len(mail.outbox) == 1
    assert mail.outbox[0].extra_headers["Message-ID"] == f"<delivery-{owed.pk}@resettlement.invalid>"


def test_run_at_once_by_many_sends_once(live_world: builders.World):
    builders.agreement(live_world, now=OPENED)
    relay(NOW)
    pk = delivery.owed(NOW)[0]
    results = together([lambda: delivery.deliver(pk, NOW)] * 8)
    assert not [result for result in results if isinstance(result, Exception)]
    assert len(mail.outbox) == 1
    assert Delivery.objects.get(pk=pk).state == "sent"


def test_a_passing_failure_is_tried_again_later_and_not_for_ever(owed: Delivery, monkeypatch: pytest.MonkeyPatch):
    channel = Fails(ChannelError("ConnectionRefusedError"))
    monkeypatch.setitem(channels.CHANNELS, "email", channel)
    now = NOW
    for wait in delivery.RETRY_AFTER:
        assert delivery.deliver(owed.pk, now) == "pending"
        assert owed.pk not in delivery.owed(now)
        now += wait
    assert delivery.deliver(owed.pk, now) == "failed"
    assert channel.calls == len(delivery.RETRY_AFTER) + 1
    assert [row.pk for row in queries.troubled()] == [owed.pk]


def test_a_permanent_failure_is_not_tried_again(owed: Delivery, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(channels.CHANNELS, "email", Fails(ChannelError("no such mailbox", permanent=True)))
    assert delivery.deliver(owed.pk, NOW) == "failed"
    assert (state(owed), owed.last_error) == ("failed", "no such mailbox")


def test_a_connection_lost_in_mid_sending_is_uncertain_and_not_sent_again(owed: Delivery, settings: Any):
    settings.EMAIL_BACKEND = "tests.notifications.conftest.Broken"
    assert delivery.deliver(owed.pk, NOW) == "uncertain"
    assert owed.pk not in delivery.owed(NOW + timedelta(days=1))
    assert queries.counts()["uncertain"] == 1


REFUSED = {"x@example.invalid": (450, b"greylisted")}
ANSWERS = [
    (SMTPRecipientsRefused(REFUSED), "pending"),
    (SMTPRecipientsRefused({"x@example.invalid": (550, b"no")}), "failed"),
    (SMTPDataError(554, b"spam"), "failed"),
    (SMTPDataError(451, b"later"), "pending"),
    (SMTPServerDisconnected("gone"), "uncertain"),
    (TimeoutError("silence"), "uncertain"),
]


@pytest.mark.parametrize(("answer", "end"), ANSWERS, ids=[f"{type(a).__name__}-{end}" for a, end in ANSWERS])
def test_what_the_mail_server_answers(owed: Delivery, monkeypatch: pytest.MonkeyPatch, answer: Exception, end: str):
    def send_messages(self: Any, messages: Any) -> int:
        raise answer

    monkeypatch.setattr(LocMem, "send_messages", send_messages)
    assert delivery.deliver(owed.pk, NOW) == end


def test_a_server_that_cannot_be_reached_was_given_nothing(owed: Delivery, monkeypatch: pytest.MonkeyPatch):
    def refuse(self: Any) -> None:
        raise SMTPAuthenticationError(535, b"wrong password")

    monkeypatch.setattr(LocMem, "open", refuse)
    assert delivery.deliver(owed.pk, NOW) == "pending"


def test_a_sender_that_died_before_calling_the_channel_gives_the_row_back(owed: Delivery):
    assert delivery._claim(owed.pk, 7, NOW) is not None
    assert owed.pk not in delivery.owed(NOW)
    later = NOW + delivery.LEASE + timedelta(seconds=1)
    assert owed.pk in delivery.owed(later)
    assert not delivery._start(owed.pk, 7, later)  # the paused claimant wakes up: its fence is worth nothing now
    assert delivery.deliver(owed.pk, later) == "sent"
    assert len(mail.outbox) == 1


def test_a_sender_that_died_while_sending_leaves_it_uncertain(owed: Delivery):
    assert delivery._claim(owed.pk, 7, NOW) is not None
    assert delivery._start(owed.pk, 7, NOW)
    later = NOW + delivery.LEASE + timedelta(seconds=1)
    assert owed.pk not in delivery.owed(later)
    assert state(owed) == "uncertain"
    assert delivery.deliver(owed.pk, later) == "uncertain"
    assert mail.outbox == []


def test_a_sender_only_paused_past_its_lease_settles_its_own_row(owed: Delivery, monkeypatch: pytest.MonkeyPatch):
    class Slow(Fails):
        def send(self, user: Any, message: Any, *, key: str) -> None:
            delivery.expire(NOW + timedelta(hours=1))  # meanwhile the row counted as uncertain

    monkeypatch.setitem(channels.CHANNELS, "email", Slow(Exception()))
    assert delivery.deliver(owed.pk, NOW) == "sent"
    assert state(owed) == "sent"


def test_a_broken_template_spoils_its_own_line_only(world: builders.World, monkeypatch: pytest.MonkeyPatch):
    bad, good = (builders.agreement(world, now=OPENED) for _ in range(2))
    relay(NOW)
    link = wording.link

    def fragile(notice: Any) -> str:
        if notice.case_id == bad.pk:
            raise KeyError("title")
        return link(notice)

    monkeypatch.setattr(wording, "link", fragile)
    assert [delivery.deliver(pk, NOW) for pk in delivery.owed(NOW)] == ["sent", "sent"]
    assert all(good.reference in message.body and "/inbox/" in message.body for message in mail.outbox)


def test_a_bundle_without_words_fails_alone(world: builders.World, monkeypatch: pytest.MonkeyPatch):
    builders.agreement(world, now=OPENED)
    relay(NOW)
    write = wording.write

    def fragile(bundle: Any, notices: Any) -> wording.Message:
        if bundle.recipient_id == world.clerk.pk:
            raise KeyError("title")
        return write(bundle, notices)

    monkeypatch.setattr(wording, "write", fragile)
    assert sorted(delivery.deliver(pk, NOW) for pk in delivery.owed(NOW)) == ["failed", "sent"]


def test_a_second_try_waits_for_the_morning_unless_it_is_urgent(owed: Delivery, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(channels.CHANNELS, "email", Fails(ChannelError("ConnectionRefusedError")))
    evening = at("2026-03-02", 19) + timedelta(minutes=59, seconds=30)
    assert delivery.deliver(owed.pk, evening) == "pending"
    owed.refresh_from_db()
    assert owed.next_try_at == at("2026-03-03", 8)
    Bundle.objects.update(urgent=True)
    Delivery.objects.update(next_try_at=evening)
    delivery.deliver(owed.pk, evening)
    owed.refresh_from_db()
    assert owed.next_try_at == evening + delivery.RETRY_AFTER[1]


def test_where_the_other_side_knows_its_keys_an_unknown_outcome_is_tried_again(
    owed: Delivery, monkeypatch: pytest.MonkeyPatch
):
    channel = Fails(TimeoutError("silence"))
    channel.idempotent = True
    monkeypatch.setitem(channels.CHANNELS, "email", channel)
    now = NOW
    for wait in delivery.RETRY_AFTER:
        assert delivery.deliver(owed.pk, now) == "pending"
        now += wait
    assert delivery.deliver(owed.pk, now) == "uncertain"  # bounded: an operator looks at it
    Delivery.objects.update(state="claimed", started_at=NOW, lease_until=NOW, attempts=1)
    assert owed.pk in delivery.owed(now + timedelta(days=1))


def test_a_line_break_in_a_title_is_no_mail_header(world: builders.World):
    case = builders.agreement(world, now=OPENED)
    type(case).objects.filter(pk=case.pk).update(title="户主\r\nBcc: x@example.invalid")
    relay(NOW)
    assert {delivery.deliver(pk, NOW) for pk in delivery.owed(NOW)} == {"sent"}
    assert mail.outbox[0].subject.count("\n") == 0
    assert "Bcc" not in mail.outbox[0].extra_headers
