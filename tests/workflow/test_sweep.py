"""Reminders: who is told at which rung, what is not said, and a broken row that delays no other."""

from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.db.models import F

from tests import builders
from tests.builders import at
from workflow import calendars, clock, sweep
from workflow.commands import calendar, cases, deadlines, heartbeats, people, steps
from workflow.models import Calendar, Case, Heartbeat, Notice, Participant, Posting, Step, User
from workflow.queries import inbox
from workflow.rules.workdays import WorkCalendar

# the drafting step opens on Monday 2 March 2026 with five working days: due on Monday the 9th
OPENED, EARLY, DUE, LATE, LATER = (at(f"2026-03-{day:02}") for day in (2, 6, 9, 10, 12))


def told(case: Case, *, live: bool = True) -> set[tuple[str, int, str]]:
    rows = Notice.objects.filter(case=case, word="reminder", superseded_at__isnull=live)
    return set(rows.values_list("recipient__username", "rung", "audience"))


def test_each_rung_tells_its_people_once(world: builders.World):
    case = builders.agreement(world, now=OPENED)
    assert deadlines.sweep(OPENED) == 0
    assert deadlines.sweep(EARLY) == 3
    assert told(case) == {("clerk", -1, "holder"), ("clerk_2", -1, "holder"), ("contact_cadre", -1, "contact_cadre")}
    assert deadlines.sweep(EARLY) == 0
    assert deadlines.sweep(DUE) == 3
    assert deadlines.sweep(LATE) == 4
    assert deadlines.sweep(LATER) == 5
    assert deadlines.sweep(LATER) == deadlines.sweep(LATER, thorough=True) == 0
    assert {who for who in told(case) if who[1] == 3} == {
        ("clerk", 3, "holder"),
        ("clerk_2", 3, "holder"),
        ("contact_cadre", 3, "contact_cadre"),
        ("town_reviewer", 3, "office_head"),
        ("vice_leader", 3, "supervisor"),
    }
    assert deadlines.sweep(at("2026-03-16")) == 6
    assert deadlines.sweep(at("2026-03-23")) == 7
    assert {(who, audience) for who, rung, audience in told(case) if rung == 10} >= {
        ("chair", "secretary"),
        ("county_officer", "county"),
    }


def test_after_an_outage_only_the_highest_rung_lives_and_the_skipped_ones_are_recorded(world: builders.World):
    case = builders.agreement(world, now=OPENED)
    assert deadlines.sweep(LATER) == 5
    assert {rung for _who, rung, _as in told(case)} == {3}
    assert {who for who in told(case, live=False) if who[0] == "clerk"} == {
        ("clerk", rung, "holder") for rung in (-1, 0, 1)
    }


def test_the_claimant_alone_is_reminded_with_the_people_a_substitution_joins_to_them(world: builders.World):
    case = builders.agreement(world, now=OPENED)
    step = builders.open_step(case, "draft")
    steps.claim(step.pk, actor=world.clerk, now=OPENED)
    helper = builders.user("helper", "archive_keeper", world.units[builders.COUNTY])
    posting = Posting.objects.get(user=world.clerk)
    people.lend(posting.pk, actor=world.clerk, substitute=helper, until=date(2026, 3, 31), now=OPENED)
    deadlines.sweep(EARLY)
    assert {who for who, _rung, audience in told(case) if audience == "holder"} == {"clerk", "helper"}


def test_a_lapsed_claim_falls_back_to_everyone_who_may(world: builders.World):
    case = builders.agreement(world, now=OPENED)
    steps.claim(builders.open_step(case, "draft").pk, actor=world.clerk, now=OPENED)
    Posting.objects.filter(user=world.clerk).update(valid_until=date(2026, 3, 3))
    deadlines.sweep(EARLY)
    assert {who for who, _rung, audience in told(case) if audience == "holder"} == {"clerk_2"}


def test_nobody_without_a_posting_is_told_of_a_household(world: builders.World):
    case = builders.agreement(world, now=OPENED)
    Participant.objects.create(case=case, user=world.nobody, role="contact_cadre", valid_from=date(2026, 1, 1))
    User.objects.filter(username="clerk_2").update(is_active=False)
    deadlines.sweep(DUE)
    assert {who for who, _rung, _as in told(case)} == {"clerk", "contact_cadre"}


def test_while_held_the_holder_hears_nothing_and_the_supervisor_still_does(world: builders.World):
    case = builders.agreement(world, now=OPENED)
    cases.hold(case.pk, actor=world.clerk, cause="funds_short", now=OPENED)
    assert deadlines.sweep(DUE) == 0
    assert deadlines.sweep(LATER) == 2
    assert told(case) == {("vice_leader", 3, "supervisor"), ("town_reviewer", 3, "office_head")}
    cases.resume(case.pk, actor=world.clerk, now=LATER)
    step = builders.open_step(case, "draft")
    assert (step.due, step.due_version) == (date(2026, 3, 19), 2)  # eight working days given back, a new cycle
    assert deadlines.sweep(LATER) == 3  # five working days before the new date
    assert deadlines.sweep(at("2026-03-17")) == 0
    assert deadlines.sweep(at("2026-03-18")) == 3


def test_a_decided_step_is_not_reminded(world: builders.World):
    case = builders.agreement(world, now=OPENED)
    builders.approve(world, case, "draft", now=EARLY)
    deadlines.sweep(LATER)
    assert not told(case) & {("clerk", 3, "holder")}


def test_a_moved_due_date_starts_a_new_cycle(world: builders.World):
    case = builders.agreement(world, now=OPENED)
    deadlines.sweep(DUE)
    Step.objects.filter(case=case).update(due=date(2026, 4, 20), due_version=F("due_version") + 1)
    assert deadlines.sweep(DUE) == 0
    assert deadlines.sweep(at("2026-04-20")) == 3
    cycles = Notice.objects.filter(case=case, rung=0, recipient=world.clerk).values_list("cycle", flat=True)
    assert sorted(cycles) == [1, 2]


def test_every_new_round_is_reminded_of_anew(world: builders.World):
    case = builders.agreement(world, now=OPENED)
    first = builders.open_step(case, "draft")
    deadlines.sweep(at("2026-03-10"))
    builders.approve(world, case, "draft", now=at("2026-03-10"))
    step = Step.objects.filter(case=case, state="open").order_by("pk")[0]
    steps.decide(
        step.pk,
        actor=builders.holder(world, step),
        verdict="return",
        to="draft",
        reason_code="members_wrong",
        comment="成员有误",
        now=at("2026-03-11"),
    )
    again = builders.open_step(case, "draft")
    assert again.pk != first.pk
    deadlines.sweep(at("2026-03-11"))
    assert not Notice.objects.filter(word="reminder", step=again, superseded_at=None, rung__gte=0).exists()
    deadlines.sweep(at("2026-03-19"))
    assert set(
        Notice.objects.filter(word="reminder", step=again, superseded_at=None).values_list("rung", flat=True)
    ) == {1}
    assert inbox_steps(world) == {again.pk}


def inbox_steps(world: builders.World) -> set[int | None]:
    """Steps of which the clerk's inbox reminds at that time."""
    rows = inbox.pending(world.clerk, now=at("2026-03-19")).rows
    return {row.step_id for row in rows if row.word == "reminder"}


def test_one_poisoned_step_delays_no_other(live_world: builders.World):
    bad = builders.agreement(live_world, now=OPENED)
    good = [builders.agreement(live_world, now=OPENED) for _ in range(4)]
    poison = f"""
        CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN IF NEW.case_id = {bad.pk} THEN RAISE 'poisoned'; END IF; RETURN NEW; END $$;
        CREATE TRIGGER poison BEFORE INSERT ON workflow_notice FOR EACH ROW EXECUTE FUNCTION poison()"""
    with connections["owner"].cursor() as owner:
        owner.execute(poison)
    try:
        done = deadlines.sweep_all(LATER, batch=3)
    finally:
        with connections["owner"].cursor() as owner:
            owner.execute("DROP FUNCTION poison() CASCADE")
    assert done.failed == [builders.open_step(bad, "draft").pk]
    assert done.reminders == 5 * len(good)
    assert deadlines.sweep(LATER) == 5  # mended: the next sweep finds what is missing


def test_the_heartbeat_is_real_time_and_written_after_the_work(world: builders.World, monkeypatch: pytest.MonkeyPatch):
    before = clock.now()
    sweep.run(LATER)
    assert Heartbeat.objects.get(name="sweep").at >= before
    Heartbeat.objects.all().delete()

    def broken(*_args: object, **_named: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(deadlines, "sweep_all", broken)
    with pytest.raises(RuntimeError):
        sweep.run(LATER)
    assert not Heartbeat.objects.filter(name="sweep").exists()


def test_a_day_of_silence_holds_outside_sending_until_an_operator_confirms(world: builders.World):
    sweep.run()
    assert not heartbeats.sending_is_held()
    Heartbeat.objects.filter(name="sweep").update(at=clock.now() - timedelta(hours=25))
    sweep.run()
    sweep.run()
    assert heartbeats.sending_is_held()
    call_command("confirm_sending")
    assert not heartbeats.sending_is_held()


def test_the_clock_may_be_moved_ahead_only_over_sample_people(world: builders.World, capsys: pytest.CaptureFixture):
    builders.agreement(world, now=OPENED)
    with pytest.raises(CommandError, match="sample"):
        call_command("sweep_deadlines", now="2099-03-12T09:00")
    with pytest.raises(CommandError, match="not an ISO date"):
        call_command("sweep_deadlines", now="tomorrow")
    call_command("sweep_deadlines", now="2026-03-12T09:00")
    assert "5 reminders" in capsys.readouterr().out
    User.objects.update(is_sample=True)
    call_command("sweep_deadlines", now="2099-03-12T09:00")


def test_the_night_verifies_history_and_names_the_years_the_calendar_does_not_know(world: builders.World):
    builders.agreement(world, now=OPENED)
    found = sweep.nightly(date(2026, 3, 2))
    assert found["history_ok"]
    assert found["checked"] > 0
    assert found["provisional_years"] == [2027]
    assert Heartbeat.objects.get(name="nightly").detail == found


# jumps of the clock as (from, to): no early reminder, no second one, and after the jump back nothing new
JUMPS = [
    (EARLY, EARLY + timedelta(hours=1)),
    (EARLY, EARLY - timedelta(hours=1)),
    (DUE, DUE - timedelta(days=1)),
    (EARLY, EARLY + timedelta(days=1)),
    (OPENED, OPENED + timedelta(days=30)),
    (LATER, LATER - timedelta(days=30)),
]


@pytest.mark.parametrize(("first", "then"), JUMPS)
def test_a_jump_of_the_clock_reminds_nobody_early_or_twice(world: builders.World, first, then):
    case = builders.agreement(world, now=OPENED)
    for moment in (first, then, first, then):
        deadlines.sweep(moment)
    step = builders.open_step(case, "draft")
    latest = clock.date_of(max(first, then))
    for notice in Notice.objects.filter(case=case, word="reminder"):
        assert WorkCalendar().add_working_days(step.due, notice.rung) <= latest
    rows = Notice.objects.filter(word="reminder").values_list("step", "rung", "recipient", "cycle")
    assert len(rows) == len(set(rows))


@pytest.mark.parametrize(
    ("opened", "early", "due"),
    [("2024-02-22", "2024-02-28", "2024-02-29"), ("2025-12-25", "2025-12-31", "2026-01-01")],
    ids=["leap day", "year end"],
)
def test_leap_day_and_year_end(world: builders.World, opened: str, early: str, due: str):
    case = builders.agreement(world, now=at(opened))
    assert builders.open_step(case, "draft").due == date.fromisoformat(due)
    assert deadlines.sweep(at(early) - timedelta(days=1)) == 0
    assert deadlines.sweep(at(early)) == 3


def test_the_seeded_calendar_knows_make_up_days_and_says_which_years_it_does_not_know(db: None):
    calendars.forget()
    assert calendar.seed((2012, 2026, 2027)) == sum(366 if year % 4 == 0 else 365 for year in range(2012, 2028))
    known = calendars.load()
    assert known.is_working(date(2012, 4, 28))
    assert not known.is_working(date(2012, 6, 22))
    assert known.is_working(date(2026, 2, 14))
    assert not known.is_provisional(date(2012, 1, 1), date(2026, 12, 31))
    assert known.is_provisional(date(2026, 12, 31), date(2027, 1, 1))
    assert calendar.uncovered((2012, 2026, 2027, 2028)) == [2027, 2028]
    assert calendar.seed((2012, 2026, 2027)) == 0
    assert Calendar.objects.get(code="CN").version == 1
    assert calendar.seed([2011]) > 365  # the year before: every later day is numbered anew
    assert calendars.load().between(date(2011, 12, 30), date(2012, 1, 4)) == 2  # 31 Dec 2011 was worked
