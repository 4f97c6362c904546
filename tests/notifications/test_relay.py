"""From owed notices to deliveries: asked again at sending, once however often it runs, nothing while on hold."""

from datetime import timedelta

from django.core import mail

from notifications import delivery
from notifications.models import Delivery, Preference
from notifications.relay import relay
from tests import builders
from tests.builders import at
from tests.concurrency import together
from workflow.commands import cases, deadlines, heartbeats
from workflow.models import Heartbeat, Notice, Posting, Step, User

OPENED, DUE, LATER = at("2026-03-02"), at("2026-03-09"), at("2026-03-12")


def say_all(now) -> list[str]:
    """Relay, then deliver whatever is owed, as the two tasks do."""
    relay(now)
    return [delivery.deliver(pk, now) for pk in delivery.owed(now)]


def fates(word: str = "reminder") -> set[tuple[str, str]]:
    return set(Notice.objects.filter(word=word).values_list("recipient__username", "superseded_why"))


def test_a_reminder_reaches_its_people_by_mail_in_their_language(world: builders.World):
    User.objects.filter(username="clerk").update(language="en")
    builders.agreement(world, now=OPENED)
    say_all(OPENED)
    mail.outbox.clear()
    deadlines.sweep(DUE)
    assert say_all(DUE) == ["sent"] * 3
    by_person = {message.to[0].split("@")[0]: message for message in mail.outbox}
    assert set(by_person) == {"clerk", "clerk_2", "contact_cadre"}
    english = by_person["clerk"]
    assert "Due date reached" in english.subject
    assert "办理期限已到" in by_person["clerk_2"].subject
    assert "/cases/T-" in english.body
    assert "2026-03-09" in english.body
    assert say_all(DUE) == []
    assert len(mail.outbox) == 3


def test_only_title_and_link_go_out(world: builders.World):
    case = builders.agreement(world, now=OPENED, amount="987654.32")
    say_all(OPENED)
    text = "".join(message.subject + message.body for message in mail.outbox)
    assert case.reference in text
    assert case.title in text
    assert "987654" not in text


def test_after_an_outage_one_message_a_person_and_step(world: builders.World):
    builders.agreement(world, now=OPENED)
    for moment in (at("2026-03-04"), DUE, LATER):  # the sweep ran, the relay did not
        deadlines.sweep(moment)
    say_all(LATER)
    assert Delivery.objects.filter(notice__word="reminder").count() == 5
    assert ("clerk", "higher_rung") in fates()


def test_a_step_decided_meanwhile_is_not_written_about(world: builders.World):
    case = builders.agreement(world, now=OPENED)
    deadlines.sweep(DUE)
    builders.approve(world, case, "draft", now=DUE)
    relay(DUE + timedelta(minutes=1))
    closed = {who for who, why in fates() if why == "step_closed"}
    assert closed == {"clerk", "clerk_2", "contact_cadre"}
    assert not Delivery.objects.filter(notice__word="reminder").exists()


def test_a_step_decided_between_relay_and_delivery_is_not_written_about(world: builders.World):
    case = builders.agreement(world, now=OPENED)
    deadlines.sweep(DUE)
    relay(DUE)
    builders.approve(world, case, "draft", now=DUE)
    for pk in delivery.owed(DUE):
        delivery.deliver(pk, DUE)
    assert set(Delivery.objects.filter(notice__word="reminder").values_list("state", flat=True)) == {"superseded"}
    assert not [message for message in mail.outbox if "2026-03-09" in message.body]


def test_who_lost_the_post_or_the_claim_or_is_held_up_hears_nothing(world: builders.World):
    case = builders.agreement(world, now=OPENED)
    deadlines.sweep(LATER)
    Step.objects.filter(case=case, state="open").update(holder=world.clerk_2)
    Posting.objects.filter(user=world.vice_leader).update(valid_until=at("2026-03-11").date())
    relay(LATER)
    assert {("clerk", "no_longer_theirs"), ("vice_leader", "no_longer_in_sight"), ("clerk_2", "")} <= fates()
    other = builders.agreement(world, now=OPENED)
    deadlines.sweep(LATER)
    cases.hold(other.pk, actor=world.clerk, cause="funds_short", now=LATER)
    relay(LATER)
    held = Notice.objects.filter(case=other, word="reminder", superseded_why="on_hold")
    assert set(held.values_list("recipient__username", flat=True)) == {"clerk", "clerk_2", "contact_cadre"}


def test_a_word_withdrawn_for_a_claim_is_owed_again_once_the_claim_is_gone(world: builders.World):
    case = builders.agreement(world, now=OPENED)
    deadlines.sweep(LATER)
    Step.objects.filter(case=case, state="open").update(holder=world.clerk_2)
    relay(LATER)
    Step.objects.filter(case=case, state="open").update(holder=None)
    deadlines.sweep(LATER + timedelta(minutes=1), thorough=True)
    assert relay(LATER + timedelta(minutes=1)) == 0
    deadlines.sweep(LATER + timedelta(minutes=61), thorough=True)
    assert relay(LATER + timedelta(minutes=61)) == 1
    assert Delivery.objects.filter(notice__word="reminder", notice__recipient=world.clerk).count() == 1


def test_the_ten_seconds_of_undo_are_waited_for(world: builders.World):
    builders.agreement(world, now=OPENED)
    Notice.objects.update(not_before=OPENED + timedelta(seconds=10))
    assert relay(OPENED) == 0
    assert relay(OPENED + timedelta(seconds=10)) == 2


def test_on_hold_nothing_goes_out_and_after_the_confirmation_everything_that_still_holds(world: builders.World):
    builders.agreement(world, now=OPENED)
    deadlines.sweep(DUE)
    Heartbeat.objects.create(name=heartbeats.SENDING_HELD, at=DUE)
    assert say_all(DUE) == []
    assert Notice.objects.filter(superseded_at=None, relayed_at=None).exists()
    heartbeats.confirm_sending()
    assert len(say_all(DUE)) == 5


def test_a_person_may_switch_mail_off_and_one_without_address_has_the_inbox(world: builders.World):
    builders.agreement(world, now=OPENED)
    Preference.objects.create(user=world.clerk, channel="email", enabled=False)
    User.objects.filter(username="clerk_2").update(email="")
    assert relay(OPENED) == 0
    assert Notice.objects.filter(relayed_at=OPENED).count() == 2


def test_two_relays_at_once_owe_each_delivery_once(live_world: builders.World):
    for _ in range(6):
        builders.agreement(live_world, now=OPENED)
    deadlines.sweep(DUE)
    results = together([lambda: relay(DUE, batch=5)] * 4)
    relay(DUE)
    assert all(isinstance(result, int) for result in results)
    assert Delivery.objects.count() == 6 * 5
    assert not Notice.objects.filter(relayed_at=None, superseded_at=None).exists()
