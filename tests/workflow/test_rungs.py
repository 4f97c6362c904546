"""Which reminder an open step has reached."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.workflow.test_workdays import CN
from workflow.rules import rungs
from workflow.rules.rungs import Reached

DAYS = st.dates(date(2011, 11, 1), date(2013, 2, 28))


def test_the_rungs_of_a_step_due_after_the_may_holiday():
    due, opened = date(2012, 5, 2), date(2012, 4, 20)
    by_day = {
        day: rungs.reached(due, opened, date(2012, *day), CN)
        for day in ((4, 25), (4, 26), (5, 1), (5, 2), (5, 3), (5, 6), (5, 7))
    }
    assert by_day == {
        (4, 25): Reached(None, ()),
        (4, 26): Reached(-3, ()),  # 27 and the working Saturday 28 April lie between
        (5, 1): Reached(-3, ()),
        (5, 2): Reached(0, (-3,)),
        (5, 3): Reached(1, (-3, 0)),
        (5, 6): Reached(1, (-3, 0)),
        (5, 7): Reached(3, (-3, 0, 1)),
    }


def test_a_short_step_is_not_reminded_on_the_day_it_opens():
    due, opened = date(2012, 3, 8), date(2012, 3, 5)
    assert rungs.reached(due, opened, opened, CN) == Reached(None, ())
    assert rungs.reached(due, opened, date(2012, 3, 7), CN) == Reached(None, ())
    assert rungs.reached(due, opened, due, CN) == Reached(0, ())
    assert rungs.reached(due, date(2012, 3, 4), date(2012, 3, 5), CN) == Reached(-3, ())


@given(DAYS, st.integers(0, 40), st.integers(-30, 60))
def test_the_timetable_says_the_same_as_the_single_question(due: date, lead: int, later: int):
    opened, today = due - timedelta(days=lead), due + timedelta(days=later)
    rows = [r for r in rungs.timetable([due], today, CN) if rungs.counts(r.rung, r.day, opened)]
    found = rungs.reached(due, opened, today, CN)
    assert {r.rung for r in rows} == set(found.skipped) | ({found.highest} - {None})
    assert {r.rung for r in rows if r.highest} == {found.highest} - {None}
    assert {(r.rung, r.audience) for r in rows} == {
        (rung, who) for rung, audiences in rungs.DEFAULT_LADDER for who in audiences if rung in {r.rung for r in rows}
    }


@given(DAYS, st.integers(0, 40), st.integers(0, 60))
def test_the_highest_rung_never_falls_as_time_passes(due: date, lead: int, days: int):
    opened = due - timedelta(days=lead)
    seen = [rungs.reached(due, opened, opened + timedelta(days=n), CN).highest for n in range(days)]
    climbed = [rung for rung in seen if rung is not None]
    assert climbed == sorted(climbed)


@given(DAYS)
def test_nothing_due_after_the_last_due_day_has_reached_a_rung(today: date):
    last = rungs.last_due(today, CN)
    assert rungs.timetable([last], today, CN)
    assert not rungs.timetable([last + timedelta(days=1)], today, CN)
