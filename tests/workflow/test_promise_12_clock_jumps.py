"""P12: whatever the clock does, no reminder is early, none is doubled, none is lost: sixteen jumps."""

from collections import Counter
from datetime import date, datetime, timedelta

import pytest

from tests import builders
from tests.builders import at
from workflow import clock
from workflow.commands import deadlines
from workflow.models import Notice

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OPENED = "2026-03-02"  # drafting, five working days: due on 9 March
OFFSETS = {-10: 0, -5: 0, -1: 3, 0: 3, 1: 4, 3: 5, 5: 6, 10: 7}  # people told on each rung of the default ladder
JUMPS = {
    "an hour ahead": (OPENED, [at("2026-03-09", 23), at("2026-03-09", 23) + HOUR]),
    "an hour back": (OPENED, [at("2026-03-10", 0), at("2026-03-10", 0) - HOUR, at("2026-03-10", 0)]),
    "an hour back on the due day": (OPENED, [at("2026-03-09", 0), at("2026-03-09", 0) - HOUR]),
    "a day ahead and back": (OPENED, [at("2026-03-06"), at("2026-03-07"), at("2026-03-06")]),
    "a day back": (OPENED, [at("2026-03-09"), at("2026-03-08"), at("2026-03-09"), at("2026-03-10")]),
    "over a weekend": (OPENED, [at("2026-03-06"), at("2026-03-09")]),
    "thirty days ahead": (OPENED, [at("2026-03-03"), at("2026-04-02")]),
    "thirty days ahead and back": (OPENED, [at("2026-03-03"), at("2026-04-02"), at("2026-03-03"), at("2026-03-04")]),
    "thirty days back": (OPENED, [at("2026-03-12"), at("2026-02-10"), at("2026-03-12")]),
    "to and fro every hour": (OPENED, [at("2026-03-09", 12) + n * HOUR * (-1) ** n for n in range(20)]),
    "leap day": ("2024-02-22", [at("2024-02-28"), at("2024-02-29"), at("2024-03-01")]),
    "leap day skipped": ("2024-02-22", [at("2024-02-28"), at("2024-03-01")]),
    "no leap day": ("2025-02-20", [at("2025-02-26"), at("2025-02-28"), at("2025-03-03")]),
    "year end": ("2025-12-24", [at("2025-12-30"), at("2025-12-31", 23), at("2026-01-01", 0)]),
    "year end and back": ("2025-12-24", [at("2026-01-01", 0), at("2025-12-31", 23), at("2026-01-01", 1)]),
    "a year back": (OPENED, [at("2026-03-09"), at("2025-03-09"), at("2026-03-09")]),
}


def weekdays_on(start: date, days: int) -> date:
    """Counted one by one, on purpose unlike the product."""
    day, left = start, abs(days)
    while left:
        day += DAY if days > 0 else -DAY
        left -= day.weekday() < 5
    return day


def expected(opened: date, latest: date) -> Counter[int]:
    """Rows per rung, told or superseded, after a look on the latest day."""
    due = weekdays_on(opened, 5)
    reached = {rung: weekdays_on(due, rung) for rung in OFFSETS}
    return Counter({r: OFFSETS[r] for r, day in reached.items() if day <= latest and OFFSETS[r]})


@pytest.mark.parametrize("name", JUMPS)
def test_a_jump_of_the_clock_reminds_nobody_early_and_nobody_twice(world: builders.World, name: str):
    opened, moments = JUMPS[name]
    case = builders.agreement(world, now=at(opened))
    for seen in range(1, len(moments) + 1):
        deadlines.sweep(moments[seen - 1])
        assert_as_expected(case.pk, date.fromisoformat(opened), moments[:seen])
    deadlines.sweep(moments[-1], thorough=True)
    assert_as_expected(case.pk, date.fromisoformat(opened), moments)


def assert_as_expected(case_id: int, opened: date, moments: list[datetime]) -> None:
    rows = list(Notice.objects.filter(case=case_id, word="reminder").values_list("step", "rung", "recipient", "cycle"))
    assert len(rows) == len(set(rows))
    assert Counter(row[1] for row in rows) == expected(opened, max(clock.date_of(moment) for moment in moments))


def test_there_are_sixteen_of_them() -> None:
    assert len(JUMPS) == 16
