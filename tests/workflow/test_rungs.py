"""Which reminder an open step has reached."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.workflow.test_workdays import CN
from workflow.rules import rungs
from workflow.rules.rungs import Reached, Rung

LADDER = rungs.DEFAULT["ordinary"]
DAYS = st.dates(date(2011, 11, 1), date(2013, 2, 28))


def test_the_rungs_of_a_step_due_after_the_may_holiday():
    due, opened = date(2012, 5, 2), date(2012, 4, 10)
    days = [(4, n) for n in (16, 17, 23, 24, 27, 28)] + [(5, n) for n in (1, 2, 3, 6, 7, 9, 16)]
    by_day = {day: rungs.reached(due, opened, date(2012, *day), CN).highest for day in days}
    assert by_day == {
        (4, 16): None,
        (4, 17): -10,  # 28 April is a working Saturday, 29 April to 1 May are days off
        (4, 23): -10,
        (4, 24): -5,
        (4, 27): -5,
        (4, 28): -1,
        (5, 1): -1,
        (5, 2): 0,
        (5, 3): 1,
        (5, 6): 1,
        (5, 7): 3,
        (5, 9): 5,
        (5, 16): 10,
    }
    assert rungs.reached(due, opened, date(2012, 5, 7), CN) == Reached(3, (-10, -5, -1, 0, 1))


def test_a_short_step_is_not_reminded_on_the_day_it_opens():
    due, opened = date(2012, 3, 8), date(2012, 3, 7)
    assert rungs.reached(due, opened, opened, CN) == Reached(None, ())
    assert rungs.reached(due, opened, due, CN) == Reached(0, ())
    assert rungs.reached(due, date(2012, 3, 6), date(2012, 3, 7), CN) == Reached(-1, ())


@given(DAYS, st.integers(0, 40), st.integers(-30, 60))
def test_the_timetable_says_the_same_as_the_single_question(due: date, lead: int, later: int):
    opened, today = due - timedelta(days=lead), due + timedelta(days=later)
    rows = [r for r in rungs.timetable([due], today, CN) if rungs.counts(r.rung, r.day, opened)]
    found = rungs.reached(due, opened, today, CN)
    assert {r.rung for r in rows} == set(found.skipped) | ({found.highest} - {None})
    assert {r.rung for r in rows if r.highest} == {found.highest} - {None}
    assert {(r.rung, r.audiences) for r in rows} == {
        (rung.offset, rung.audiences) for rung in LADDER if rung.offset in {r.rung for r in rows}
    }


@given(DAYS, st.integers(-40, 60), st.sampled_from(rungs.SEVERITIES))
def test_until_the_next_day_named_no_further_rung_is_reached(due: date, later: int, severity: str):
    today, ladder = due + timedelta(days=later), rungs.DEFAULT[severity]
    following = rungs.next_day(due, today, CN, ladder)
    count = len(rungs.timetable([due], today, CN, ladder))
    assert following > today
    assert len(rungs.timetable([due], min(following, date(2013, 12, 31)) - timedelta(days=1), CN, ladder)) == count
    if following != rungs.NEVER:
        assert len(rungs.timetable([due], following, CN, ladder)) > count


@given(DAYS, st.integers(0, 40), st.integers(-30, 60))
def test_what_is_shown_before_it_happens_is_what_will_happen(due: date, lead: int, later: int):
    opened, today = due - timedelta(days=lead), due + timedelta(days=later)
    ahead = rungs.upcoming(due, opened, today, CN, LADDER)
    for day, rung in ahead:
        assert rungs.reached(due, opened, day, CN).highest == rung.offset
    assert len(ahead) + len(rungs.reached(due, opened, today, CN).skipped) <= len(LADDER)


def test_the_default_ladder_is_the_one_of_the_domain_and_only_the_severe_one_hurries():
    assert [rung.offset for rung in LADDER] == [-10, -5, -1, 0, 1, 3, 5, 10]
    first_told = {who: rung.offset for rung in reversed(LADDER) for who in rung.audiences}
    doers, office = dict.fromkeys(rungs.DOERS, -10), {"office_head": 1, "supervisor": 3}
    assert first_told == doers | office | {"vice_leader": 3, "secretary": 5, "county": 10}
    assert [r.offset for r in LADDER if r.urgent] == [10]
    assert [r.offset for r in rungs.DEFAULT["severe"] if r.urgent] == [0, 1, 3, 5, 10]
    assert rungs.faults(rungs.DEFAULT) == []


def test_stored_ladders_come_back_as_they_were_and_wrong_ones_say_what_is_wrong():
    assert rungs.from_rows(rungs.as_rows(rungs.DEFAULT)) == rungs.DEFAULT
    good = rungs.DEFAULT["severe"]
    wrong = {
        "每级只填一次": (Rung(1, ("holder",)), Rung(1, ("holder",))),
        "60 个工作日以内": (Rung(99, ("holder",)),),
        "请选择告知对象": (Rung(0, ("holder",)), Rung(1, ("mayor",))),
        "至少有一级须告知经办人": (Rung(0, ("county",)),),
        "缺少提醒阶梯": (),
    }
    for words, ladder in wrong.items():
        assert any(words in fault for fault in rungs.faults({"ordinary": ladder, "severe": good}))


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
