"""Holds on a case or one round: nothing is decided, slack runs on, days are given back once and booked to a party."""

from datetime import date, timedelta

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tests import builders
from tests.builders import World
from tests.workflow.test_workdays import CN
from workflow import calendars, clock, errors
from workflow.commands import calendar, cases, rounds
from workflow.models import Case, Hold, Step
from workflow.queries import board, casepage, holds, slack
from workflow.rules import holds as rule

SPANS = st.lists(
    st.tuples(st.dates(date(2012, 1, 1), date(2012, 12, 1)), st.integers(0, 40)).map(
        lambda pair: (pair[0], pair[0] + timedelta(days=pair[1]))
    ),
    max_size=6,
)


@pytest.fixture
def county(world: World) -> World:
    calendar.seed([2025, 2026, 2027])
    return world


def signed(world: World) -> Case:
    """A signed case: transfer, plot and payment run side by side."""
    return builders.walk(world, builders.agreement(world), until="account_transfer")


def hold(world: World, case: Case, days: int = 0, **values: object) -> None:
    cases.hold(case.pk, actor=world.clerk, now=world.now + timedelta(days=days), **{"cause": "police", **values})


def resume(world: World, case: Case, days: int, **values: object) -> None:
    cases.resume(case.pk, actor=world.clerk, now=world.now + timedelta(days=days), **values)


def test_a_held_step_waits_and_the_others_go_on(county: World) -> None:
    case = signed(county)
    first = Step.objects.filter(case=case, state="open").first()
    assert first is not None
    free = Step.objects.filter(case=case, state="open").exclude(round=first.round_id).first()
    assert free is not None
    hold(county, case, step_id=first.pk)
    with pytest.raises(errors.OnHold):
        builders.approve(county, case, first.plan)
    builders.approve(county, case, free.plan)
    resume(county, case, 1, step_id=first.pk)
    builders.approve(county, case, first.plan, now=county.now + timedelta(days=1, hours=1))


def test_a_case_and_a_round_may_be_held_at_once_but_neither_twice(county: World) -> None:
    case = signed(county)
    step = Step.objects.filter(case=case, state="open").first()
    assert step is not None
    hold(county, case, step_id=step.pk)
    hold(county, case)
    for values in ({}, {"step_id": step.pk}):
        with pytest.raises(errors.OnHold):
            hold(county, case, **values)
    resume(county, case, 1)
    assert Hold.objects.filter(case=case, resumed_at=None).count() == 1
    with pytest.raises(errors.NotOnHold):
        resume(county, case, 1)


def test_overlapping_holds_give_each_day_back_once_and_only_to_what_they_held(county: World) -> None:
    case = signed(county)
    step = Step.objects.filter(case=case, state="open").first()
    assert step is not None
    other = Step.objects.filter(case=case, state="open").exclude(round=step.round_id).first()
    assert other is not None
    hold(county, case, 0, step_id=step.pk)  # Monday 2 March
    hold(county, case, 2)
    resume(county, case, 7)  # Monday 9 March
    resume(county, case, 9, step_id=step.pk)  # Wednesday 11 March
    after, beside = Step.objects.get(pk=step.pk), Step.objects.get(pk=other.pk)
    assert (after.held_days, beside.held_days) == (7, 3)
    line = calendars.load()
    assert line.between(step.forward, after.forward) == 7 and line.between(other.forward, beside.forward) == 3


def test_slack_runs_on_while_held_and_stands_while_worked_on(county: World) -> None:
    case = builders.walk(county, builders.agreement(county), until="account_transfer")
    step = builders.open_step(case, "transfer")
    line, today = calendars.load(), clock.date_of(county.now)
    now = [slack.of(step, line.add_working_days(today, n), line) for n in range(4)]
    assert len(set(now)) == 1  # each day worked takes a day of what is left and a day of what is needed
    hold(county, case)
    waiting = list(Hold.objects.filter(case=case))
    held = [slack.of(step, line.add_working_days(today, n), line, waiting) for n in range(4)]
    assert [held[0] - one for one in held] == [0, 1, 2, 3]  # type: ignore[operator]


def test_a_held_step_past_its_backward_date_is_late_for_its_cause(county: World) -> None:
    case = builders.walk(county, builders.agreement(county), until="account_transfer")
    hold(county, case, cause="funds_short")
    Step.objects.filter(case=case, state="open").update(backward=date(2026, 3, 1))
    page = casepage.case_page(county.clerk, case.reference, now=county.now)
    assert {waiting.late_cause for waiting in page.waiting} == {"资金缺口"}
    client = Client()
    client.force_login(county.clerk)
    assert "逾期：资金缺口" in client.get(f"/cases/{case.reference}/").content.decode()


def test_days_are_booked_to_the_party_that_was_waited_for(county: World) -> None:
    case = signed(county)
    step = Step.objects.filter(case=case, state="open").first()
    assert step is not None
    hold(county, case, 0, cause="police")
    resume(county, case, 2)
    hold(county, case, 2, cause="funds_short", step_id=step.pk)
    hold(county, case, 3, cause="other", text="等省里批复", party="receiving_town")
    today = clock.date_of(county.now + timedelta(days=7))
    booked = {one.party: (one.days, one.open) for one in holds.booked(Hold.objects.filter(case=case), today)}
    assert booked == {"police": (2, 0), "funds": (3, 1), "receiving_town": (2, 1)}
    everyone = holds.of_cases(Case.objects.all(), today)
    assert (everyone[0].party, everyone[0].cases) == ("funds", 1)
    assert {one.party for one in board.board(county.chair, now=county.now + timedelta(days=7)).booked} == set(booked)


def test_what_ends_takes_its_hold_along(county: World) -> None:
    case = signed(county)
    step = Step.objects.filter(case=case, state="open").first()
    assert step is not None
    hold(county, case, step_id=step.pk)
    with cases.change(case.pk, actor=county.clerk, verb="test", now=county.now) as work:
        live = next(r for r in work.rounds if r.pk == step.round_id)
        rounds.close_round(work, live, "cancelled", "test")
    assert not Hold.objects.filter(case=case, resumed_at=None).exists()


@pytest.mark.parametrize("values", [{"cause": "mood"}, {"cause": "other"}, {"party": "mars"}])
def test_a_cause_and_a_party_come_from_the_list(county: World, values: dict[str, str]) -> None:
    with pytest.raises(errors.InvalidInput):
        hold(county, builders.agreement(county), **values)


@given(SPANS)
def test_days_of_several_holds_are_the_working_days_of_their_union(spans: list[tuple[date, date]]) -> None:
    covered = {
        start + timedelta(days=n)
        for start, end in spans
        for n in range(1, (end - start).days + 1)
        if CN.is_working(start + timedelta(days=n))
    }
    # a span that begins on the day another ends adds no day of its own
    assert rule.working_days(spans, CN) == len(covered)
