"""Columns for the set-based recompute: classes of cases, their backward dates and leads, calendar days. Pure."""

from collections.abc import Hashable, Mapping
from datetime import date, timedelta
from typing import Any

from workflow.rules.dates import Lead
from workflow.rules.workdays import WorkCalendar

NAMES = (
    *("case_ids", "case_class", "classes", "class_calendar", "back_class", "back_group", "back_day"),
    *("lead_class", "lead_plan", "lead_days", "lead_unit"),
    *("cal", "cal_day", "cal_ordinal", "cal_working", "cal_unsure"),
)


class Tables:
    """Cases that share a schedule and a way through a route share a class, so the tables stay small."""

    def __init__(self) -> None:
        self.columns: dict[str, list[Any]] = {name: [] for name in NAMES}
        self._classes: dict[Hashable, int] = {}
        self._calendars: dict[Hashable, int] = {}

    def put_case(self, case: int, way: Hashable, calendar: Hashable) -> bool:
        """Add a case under its way; True when the way is new and wants `put_way`."""
        new = way not in self._classes
        number = self._classes.setdefault(way, len(self._classes))
        self._add(case_ids=case, case_class=number)
        if new:
            at = self._calendars.setdefault(calendar, len(self._calendars))
            self._add(classes=number, class_calendar=at)
        return new

    def put_way(self, way: Hashable, backward: Mapping[str, date], leads: Mapping[str, Lead]) -> None:
        """Latest finish by group and lead by plan of one way."""
        number = self._classes[way]
        for group, day in backward.items():
            self._add(back_class=number, back_group=group, back_day=day)
        for plan, lead in leads.items():
            self._add(lead_class=number, lead_plan=plan, lead_days=lead.days, lead_unit=lead.unit)

    def days(self) -> list[date]:
        """Every backward date put so far."""
        return list(self.columns["back_day"])

    def leads(self) -> list[int]:
        """Every lead put so far."""
        return list(self.columns["lead_days"])

    def put_calendar(self, key: Hashable, calendar: WorkCalendar, first: date, last: date, reach: int) -> None:
        """The days from a day before `first` to `reach` working and calendar days after `last`, each with its ordinal.

        `unsure` counts provisional days so far: a stretch is provisional when the count grows over it.
        """
        if key not in self._calendars:
            return
        end = calendar.add_working_days(last + timedelta(days=reach), reach) + timedelta(days=1)
        day, unsure = first - timedelta(days=1), 0
        while day <= end:
            unsure += calendar.is_provisional(day, day)
            self._add(
                cal=self._calendars[key],
                cal_day=day,
                cal_ordinal=calendar.ordinal(day),
                cal_working=calendar.is_working(day),
                cal_unsure=unsure,
            )
            day += timedelta(days=1)

    def _add(self, **values: Any) -> None:
        for name, value in values.items():
            self.columns[name].append(value)
