"""Fill working calendars: the national one from the published holidays, a county's from it and its own notices.

Years whose notice is not out are marked provisional. Whoever changes days lets the versions of the schedules that
count with them grow, and their open steps are counted again (commands.schedules).
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import holidays
from django.db import transaction
from django.db.models import F, Q

from workflow import calendars
from workflow.calendars import NATIONAL
from workflow.models import Calendar, CalendarDay, Schedule
from workflow.rules.explain import SHIFTED
from workflow.rules.workdays import PROVISIONAL, DayRow, filled, number

PUBLISHED = "State Council notice"
STATUTORY = f"{PROVISIONAL}: statutory holidays, no make-up days"
FIRST_YEAR = 2001  # the first one whose make-up days the library knows
Days = dict[date, tuple[bool, str, str]]  # working, source, name


@transaction.atomic
def seed(years: Iterable[int], calendar: str = NATIONAL) -> int:
    """Write every day of these years, gaps between known years included; returns how many days were new or changed.

    Days that people entered stay as they are, save provisional ones that a notice now settles. County calendars
    inherit what changed.
    """
    Calendar.objects.get_or_create(code=calendar, defaults={"name": "国家工作日历"})
    row = lock(calendar)
    known = days_in(row)
    wanted = set(years) | {day.year for day in known}
    for year in range(min(wanted), max(wanted) + 1):
        for day, working, source, name in days_of(year):
            if day not in known or known[day][1].startswith(PROVISIONAL):
                known[day] = (working, source, name)
    return write(row, known, own_days(row))


def days_of(year: int) -> list[tuple[date, bool, str, str]]:
    """(day, working, source, name) of a year. Without any make-up day the year's notice is not out yet (D6)."""
    china = holidays.country_holidays("CN", years=year, language="zh_CN")
    make_up = {day for day in china.weekend_workdays if day.year == year}
    source = f"{PUBLISHED} {year}" if make_up else STATUTORY
    first = date(year, 1, 1)
    days = [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]
    return [(d, d in make_up or (d.weekday() < 5 and d not in china), source, _name(china.get(d))) for d in days]


def _name(given: str | None) -> str:
    """The holiday's name; the library calls an exchanged weekday "day off (substituted from ...)"."""
    name = (given or "")[:60]
    return SHIFTED if name.startswith("休息日") else name


def uncovered(years: Iterable[int], calendar: str = NATIONAL) -> list[int]:
    """Years without rows, or with provisional ones only: what the nightly check reports."""
    sure = CalendarDay.objects.filter(calendar__code=calendar).exclude(source__startswith=PROVISIONAL)
    covered = set(sure.values_list("day__year", flat=True).distinct())
    return sorted(set(years) - covered)


def lock(code: str) -> Calendar:
    """The calendar's row, locked: one change of its days at a time."""
    return Calendar.objects.select_for_update(no_key=True).get(code=code)


def days_in(calendar: Calendar) -> Days:
    """Its days as stored."""
    rows = CalendarDay.objects.filter(calendar=calendar).values_list("day", "working", "source", "name")
    return {day: (working, source, name) for day, working, source, name in rows}


def own_days(calendar: Calendar) -> set[date]:
    """Days that people entered into this calendar itself."""
    return set(CalendarDay.objects.filter(calendar=calendar, own=True).values_list("day", flat=True))


def write(calendar: Calendar, days: Mapping[date, tuple[bool, str, str]], own: set[date]) -> int:
    """Store the days that differ, with their ordinals; calendars that inherit follow. Returns how many differed."""
    stored = {day.day: day for day in CalendarDay.objects.filter(calendar=calendar)}
    numbered = number((day, *rest) for day, rest in filled(days).items())
    changed = [one for one in numbered if _differs(one, one.day in own, stored)]
    if not changed:
        return 0
    _store(calendar, changed, own)
    Schedule.objects.filter(calendar=calendar).update(version=F("version") + 1)
    calendars.forget()
    for child in Calendar.objects.select_for_update(no_key=True).filter(parent=calendar).order_by("pk"):
        inherit(child, days)
    return len(changed)


def inherit(calendar: Calendar, parent: Mapping[date, tuple[bool, str, str]]) -> int:
    """A county's days: its parent's, but for those it entered itself."""
    own = own_days(calendar)
    mine = {day: rest for day, rest in days_in(calendar).items() if day in own}
    return write(calendar, {**parent, **mine}, own)


def users_of(code: str) -> Q:
    """Schedules that count with this calendar, or with one that inherits from it."""
    return Q(calendar__code=code) | Q(calendar__parent__code=code)


def _differs(new: DayRow, own: bool, stored: dict[date, CalendarDay]) -> bool:
    old = stored.get(new.day)
    return old is None or (old.working, old.ordinal, old.source, old.name, old.own) != (
        *(new.working, new.ordinal, new.source, new.name),
        own,
    )


def _store(calendar: Calendar, rows: list[DayRow], own: set[date]) -> None:
    CalendarDay.objects.bulk_create(
        [
            CalendarDay(
                calendar=calendar,
                day=one.day,
                working=one.working,
                ordinal=one.ordinal,
                source=one.source,
                name=one.name,
                own=one.day in own,
            )
            for one in rows
        ],
        update_conflicts=True,
        unique_fields=["calendar", "day"],
        update_fields=["working", "ordinal", "source", "name", "own"],
        batch_size=2000,
    )
    calendar.version += 1
    calendar.save(update_fields=["version"])
