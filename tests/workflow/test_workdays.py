"""Working days: published years, uncovered years, year ends, leap days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.rules.workdays import DayRow, WorkCalendar, number

# the State Council's notice for 2012: days off that are weekdays, and Saturdays and Sundays worked instead
OFF_2012 = [
    *[date(2012, 1, d) for d in (2, 3, 23, 24, 25, 26, 27)],
    *[date(2012, 4, d) for d in (2, 3, 4, 30)],
    date(2012, 5, 1),
    date(2012, 6, 22),
    *[date(2012, 10, d) for d in (1, 2, 3, 4, 5)],
]
WORKED_2012 = [
    date(2012, 1, 21),
    date(2012, 1, 29),
    date(2012, 3, 31),
    date(2012, 4, 1),
    date(2012, 4, 28),
    date(2012, 9, 29),
]
DAYS = st.dates(date(2009, 1, 1), date(2015, 12, 31))


def calendar_2012(source: str = "国办发明电〔2011〕45号") -> WorkCalendar:
    days = [date(2012, 1, 1) + timedelta(days=n) for n in range(366)]
    worked = {day: day in WORKED_2012 or (day.weekday() < 5 and day not in OFF_2012) for day in days}
    return WorkCalendar(tuple(number((d, worked[d], source, "放假" if d in OFF_2012 else "") for d in days)))


CN = calendar_2012()
CALENDARS = st.sampled_from([CN, WorkCalendar()])


def test_28_april_2012_is_a_working_saturday_and_may_day_is_not():
    assert CN.is_working(date(2012, 4, 28))
    assert not CN.is_working(date(2012, 4, 29))
    assert not CN.is_working(date(2012, 5, 1))
    assert not CN.is_working(date(2012, 6, 22))
    # Friday 27 April + 2 working days: Saturday 28 April, then past the holiday to Wednesday 2 May
    assert CN.add_working_days(date(2012, 4, 27), 2) == date(2012, 5, 2)


def test_leap_day_2012_counts():
    assert CN.is_working(date(2012, 2, 29))
    assert CN.add_working_days(date(2012, 2, 28), 1) == date(2012, 2, 29)
    assert CN.add_working_days(date(2012, 2, 29), 1) == date(2012, 3, 1)


def test_arithmetic_runs_over_both_year_ends_of_the_covered_year():
    assert CN.add_working_days(date(2011, 12, 30), 1) == date(2012, 1, 4)
    assert CN.add_working_days(date(2012, 1, 4), -1) == date(2011, 12, 30)
    assert CN.add_working_days(date(2012, 12, 31), 1) == date(2013, 1, 1)  # 2013 is uncovered: weekdays
    assert CN.between(date(2011, 12, 30), date(2012, 1, 4)) == 1


def test_uncovered_days_are_provisional_and_covered_ones_are_not():
    assert not CN.is_provisional(date(2012, 1, 1), date(2012, 12, 31))
    assert CN.is_provisional(date(2012, 12, 31), date(2013, 1, 1))
    assert CN.is_provisional(date(2011, 12, 31), date(2012, 1, 1))
    assert CN.is_provisional(date(2013, 1, 1), date(2012, 12, 31))
    assert WorkCalendar().is_provisional(date(2012, 5, 1), date(2012, 5, 1))


def test_a_year_without_a_published_notice_is_provisional_though_it_has_rows():
    assert calendar_2012("provisional: statutory days only").is_provisional(date(2012, 6, 1), date(2012, 6, 2))


def test_the_stored_ordinals_are_checked():
    days = list(CN.rows)
    days[100] = DayRow(days[100].day, not days[100].working, days[100].ordinal, days[100].source)
    with pytest.raises(ValueError, match="calendar broken"):
        WorkCalendar(tuple(days))
    with pytest.raises(ValueError, match="missing"):
        number([(date(2012, 1, 1), False, "x", ""), (date(2012, 1, 3), False, "x", "")])


def test_a_date_explains_which_days_were_counted_and_why():
    told = CN.explain(date(2012, 4, 27), 2)
    assert [(one.day.day, one.counted, one.why) for one in told] == [
        (27, False, "opening_day"),
        (28, True, "make_up"),
        (29, False, "weekend"),
        (30, False, "holiday"),
        (1, False, "holiday"),
        (2, True, "working_day"),
    ]


@given(CALENDARS, DAYS)
def test_the_ordinal_grows_by_one_on_working_days_only(calendar: WorkCalendar, day: date):
    tomorrow = day + timedelta(days=1)
    assert calendar.ordinal(tomorrow) - calendar.ordinal(day) == int(calendar.is_working(tomorrow))


@given(CALENDARS, DAYS, st.integers(1, 600))
def test_the_nth_working_day_after_is_found_by_counting(calendar: WorkCalendar, start: date, days: int):
    end, left = start, days
    while left:
        end += timedelta(days=1)
        left -= calendar.is_working(end)
    assert calendar.add_working_days(start, days) == end
    assert calendar.between(start, end) == days
    assert sum(one.counted for one in calendar.explain(start, days)) == days


@given(CALENDARS, DAYS, st.integers(-600, 600))
def test_there_and_back_again(calendar: WorkCalendar, start: date, days: int):
    end = calendar.add_working_days(start, days)
    assert calendar.between(start, end) == days
    assert days == 0 or calendar.is_working(end)
    assert calendar.day_at(calendar.ordinal(end)) <= end


@given(CALENDARS, DAYS, DAYS, DAYS)
def test_distances_add_up(calendar: WorkCalendar, a: date, b: date, c: date):
    assert calendar.between(a, b) + calendar.between(b, c) == calendar.between(a, c)
