"""Date arithmetic against an independent table: every day of three years, twice, counted one by one on a list."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workflow import state_council
from workflow.commands import calendar
from workflow.rules import dates
from workflow.rules.workdays import WorkCalendar, number

SPANS = ((2011, 2012, 2013), (2024, 2025, 2026))


def product_calendar(years: tuple[int, ...]) -> WorkCalendar:
    """The days as the product fills them from its library."""
    days = [one for year in range(years[0] - 1, years[-1] + 2) for one in calendar.days_of(year)]
    return WorkCalendar(tuple(number(days)))


CALENDARS = {years: product_calendar(years) for years in SPANS}
TABLES = {years: state_council.table(*years) for years in SPANS}


def count_on(table: dict[date, bool], start: date, days: int) -> date:
    """Walk day by day over the table: the slow way that needs no arithmetic."""
    day = start
    while days > 0:
        day += timedelta(days=1)
        days -= table[day]
    return day


@pytest.mark.parametrize("years", SPANS)
def test_every_day_of_three_years_is_worked_or_off_as_the_notices_say(years: tuple[int, ...]) -> None:
    product = CALENDARS[years]
    assert {day: product.is_working(day) for day in TABLES[years]} == TABLES[years]
    assert product.uncovered(years[0], years[-1]) == []


@pytest.mark.parametrize("years", SPANS)
def test_one_five_and_twenty_working_days_from_every_day_of_three_years(years: tuple[int, ...]) -> None:
    table, product = TABLES[years], CALENDARS[years]
    starts = [day for day in table if day < date(years[-1], 11, 1)]
    for days in (1, 5, 20):
        assert {d: dates.forward(d, days, "working", product) for d in starts} == {
            d: count_on(table, d, days) for d in starts
        }


@pytest.mark.parametrize("years", SPANS)
def test_the_working_days_between_any_two_days_are_those_of_the_table(years: tuple[int, ...]) -> None:
    table, product = TABLES[years], CALENDARS[years]
    days = list(table)

    @settings(max_examples=300, deadline=None)
    @given(st.integers(0, len(days) - 1), st.integers(0, len(days) - 1))
    def check(a: int, b: int) -> None:
        start, end = days[min(a, b)], days[max(a, b)]
        counted = sum(table[day] for day in days[min(a, b) + 1 : max(a, b) + 1])
        assert product.between(start, end) == counted
        assert product.between(end, start) == -counted
        told = product.explain(start, counted) if counted else []
        assert [one.day for one in told if one.counted] == [day for day in days[min(a, b) + 1 :] if table[day]][
            :counted
        ]

    check()


@pytest.mark.parametrize("years", SPANS)
def test_leads_of_any_length_from_any_day_end_where_counting_ends(years: tuple[int, ...]) -> None:
    table, product = TABLES[years], CALENDARS[years]
    starts = [day for day in table if day < date(years[-1], 1, 1)]

    @settings(max_examples=300, deadline=None)
    @given(st.sampled_from(starts), st.integers(0, 200))
    def check(start: date, lead: int) -> None:
        assert dates.forward(start, lead, "working", product) == count_on(table, start, lead)
        assert dates.forward(start, lead, "calendar", product) == start + timedelta(days=lead)

    check()


def test_2012_the_year_of_the_report() -> None:
    product = CALENDARS[2011, 2012, 2013]
    assert product.is_working(date(2012, 4, 28)) and product.is_working(date(2012, 4, 1))
    assert not product.is_working(date(2012, 4, 30)) and not product.is_working(date(2012, 6, 22))
    # Friday 27 April and two working days: Saturday 28 April, then Wednesday 2 May
    assert product.add_working_days(date(2012, 4, 27), 2) == date(2012, 5, 2)
    assert product.add_working_days(date(2012, 2, 28), 1) == date(2012, 2, 29)  # leap day
    assert product.add_working_days(date(2012, 2, 29), 1) == date(2012, 3, 1)
    assert product.add_working_days(date(2011, 12, 30), 1) == date(2011, 12, 31)  # a Saturday worked before New Year
    assert product.add_working_days(date(2011, 12, 31), 1) == date(2012, 1, 4)
    assert product.add_working_days(date(2012, 12, 31), 1) == date(2013, 1, 4)


def test_leap_day_2024_and_both_year_ends() -> None:
    product = CALENDARS[2024, 2025, 2026]
    assert product.add_working_days(date(2024, 2, 28), 1) == date(2024, 2, 29)
    assert dates.forward(date(2024, 2, 28), 1, "calendar", product) == date(2024, 2, 29)
    assert dates.forward(date(2025, 2, 28), 1, "calendar", product) == date(2025, 3, 1)
    assert product.add_working_days(date(2024, 12, 31), 1) == date(2025, 1, 2)
    assert product.add_working_days(date(2025, 12, 31), 1) == date(2026, 1, 4)  # a Sunday worked


def test_a_year_whose_notice_is_not_out_says_so_and_never_fails() -> None:
    known = CALENDARS[2024, 2025, 2026]
    assert known.uncovered(2026, 2028) == [2027, 2028]
    assert known.is_provisional(date(2026, 12, 30), date(2027, 1, 4))
    assert not known.is_provisional(date(2026, 1, 1), date(2026, 12, 31))
    assert known.add_working_days(date(2030, 1, 1), 3) > date(2030, 1, 1)
