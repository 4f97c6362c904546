"""Fill a working calendar from the published holidays; years whose notice is not out are marked provisional."""

from collections.abc import Iterable
from datetime import date, timedelta

import holidays
from django.db import transaction

from workflow import calendars
from workflow.calendars import NATIONAL
from workflow.models import Calendar, CalendarDay
from workflow.rules.workdays import PROVISIONAL, DayRow, number

PUBLISHED = "State Council notice"
STATUTORY = f"{PROVISIONAL}: statutory holidays, no make-up days"


@transaction.atomic
def seed(years: Iterable[int], calendar: str = NATIONAL) -> int:
    """Write every day of these years, gaps between known years included; returns how many days were new or changed.

    Days from another source (entered by a county) stay as they are, save provisional ones that a notice now settles.
    """
    Calendar.objects.get_or_create(code=calendar, defaults={"name": "国家工作日历"})
    row = Calendar.objects.select_for_update(no_key=True).get(code=calendar)
    stored = {day.day: day for day in CalendarDay.objects.filter(calendar=row)}
    known = {day: (one.working, one.source, one.name) for day, one in stored.items()}
    wanted = set(years) | {day.year for day in known}
    for year in range(min(wanted), max(wanted) + 1):
        for day, working, source, name in days_of(year):
            if day not in known or known[day][1].startswith(PROVISIONAL):
                known[day] = (working, source, name)
    changed = [one for one in number((day, *rest) for day, rest in known.items()) if _differs(one, stored)]
    if changed:
        _write(row, changed)
        calendars.forget()
    return len(changed)


def days_of(year: int) -> list[tuple[date, bool, str, str]]:
    """(day, working, source, name) of a year. Without any make-up day the year's notice is not out yet (D6)."""
    china = holidays.country_holidays("CN", years=year, language="zh_CN")
    make_up = {day for day in china.weekend_workdays if day.year == year}
    source = f"{PUBLISHED} {year}" if make_up else STATUTORY
    first = date(year, 1, 1)
    days = [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]
    return [(d, d in make_up or (d.weekday() < 5 and d not in china), source, china.get(d, "") or "") for d in days]


def uncovered(years: Iterable[int], calendar: str = NATIONAL) -> list[int]:
    """Years without rows, or with provisional ones only: what the nightly check reports."""
    sure = CalendarDay.objects.filter(calendar__code=calendar).exclude(source__startswith=PROVISIONAL)
    covered = set(sure.values_list("day__year", flat=True).distinct())
    return sorted(set(years) - covered)


def _differs(new: DayRow, stored: dict[date, CalendarDay]) -> bool:
    old = stored.get(new.day)
    return old is None or (old.working, old.ordinal, old.source, old.name) != (
        new.working,
        new.ordinal,
        new.source,
        new.name,
    )


def _write(calendar: Calendar, rows: list[DayRow]) -> None:
    CalendarDay.objects.bulk_create(
        [
            CalendarDay(
                calendar=calendar,
                day=one.day,
                working=one.working,
                ordinal=one.ordinal,
                source=one.source,
                name=one.name,
            )
            for one in rows
        ],
        update_conflicts=True,
        unique_fields=["calendar", "day"],
        update_fields=["working", "ordinal", "source", "name"],
        batch_size=2000,
    )
    calendar.version += 1
    calendar.save(update_fields=["version"])
