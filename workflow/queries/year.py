"""A year of a working calendar as a page shows it: twelve months, every holiday and make-up day with its source."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workflow.models import CalendarDay
from workflow.rules import explain
from workflow.rules.workdays import PROVISIONAL, WorkCalendar

PUBLISHED = "State Council notice"
KINDS: dict[str, Any] = {
    "working": gettext_lazy("Working day"),
    "weekend": gettext_lazy("Weekend"),
    "holiday": gettext_lazy("Public holiday"),
    "make_up": gettext_lazy("Make-up working day"),
}


@dataclass(frozen=True)
class Day:
    """One day of the grid."""

    day: date
    kind: str
    name: str
    source: str
    own: bool
    provisional: bool
    today: bool

    @property
    def source_words(self) -> str:
        """The notice it comes from."""
        return source_words(self.source)

    @property
    def title(self) -> str:
        """Everything about it in one line."""
        words = [self.day.isoformat(), str(KINDS[self.kind]), self.name, source_words(self.source)]
        return " · ".join(word for word in words if word)


@dataclass(frozen=True)
class Month:
    """Weeks from Monday; None pads the first and last one."""

    number: int
    weeks: list[list[Day | None]]
    working_days: int


@dataclass(frozen=True)
class Year:
    """What the page shows of one year."""

    year: int
    months: list[Month]
    covered: bool
    holidays: list[Day]  # days off that are no plain weekend, and make-up days, in order
    own: list[Day]
    sources: list[tuple[str, int]]
    working_days: int


def year_of(calendar: WorkCalendar, code: str, year: int, today: date) -> Year:
    """The year of a calendar; days it does not know count as weekdays and are marked provisional."""
    own = set(CalendarDay.objects.filter(calendar__code=code, own=True, day__year=year).values_list("day", flat=True))
    days = [_day(calendar, date(year, 1, 1) + timedelta(days=n), own, today) for n in range(_length(year))]
    sources = Counter(source_words(one.source) for one in days)
    return Year(
        year=year,
        months=[_month(number, [one for one in days if one.day.month == number]) for number in range(1, 13)],
        covered=not calendar.uncovered(year, year),
        holidays=[one for one in days if one.kind in ("holiday", "make_up")],
        own=[one for one in days if one.own],
        sources=sorted(sources.items(), key=lambda item: -item[1]),
        working_days=sum(one.kind in ("working", "make_up") for one in days),
    )


def source_words(source: str) -> str:
    """Where a day comes from, in words."""
    if source.startswith(PROVISIONAL):
        return _("provisional: the notice is not published")
    if source.startswith(PUBLISHED):
        return _("State Council notice for %(year)s") % {"year": source.removeprefix(PUBLISHED).strip()}
    return source


def _length(year: int) -> int:
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days


def _day(calendar: WorkCalendar, day: date, own: set[date], today: date) -> Day:
    row = calendar.row(day)
    told = calendar.explained(day)
    return Day(
        day=day,
        kind={"working_day": "working"}.get(told.why, told.why),
        name=explain.holiday(told.name),
        source=row.source if row else PROVISIONAL,
        own=day in own,
        provisional=row is None or row.source.startswith(PROVISIONAL),
        today=day == today,
    )


def _month(number: int, days: list[Day]) -> Month:
    cells: list[Day | None] = [None] * days[0].day.weekday() + list(days)
    cells += [None] * (-len(cells) % 7)
    weeks = [cells[at : at + 7] for at in range(0, len(cells), 7)]
    return Month(number, weeks, sum(one.kind in ("working", "make_up") for one in days))
