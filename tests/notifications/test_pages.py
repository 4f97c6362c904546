"""Reminder settings, the inbox with what became of each word outside, and the messages that did not go through."""

from datetime import time, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from notifications import delivery, queries
from notifications.commands import operator, preferences
from notifications.models import Address, Delivery, Habits
from notifications.relay import relay
from tests import builders
from tests.builders import at
from workflow import clock, errors
from workflow.models import Event, User

OPENED, NOW = at("2026-03-02", 7), at("2026-03-02", 9)
HOURS = {"quiet_from": "19:00", "quiet_until": "07:30", "digest_at": "09:15"}


@pytest.fixture
def clerk(client: Client, world: builders.World) -> Client:
    client.force_login(world.clerk)
    return client


def test_what_a_person_chooses_is_kept_and_shown(clerk: Client, world: builders.World, settings: Any):
    settings.WECOM_URL, settings.WECOM_KEY = "http://127.0.0.1:1", "k"
    chosen = {"email:reminders": "1", "wecom:hurry": "1", "address:wecom": "u-1", "language": "en", "rest_days": "1"}
    assert clerk.post("/inbox/settings/", HOURS | chosen).status_code == 302
    habits = Habits.objects.get(user=world.clerk)
    assert (habits.digest_at, habits.rest_days, habits.night_urgent) == (time(9, 15), True, False)
    wishes = queries.Wishes([world.clerk.pk])
    assert wishes.wants(world.clerk.pk, "email", "reminders")
    assert not wishes.wants(world.clerk.pk, "email", "tasks")
    assert not wishes.wants(world.clerk.pk, "wecom", "reminders")
    assert wishes.wants(world.clerk.pk, "sms", "tasks")  # not on the page, so not switched off
    assert Address.objects.get(user=world.clerk).address == "u-1"
    assert User.objects.get(pk=world.clerk.pk).language == "en"
    page = clerk.get("/inbox/settings/").content.decode()
    assert 'value="09:15"' in page and "u-1" in page and 'name="sms:tasks"' not in page


def test_a_telephone_is_shown_masked_kept_when_left_alone_and_removed_when_asked(
    clerk: Client, world: builders.World, settings: Any
):
    settings.SMS_URL = "http://127.0.0.1:1"
    clerk.post("/inbox/settings/", HOURS | {"address:sms": "13800000001"})
    page = clerk.get("/inbox/settings/").content.decode()
    assert "138****0001" in page and "13800000001" not in page
    clerk.post("/inbox/settings/", HOURS | {"address:sms": ""})
    assert Address.objects.get(user=world.clerk).address == "13800000001"
    clerk.post("/inbox/settings/", HOURS | {"clear:sms": "1"})
    assert not Address.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"address:sms": "138x"}, {"address:wecom": "a b"}, {"digest_at": "soon"}, {"language": "xx"}]
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_kept(clerk: Client, settings: Any, wrong: dict[str, str]):
    settings.SMS_URL, settings.WECOM_URL, settings.WECOM_KEY = "http://127.0.0.1:1", "http://127.0.0.1:1", "k"
    assert clerk.post("/inbox/settings/", HOURS | wrong).status_code == 422
    assert not Habits.objects.exists() and not Address.objects.exists()


def test_a_test_message_is_sent_at_once_whatever_the_hour_and_five_times_a_day_at_most(world: builders.World):
    for _ in range(5):
        assert preferences.send_test("email", actor=world.clerk, now=at("2026-03-01", 3)).state == "sent"
    with pytest.raises(errors.InvalidInput):
        preferences.send_test("email", actor=world.clerk, now=at("2026-03-01", 4))
    with pytest.raises(errors.InvalidInput):
        preferences.send_test("wecom", actor=world.clerk, now=at("2026-03-02", 3))
    assert len(mail.outbox) == 5


def test_a_failed_test_shows_its_error_on_the_page(clerk: Client, settings: Any):
    settings.EMAIL_BACKEND = "tests.notifications.conftest.Broken"
    page = clerk.post("/inbox/settings/test/email", follow=True).content.decode()
    assert page.count("TimeoutError") == 2  # the answer, and the last error of the channel


def test_the_inbox_says_by_day_what_became_of_each_word_outside(clerk: Client, world: builders.World):
    now = clock.now()
    builders.agreement(world, now=now - timedelta(days=3))
    always = {"quiet_from": time(0), "quiet_until": time(0), "digest_at": time(0), "rest_days": True}
    Habits.objects.create(user=world.clerk, **always)
    relay(now)
    mine = Delivery.objects.get(bundle__recipient=world.clerk)
    Delivery.objects.filter(pk=mine.pk).update(state="uncertain")
    page = clerk.get("/inbox/").content.decode()
    assert "送达未知" in page
    assert 'data-key="e"' in page and 'data-key="shift+e"' in page
    assert clock.date_of(now - timedelta(days=3)).isoformat() in page


def troubled(world: builders.World, settings: Any) -> Delivery:
    settings.EMAIL_BACKEND = "tests.notifications.conftest.Broken"
    builders.agreement(world, now=OPENED)
    relay(NOW)
    row = Delivery.objects.get(bundle__recipient=world.clerk)
    assert delivery.deliver(row.pk, NOW) == "uncertain"
    return row


def test_an_operator_says_what_became_of_an_uncertain_message(client: Client, world: builders.World, settings: Any):
    row = troubled(world, settings)
    client.force_login(world.system_admin)
    assert world.clerk.full_name in client.get("/operations/messages/").content.decode()
    client.post(f"/operations/messages/{row.pk}/settle", {"answer": "arrived"})
    row.refresh_from_db()
    assert (row.state, row.settled_by) == ("sent", world.system_admin)
    assert not queries.troubled().exists()
    assert Event.objects.filter(kind="delivery.settled").count() == 1
    assert client.post(f"/operations/messages/{row.pk}/settle", {"answer": "again"}).status_code == 404


def test_sending_again_is_an_operators_word_and_goes_out_once(world: builders.World, settings: Any):
    row = troubled(world, settings)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    operator.settle(row.pk, actor=world.system_admin, answer="again", now=NOW)
    assert row.pk in delivery.owed(NOW)
    assert delivery.deliver(row.pk, NOW) == "sent"
    assert [message.to for message in mail.outbox] == [["clerk@example.invalid"]]


def test_a_message_that_is_dropped_leaves_the_list_and_stays_what_it_was(world: builders.World, settings: Any):
    row = troubled(world, settings)
    operator.settle(row.pk, actor=world.system_admin, answer="drop", now=NOW)
    row.refresh_from_db()
    assert row.state == "uncertain" and not queries.troubled().exists()


@pytest.mark.parametrize("who", ["clerk", "vice_leader", "security_admin"])
def test_only_operators_see_messages_of_others(client: Client, world: builders.World, who: str):
    client.force_login(world.people[who])
    assert client.get("/operations/messages/").status_code == 404
    assert client.post("/operations/messages/release").status_code == 404
