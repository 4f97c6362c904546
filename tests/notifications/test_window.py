"""When a word may leave: evaluated always, delivered in the window."""

from datetime import datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.models import Habits
from notifications.window import Go, decide, digest_moment, is_quiet, opening
from tests.builders import SHANGHAI, at
from tests.workflow.test_workdays import CN
from workflow.rules.workdays import WorkCalendar

PLAIN = WorkCalendar()
DAY = Habits()  # quiet from 20:00 to 08:00, digest at 08:30, working days only
MONDAY = "2026-03-02"


def moment(day: str, clock: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=SHANGHAI)


def ask(now: datetime, since: datetime | None = None, habits: Habits = DAY, **flags: bool) -> Go:
    asked = {"at_once": False, "urgent": False, "capped": False, "digest_done": False} | flags
    return decide(now, since or now, habits, PLAIN, **asked)


def test_the_night_and_days_off_are_closed():
    assert opening(moment(MONDAY, "10:00"), DAY, PLAIN) == moment(MONDAY, "10:00")
    assert opening(moment(MONDAY, "20:00"), DAY, PLAIN) == moment("2026-03-03", "08:00")
    assert opening(moment(MONDAY, "03:00"), DAY, PLAIN) == moment(MONDAY, "08:00")
    assert opening(moment("2026-03-07", "10:00"), DAY, PLAIN) == moment("2026-03-09", "08:00")
    assert opening(moment("2012-04-28", "10:00"), DAY, CN) == moment("2012-04-28", "10:00")  # a working Saturday
    assert opening(moment("2012-04-29", "10:00"), DAY, CN) == moment("2012-05-02", "08:00")


def test_quiet_hours_may_lie_within_a_day_or_not_exist():
    noon = Habits(quiet_from=time(12), quiet_until=time(14))
    assert [is_quiet(time(hour), noon) for hour in (11, 12, 13, 14)] == [False, True, True, False]
    never = Habits(quiet_from=time(0), quiet_until=time(0))
    assert not any(is_quiet(time(hour), never) for hour in range(24))


def test_a_word_of_the_night_is_in_the_mornings_digest_and_one_of_the_day_in_the_next():
    assert ask(moment(MONDAY, "00:01")) == Go("digest", moment(MONDAY, "08:30"))
    assert ask(moment(MONDAY, "08:30"), moment(MONDAY, "00:01")) == Go("digest")
    assert ask(moment(MONDAY, "14:00")) == Go("digest", moment("2026-03-03", "08:30"))
    assert ask(moment("2026-03-06", "14:00")) == Go("digest", moment("2026-03-09", "08:30"))


def test_a_digest_missed_in_an_outage_goes_out_the_same_day_and_never_twice():
    assert ask(moment(MONDAY, "11:00"), moment(MONDAY, "00:01")) == Go("digest")
    late = ask(moment(MONDAY, "11:00"), moment(MONDAY, "00:01"), digest_done=True)
    assert late == Go("digest", moment("2026-03-03", "08:30"))
    night = ask(moment(MONDAY, "21:00"), moment(MONDAY, "00:01"))
    assert night == Go("digest", moment("2026-03-03", "08:30"))


def test_urgent_words_pass_digest_and_days_off_at_once_and_the_night_for_those_who_say_so():
    assert ask(moment("2026-03-07", "10:00"), urgent=True) == Go("at_once")
    assert ask(moment("2026-03-07", "00:01"), urgent=True) == Go("at_once", moment("2026-03-07", "08:00"))
    assert ask(moment("2026-03-07", "00:01"), urgent=True, habits=Habits(night_urgent=True)) == Go("at_once")


def test_a_word_that_does_not_wait_for_the_digest_waits_for_the_morning():
    assert ask(moment(MONDAY, "14:00"), at_once=True) == Go("at_once")
    assert ask(moment("2026-03-07", "14:00"), at_once=True) == Go("at_once", moment("2026-03-09", "08:00"))


@pytest.mark.parametrize("flags", [{"urgent": True}, {"at_once": True}, {}])
def test_at_the_cap_everything_waits_for_the_next_digest(flags: dict[str, bool]):
    assert ask(moment(MONDAY, "14:00"), capped=True, **flags).wait == moment("2026-03-03", "08:30")


TIMES = st.times().map(lambda t: t.replace(second=0, microsecond=0))
HABITS = st.builds(Habits, quiet_from=TIMES, quiet_until=TIMES, digest_at=TIMES, rest_days=st.booleans())
MOMENTS = st.integers(0, 400 * 24 * 60).map(lambda n: at("2012-01-01", 0) + timedelta(minutes=n))


@given(MOMENTS, st.integers(0, 5000), HABITS, st.booleans(), st.booleans(), st.booleans(), st.booleans())
def test_whatever_leaves_leaves_in_the_window_and_whatever_waits_is_asked_again_later(
    now: datetime, ago: int, habits: Habits, at_once: bool, urgent: bool, capped: bool, done: bool
):
    since = now - timedelta(minutes=ago)
    go = decide(now, since, habits, CN, at_once=at_once, urgent=urgent, capped=capped, digest_done=done)
    if go.wait is not None:
        assert go.wait > now
        assert not is_quiet(go.wait.astimezone(SHANGHAI).time(), habits)
    else:
        assert not is_quiet(now.astimezone(SHANGHAI).time(), habits)
        assert urgent or habits.rest_days or CN.is_working(now.astimezone(SHANGHAI).date())
        assert not (go.kind == "digest" and (done or capped))
        assert not (go.kind == "at_once" and capped)


@given(MOMENTS, HABITS)
def test_every_word_meets_a_digest_within_days(now: datetime, habits: Habits):
    assert now <= digest_moment(now, habits, CN) <= now + timedelta(days=16)
