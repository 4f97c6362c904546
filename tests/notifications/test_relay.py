"""From owed notices to bundles: asked again at sending, one digest a day, once however often it runs."""

from datetime import date, datetime, timedelta

from django.core import mail

from notifications import delivery
from notifications.models import Bundle, BundleItem, Delivery, Habits, Preference
from notifications.relay import relay
from tests import builders
from tests.builders import at
from tests.concurrency import together
from workflow.commands import calendar, cases, county_calendar, deadlines, heartbeats
from workflow.models import Heartbeat, Notice, Posting, Step, User
from workflow.rules import filed
from workflow.rules.filed import DayChange

OPENED = at("2026-03-02", 7)


def morning(day: str) -> datetime:
    """When digests go out."""
    return at(day, 8) + timedelta(minutes=30)


def night(day: str) -> datetime:
    """When a new day's rungs are written."""
    return at(day, 0) + timedelta(minutes=1)


def say_all(now) -> list[str]:
    """Relay, then deliver whatever is owed, as the two tasks do."""
    relay(now)
    return [delivery.deliver(pk, now) for pk in delivery.owed(now)]


def fates(word: str = "reminder") -> set[tuple[str, str]]:
    return set(Notice.objects.filter(word=word).values_list("recipient__username", "superseded_why"))


def bundled(word: str = "reminder") -> int:
    return BundleItem.objects.filter(notice__word=word).count()


def test_a_reminder_reaches_its_people_by_mail_in_their_language(world: builders.World):
    User.objects.filter(username="clerk").update(language="en")
    builders.agreement(world, now=OPENED)
    say_all(morning("2026-03-02"))
    mail.outbox.clear()
    deadlines.sweep(night("2026-03-09"))
    assert say_all(night("2026-03-09")) == []  # the inbox has it, the mail waits for the morning
    assert say_all(morning("2026-03-09")) == ["sent"] * 3
    by_person = {message.to[0].split("@")[0]: message for message in mail.outbox}
    assert set(by_person) == {"clerk", "clerk_2", "contact_cadre"}
    english = by_person["clerk"]
    assert "Due date reached" in english.subject
    assert "办理期限已到" in by_person["clerk_2"].subject
    assert "/cases/T-" in english.body
    assert "2026-03-09" in english.body
    assert say_all(morning("2026-03-09")) == []
    assert len(mail.outbox) == 3


def test_nobody_is_written_to_on_a_day_off_of_their_own_county(world: builders.World):
    builders.agreement(world, now=OPENED)
    say_all(morning("2026-03-02"))
    calendar.seed([2025, 2026])
    celebration = [DayChange(date(2026, 3, 10), filed.OFF, "县庆")]
    county_calendar.override(
        world.units[builders.COUNTY], celebration, source="云移〔2026〕8号", actor=world.county_officer, now=OPENED
    )
    deadlines.sweep(night("2026-03-10"))
    assert say_all(morning("2026-03-10")) == []
    assert say_all(morning("2026-03-11")) == ["sent"] * 3


def test_a_leader_gets_one_message_about_thirty_late_steps(world: builders.World):
    made = [builders.agreement(world, now=OPENED) for _ in range(30)]
    say_all(morning("2026-03-02"))
    mail.outbox.clear()
    deadlines.sweep(night("2026-03-12"))
    say_all(morning("2026-03-12"))
    (told,) = [message for message in mail.outbox if message.to == ["vice_leader@example.invalid"]]
    assert "30" in told.subject
    assert all(case.reference in told.body for case in made)
    assert Bundle.objects.filter(recipient=world.vice_leader).count() == 1
    assert BundleItem.objects.filter(bundle__recipient=world.vice_leader).count() == 30


def test_thirty_urgent_words_at_one_time_are_one_message_too(world: builders.World):
    for _ in range(30):
        builders.agreement(world, now=OPENED)
    Step.objects.update(binding="backward")
    deadlines.sweep(at("2026-03-14"))  # a Saturday: what the water binds does not wait for Monday
    say_all(at("2026-03-14"))
    assert [message.to for message in mail.outbox].count(["vice_leader@example.invalid"]) == 1


def test_one_digest_a_person_and_day_and_what_comes_later_is_in_tomorrows(world: builders.World):
    builders.agreement(world, now=OPENED)
    assert say_all(morning("2026-03-02")) == ["sent", "sent"]
    builders.agreement(world, now=at("2026-03-02", 10))
    for hour in (10, 12, 19, 23):
        assert say_all(at("2026-03-02", hour)) == []
    assert say_all(morning("2026-03-03")) == ["sent", "sent"]
    assert Bundle.objects.filter(recipient=world.clerk, kind="digest").count() == 2


def test_the_cap_of_a_day_holds_and_loses_nothing(world: builders.World, settings):
    settings.NOTIFY_DAILY_CAP = 3
    case = builders.agreement(world, now=OPENED)
    step = builders.open_step(case, "draft")
    for minute in range(10):  # ten words that would not wait for a digest
        now = at("2026-03-02", 10) + timedelta(minutes=minute)
        Notice.objects.create(
            case=case,
            step=step,
            recipient=world.clerk,
            word="nudged",
            audience="holder",
            created_at=now,
            not_before=now,
        )
        say_all(now)
    assert [m.to[0] for m in mail.outbox].count("clerk@example.invalid") == 3
    say_all(morning("2026-03-03"))
    assert BundleItem.objects.filter(notice__word="nudged", notice__recipient=world.clerk).count() == 10
    assert (
        max(Bundle.objects.filter(recipient=world.clerk, day=day).count() for day in ("2026-03-02", "2026-03-03")) == 3
    )


def test_each_person_has_their_own_hours(world: builders.World):
    Habits.objects.create(user=world.clerk, digest_at="10:00", quiet_from="18:00", quiet_until="09:30")
    builders.agreement(world, now=OPENED)
    say_all(morning("2026-03-02"))
    assert [m.to[0] for m in mail.outbox] == ["clerk_2@example.invalid"]
    say_all(at("2026-03-02", 10))
    assert [m.to[0] for m in mail.outbox] == ["clerk_2@example.invalid", "clerk@example.invalid"]


def test_after_an_outage_one_line_a_person_and_step(world: builders.World):
    builders.agreement(world, now=OPENED)
    for day in ("2026-03-06", "2026-03-09", "2026-03-12"):  # the sweep ran, the relay did not
        deadlines.sweep(night(day))
    say_all(at("2026-03-12", 15))
    assert bundled() == 5
    assert ("clerk", "higher_rung") in fates()


def test_a_step_decided_before_the_morning_falls_out_of_the_digest(world: builders.World):
    case = builders.agreement(world, now=OPENED)
    deadlines.sweep(night("2026-03-09"))
    relay(night("2026-03-09"))
    builders.approve(world, case, "draft", now=at("2026-03-09", 8))
    relay(morning("2026-03-09"))
    closed = {who for who, why in fates() if why == "step_closed"}
    assert closed == {"clerk", "clerk_2", "contact_cadre"}
    assert bundled() == 0


def test_a_step_decided_between_relay_and_delivery_is_not_written_about(world: builders.World):
    case = builders.agreement(world, now=OPENED)
    other = builders.agreement(world, now=OPENED)
    deadlines.sweep(night("2026-03-09"))
    relay(morning("2026-03-09"))
    builders.approve(world, case, "draft", now=morning("2026-03-09"))
    for pk in delivery.owed(morning("2026-03-09")):
        delivery.deliver(pk, morning("2026-03-09"))
    assert mail.outbox
    assert not [message for message in mail.outbox if case.reference in message.body]
    assert all(other.reference in message.body for message in mail.outbox)


def test_a_bundle_whose_every_word_has_gone_is_not_sent(world: builders.World):
    case = builders.agreement(world, now=OPENED)
    relay(morning("2026-03-02"))
    builders.approve(world, case, "draft", now=morning("2026-03-02"))
    ends = {delivery.deliver(pk, morning("2026-03-02")) for pk in delivery.owed(morning("2026-03-02"))}
    assert ends == {"superseded"}
    assert mail.outbox == []


def test_who_lost_the_post_or_the_claim_or_is_held_up_hears_nothing(world: builders.World):
    case = builders.agreement(world, now=OPENED)
    now = at("2026-03-12", 15)
    deadlines.sweep(now - timedelta(hours=14))
    Step.objects.filter(case=case, state="open").update(holder=world.clerk_2)
    Posting.objects.filter(user=world.vice_leader).update(valid_until=at("2026-03-11").date())
    relay(now)
    assert {("clerk", "no_longer_theirs"), ("vice_leader", "no_longer_in_sight"), ("clerk_2", "")} <= fates()
    other = builders.agreement(world, now=OPENED)
    deadlines.sweep(now)
    cases.hold(other.pk, actor=world.clerk, cause="funds_short", now=now)
    relay(now)
    held = Notice.objects.filter(case=other, word="reminder", superseded_why="on_hold")
    assert set(held.values_list("recipient__username", flat=True)) == {"clerk", "clerk_2", "contact_cadre"}


def test_a_word_withdrawn_for_a_claim_is_owed_again_once_the_claim_is_gone(world: builders.World):
    case = builders.agreement(world, now=OPENED)
    now = at("2026-03-12", 7)
    deadlines.sweep(now)
    Step.objects.filter(case=case, state="open").update(holder=world.clerk_2)
    relay(now)
    Step.objects.filter(case=case, state="open").update(holder=None)
    deadlines.sweep(now + timedelta(minutes=1), thorough=True)
    assert ("clerk", "no_longer_theirs") in fates()
    deadlines.sweep(now + timedelta(minutes=61), thorough=True)
    relay(morning("2026-03-12"))
    assert BundleItem.objects.filter(notice__word="reminder", notice__recipient=world.clerk).count() == 1


def test_the_ten_seconds_of_undo_are_waited_for(world: builders.World):
    builders.agreement(world, now=OPENED)
    now = morning("2026-03-02")
    Notice.objects.update(not_before=now + timedelta(seconds=10), word="returned")
    assert relay(now) == 0
    assert relay(now + timedelta(seconds=10)) == 2


def test_on_hold_nothing_goes_out_and_after_the_confirmation_everything_that_still_holds(world: builders.World):
    builders.agreement(world, now=OPENED)
    deadlines.sweep(night("2026-03-09"))
    Heartbeat.objects.create(name=heartbeats.SENDING_HELD, at=OPENED)
    assert say_all(morning("2026-03-09")) == []
    assert Notice.objects.filter(superseded_at=None, relayed_at=None).exists()
    heartbeats.confirm_sending()
    assert len(say_all(morning("2026-03-09"))) == 3
    assert bundled() + bundled("step_opened") == 5


def test_a_person_may_switch_mail_off_and_one_without_address_has_the_inbox(world: builders.World):
    builders.agreement(world, now=OPENED)
    Preference.objects.create(user=world.clerk, channel="email", enabled=False)
    User.objects.filter(username="clerk_2").update(email="")
    assert relay(OPENED) == 0
    assert Notice.objects.filter(relayed_at=OPENED).count() == 2


def test_a_person_may_switch_off_one_kind_of_word_on_one_channel(world: builders.World):
    builders.agreement(world, now=OPENED)
    Preference.objects.create(user=world.clerk, channel="email", event="tasks", enabled=False)
    deadlines.sweep(night("2026-03-09"))
    say_all(morning("2026-03-09"))
    (mine,) = [message for message in mail.outbox if message.to == ["clerk@example.invalid"]]
    assert "待您办理" not in mine.subject + mine.body
    assert "办理期限已到" in mine.subject


def test_a_word_switched_off_between_relay_and_delivery_is_not_sent(world: builders.World):
    builders.agreement(world, now=OPENED)
    relay(morning("2026-03-02"))
    Preference.objects.create(user=world.clerk, channel="email", event="tasks", enabled=False)
    ends = [delivery.deliver(pk, morning("2026-03-02")) for pk in delivery.owed(morning("2026-03-02"))]
    assert sorted(ends) == ["sent", "superseded"]


def test_one_broken_person_delays_no_other(world: builders.World, monkeypatch):
    for _ in range(3):
        builders.agreement(world, now=OPENED)
    deadlines.sweep(night("2026-03-12"))
    sort = relay.__globals__["_Desk"].sort

    def fragile(self, words):
        if words[0].recipient_id == world.clerk.pk:
            raise ValueError("broken")
        return sort(self, words)

    monkeypatch.setattr(relay.__globals__["_Desk"], "sort", fragile)
    assert relay(morning("2026-03-12")) == 4
    monkeypatch.undo()
    assert relay(morning("2026-03-12")) == 1  # mended: the next relay finds what is owed


def test_two_relays_at_once_owe_each_word_once(live_world: builders.World):
    for _ in range(6):
        builders.agreement(live_world, now=OPENED)
    deadlines.sweep(night("2026-03-09"))
    now = morning("2026-03-09")
    results = together([lambda: relay(now, people=1)] * 4)
    relay(now)
    assert all(isinstance(result, int) for result in results)
    assert Delivery.objects.count() == 3
    assert BundleItem.objects.count() == 6 * 5
    assert not Notice.objects.filter(relayed_at=None, superseded_at=None).exists()
