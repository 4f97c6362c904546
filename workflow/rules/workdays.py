"""Working days as ordinal arithmetic over a published calendar. Pure: no database, no clock."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

PROVISIONAL = "provisional"  # a row's source starts with this while its year's notice is not out
_EPOCH_WEEKDAYS = 521_515  # weekdays up to 31 Dec 1999: uncovered ordinals count from 1 Jan 2000


class DayRow(NamedTuple):
    """One stored day; `ordinal` counts working days up to and including it."""

    day: date
    working: bool
    ordinal: int
    source: str
    name: str = ""


class Explained(NamedTuple):
    """Why one day counted or not: opening_day, working_day, make_up, weekend or holiday; name of the holiday."""

    day: date
    counted: bool
    why: str
    name: str = ""


def weekday_ordinal(day: date) -> int:
    """Weekdays from 1 January 2000 up to and including the day: the ordinal where no calendar is known."""
    weeks, rest = divmod(day.toordinal(), 7)
    return weeks * 5 + min(rest, 5) - _EPOCH_WEEKDAYS


def _weekday_at(ordinal: int) -> date:
    weeks, rest = divmod(ordinal + _EPOCH_WEEKDAYS - 1, 5)
    return date.fromordinal(weeks * 7 + rest + 1)


def number(days: Iterable[tuple[date, bool, str, str]]) -> list[DayRow]:
    """Give unbroken days (day, working, source, name) their ordinals, continuing the weekday count before them."""
    rows: list[DayRow] = []
    for day, working, source, name in sorted(days):
        before = rows[-1].ordinal if rows else weekday_ordinal(day - timedelta(days=1))
        if rows and day - rows[-1].day != timedelta(days=1):
            raise ValueError(f"days are missing between {rows[-1].day} and {day}")
        rows.append(DayRow(day, working, before + working, source, name))
    return rows


def days_of_year(year: int) -> list[date]:
    """Every day of a year."""
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


def filled(known: Mapping[date, tuple[bool, str, str]]) -> dict[date, tuple[bool, str, str]]:
    """The same without gaps between the first and the last day: a missing day counts as a provisional weekday."""
    if not known:
        return {}
    first, last = min(known), max(known)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return {day: known.get(day, (day.weekday() < 5, PROVISIONAL, "")) for day in days}


@dataclass(frozen=True)
class WorkCalendar:
    """Working days of one county. Days outside its rows count as weekdays and are provisional."""

    rows: tuple[DayRow, ...] = ()
    version: int = 0
    _ordinals: list[int] = field(init=False, repr=False, compare=False)
    _provisional: list[date] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for before, row in zip(self.rows, self.rows[1:], strict=False):
            if row.day - before.day != timedelta(days=1) or row.ordinal != before.ordinal + row.working:
                raise ValueError(f"calendar broken between {before.day} and {row.day}")
        object.__setattr__(self, "_ordinals", [row.ordinal for row in self.rows])
        unsure = [row.day for row in self.rows if row.source.startswith(PROVISIONAL)]
        object.__setattr__(self, "_provisional", unsure)

    def row(self, day: date) -> DayRow | None:
        """What is stored of a day; None outside the rows."""
        index = (day - self.rows[0].day).days if self.rows else -1
        return self.rows[index] if 0 <= index < len(self.rows) else None

    def is_working(self, day: date) -> bool:
        """Whether offices work on this day: published holidays and make-up Saturdays included."""
        row = self.row(day)
        return row.working if row else day.weekday() < 5

    def ordinal(self, day: date) -> int:
        """Number of working days up to and including the day, since a fixed epoch."""
        row = self.row(day)
        if row:
            return row.ordinal
        if not self.rows:
            return weekday_ordinal(day)
        if day < self.rows[0].day:
            first = self.rows[0]
            yesterday = first.day - timedelta(days=1)
            return first.ordinal - first.working - (weekday_ordinal(yesterday) - weekday_ordinal(day))
        last = self.rows[-1]
        return last.ordinal + weekday_ordinal(day) - weekday_ordinal(last.day)

    def day_at(self, ordinal: int) -> date:
        """The working day with this ordinal."""
        if not self.rows:
            return _weekday_at(ordinal)
        first, last = self.rows[0], self.rows[-1]
        base = first.ordinal - first.working
        if ordinal <= base:
            return _weekday_at(ordinal - base + weekday_ordinal(first.day - timedelta(days=1)))
        if ordinal > last.ordinal:
            return _weekday_at(ordinal - last.ordinal + weekday_ordinal(last.day))
        return self.rows[bisect_left(self._ordinals, ordinal)].day

    def add_working_days(self, start: date, days: int) -> date:
        """The n-th working day after `start` (day 0); before it when negative; 0 is the day itself."""
        return self.day_at(self.ordinal(start) + days) if days else start

    def between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; negative when `end` is earlier."""
        return self.ordinal(end) - self.ordinal(start)

    def is_provisional(self, start: date, end: date) -> bool:
        """Whether a day between the two (both included) lies in a year whose make-up days are not published."""
        start, end = min(start, end), max(start, end)
        if self.row(start) is None or self.row(end) is None:
            return True
        index = bisect_left(self._provisional, start)
        return index < len(self._provisional) and self._provisional[index] <= end

    def uncovered(self, first: int, last: int) -> list[int]:
        """Years from `first` to `last` whose holidays and make-up days are not known for sure."""
        return [y for y in range(first, last + 1) if self.is_provisional(date(y, 1, 1), date(y, 12, 31))]

    def changed(self, days: Mapping[date, tuple[bool, str, str]]) -> "WorkCalendar":
        """The calendar that would be with these days (working, source, name) put in; new years are filled up."""
        known = {row.day: (row.working, row.source, row.name) for row in self.rows}
        for day in days:
            for year in {day.year} - {one.year for one in known}:
                known |= {one: (one.weekday() < 5, PROVISIONAL, "") for one in days_of_year(year)}
        known |= days
        return WorkCalendar(tuple(number((day, *rest) for day, rest in filled(known).items())), self.version + 1)

    def explain(self, start: date, days: int) -> list[Explained]:
        """Every day from the opening day to the n-th working day, counted or skipped, and why."""
        end = self.add_working_days(start, days)
        told = [Explained(start, False, "opening_day")]
        for offset in range(1, (end - start).days + 1):
            told.append(self.explained(start + timedelta(days=offset)))
        return told

    def explained(self, day: date) -> Explained:
        """Whether one day counts, and why or why not."""
        row = self.row(day)
        name = row.name if row else ""
        if self.is_working(day):
            return Explained(day, True, "working_day" if day.weekday() < 5 else "make_up", name)
        return Explained(day, False, "weekend" if day.weekday() >= 5 and not name else "holiday", name)
