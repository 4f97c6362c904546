"""A reminder that was not said while a step was held or waited for another is said as soon as that has passed."""

from datetime import date, timedelta

import pytest

from tests import builders
from tests.builders import at
from tests.workflow.test_signers import ask, at_town_review
from workflow import calendars
from workflow.commands import calendar, cases, county_calendar, deadlines, steps
from workflow.models import Case, Notice, Step
from workflow.rules import filed
from workflow.rules.filed import DayChange

OPENED, LATER = at("2026-03-02"), at("2026-03-12")


def told(step: Step) -> set[str]:
    """Who has a reminder of this step that holds."""
    rows = Notice.objects.filter(step=step, word="reminder", superseded_at=None)
    return set(rows.values_list("recipient__username", flat=True))


@pytest.mark.parametrize("how", ["signer", "opinion", "dropped"])
def test_once_nobody_is_waited_for_the_holder_is_reminded(world: builders.World, how: str) -> None:
    case, step = at_town_review(world)
    steps.claim(step.pk, actor=world.town_reviewer)
    if how == "opinion":
        steps.delegate(step.pk, actor=world.town_reviewer, to=world.clerk_2.pk, question="?", days=30)
        asked = Step.objects.get(case=case, holder=world.clerk_2, state="open")
    else:
        asked = ask(world, step, world.clerk_2, "before", days=30)
    now = at(str(step.due)) + timedelta(hours=1)
    deadlines.sweep(now)
    assert "town_reviewer" not in told(step)
    if how == "signer":
        steps.decide(asked.pk, actor=world.clerk_2, verdict="approve", now=now)
    elif how == "opinion":
        steps.give_opinion(asked.pk, actor=world.clerk_2, leaning="agree", text="可以", now=now)
    else:
        steps.drop_signer(asked.pk, actor=world.town_reviewer, reason="不必", now=now)
    deadlines.sweep(now + timedelta(minutes=1))
    assert "town_reviewer" in told(step)


@pytest.mark.parametrize("whole", [True, False])
def test_a_hold_that_moved_no_date_lets_go_of_the_reminder_too(world: builders.World, whole: bool) -> None:
    case = builders.agreement(world, now=OPENED)
    step = builders.open_step(case, "draft")
    water = date(2026, 3, 4)
    Step.objects.filter(pk=step.pk).update(backward=water, due=water, binding="backward")
    part = {} if whole else {"step_id": step.pk}
    cases.hold(case.pk, actor=world.clerk, cause="police", now=OPENED, **part)
    now = at("2026-03-04")
    deadlines.sweep(now)
    assert "clerk" not in told(step)
    cases.resume(case.pk, actor=world.clerk, now=now, **part)
    deadlines.sweep(now + timedelta(minutes=1))
    assert "clerk" in told(step)


def test_resuming_one_round_looks_at_nothing_else(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world), "account_transfer")
    step, other = Step.objects.filter(case=case, state="open").order_by("pk")[:2]
    now = Case.objects.get(pk=case.pk).last_event_at
    cases.hold(case.pk, actor=world.clerk, cause="police", step_id=step.pk, now=now)
    deadlines.sweep(now)
    before = other.watch.remind_on
    cases.resume(case.pk, actor=world.clerk, step_id=step.pk, now=now)
    other.watch.refresh_from_db()
    step.watch.refresh_from_db()
    assert (other.watch.remind_on, step.watch.remind_on) == (before, step.watch.LOOK_NOW)


@pytest.mark.parametrize("load", [False, True])
def test_days_that_bring_a_rung_nearer_but_move_no_due_date_are_seen(
    world: builders.World, monkeypatch: pytest.MonkeyPatch, load: bool
) -> None:
    calendar.seed([2025, 2026, 2027])
    calendars.forget()
    step = builders.open_step(builders.agreement(world, now=OPENED), "draft")
    assert step.due == date(2026, 3, 9)
    assert deadlines.sweep(LATER) == 5  # three days late; the fifth day is Monday the 16th
    weekend = [DayChange(date(2026, 3, day), filed.WORKING, "补班") for day in (14, 15)]
    if load:
        rows = {one.day: (True, "x", one.name) for one in weekend}
        national = calendar.lock(calendars.NATIONAL)
        monkeypatch.setattr(
            calendar, "seed", lambda _years: calendar.write(national, calendar.days_in(national) | rows, set())
        )
        county_calendar.reload([2026], now=LATER)
    else:
        unit = world.units[builders.COUNTY]
        county_calendar.override(unit, weekend, source="1", actor=world.county_officer, now=LATER)
    calendars.forget()
    step.refresh_from_db()
    assert step.due == date(2026, 3, 9)
    deadlines.sweep(at("2026-03-15"))
    assert "chair" in told(step)


def test_days_that_change_in_mid_sweep_count_from_that_batch_on(
    world: builders.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    calendar.seed([2025, 2026, 2027])
    calendars.forget()
    step = builders.open_step(builders.agreement(world, now=OPENED), "draft")
    assert step.due == date(2026, 3, 9)
    batches = deadlines._batches

    def changed_after_the_question(*args):
        for ids in batches(*args):
            weekend = [DayChange(date(2026, 3, day), filed.WORKING, "补班") for day in (14, 15)]
            unit = world.units[builders.COUNTY]
            county_calendar.override(unit, weekend, source="1", actor=world.county_officer, now=LATER)
            yield ids

    monkeypatch.setattr(deadlines, "_batches", changed_after_the_question)
    assert deadlines.sweep(LATER) == 5
    assert step.watch.remind_on == date(2026, 3, 14)  # the fifth day late; Monday the 16th before
