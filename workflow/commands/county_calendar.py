"""A county's own working days under a notice of its own, and what a new national notice changes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from workflow import calendars, clock, errors, policies
from workflow.calendars import NATIONAL
from workflow.commands import calendar, recompute, schedules
from workflow.commands.change import retried
from workflow.commands.recompute import Result
from workflow.models import Calendar, Role, Schedule, Unit, User
from workflow.rules.filed import INHERIT, OFF, DayChange
from workflow.rules.workdays import PROVISIONAL, WorkCalendar

CALENDAR_KEEPERS = (Role.COUNTY_OFFICER,)


@dataclass(frozen=True)
class Foreseen:
    """What a change of days would do."""

    days: int  # that differ from what is counted with now
    result: Result


def code_of(unit: Unit) -> str:
    """Code of a county's calendar."""
    return unit.division[:6]


def of_unit(unit: Unit) -> WorkCalendar:
    """The days a county counts with: its own calendar, or the national one while it has none."""
    return calendars.of_division(unit.division)


@retried
def override(
    unit: Unit, changes: Iterable[DayChange], *, source: str, actor: User, now: datetime | None = None
) -> Result:
    """Put a county's own days under the notice named in `source`, or give days back to the national calendar.

    All open steps of the county's programmes are counted again; the same days twice change nothing.
    """
    moment = now or clock.now()
    _ensure(unit, source, actor, moment)
    wanted = list(changes)
    with transaction.atomic():
        counted = [one.pk for one in schedules.lock(_ids(unit))]
        row = _county(unit)
        Schedule.objects.filter(pk__in=counted).update(calendar=row)
        before = calendar.days_in(row)
        national = calendar.days_in(calendar.lock(NATIONAL))
        own = calendar.own_days(row) | {one.day for one in wanted if one.kind != INHERIT}
        own -= {one.day for one in wanted if one.kind == INHERIT}
        after = {**{d: r for d, r in before.items() if d in own}, **_rows(wanted, source)}
        after = {**national, **{day: rest for day, rest in after.items() if day in own}}
        if not calendar.write(row, after, own):
            return Result(clock.date_of(moment))
        facts = {
            "calendar": row.code,
            "days": sorted(f"{one.day.isoformat()}={one.kind}" for one in wanted)[:400],
            "source": source,
        }
        result = schedules.recount(
            counted, stream=f"calendar:{row.code}", kind="calendar.changed", facts=facts, actor=actor, now=moment
        )
        schedules.look_again(counted)  # after it: the cases are locked before their steps
        return result


def preview(unit: Unit, changes: Iterable[DayChange], *, source: str, today: date) -> Foreseen:
    """How many days would differ and which due dates would move; nothing is written."""
    current, wanted = of_unit(unit), list(changes)
    national = calendars.load()
    days = _rows(wanted, source)
    for one in wanted:
        if one.kind == INHERIT:
            row = next((r for r in national.rows if r.day == one.day), None)
            days[one.day] = (row.working, row.source, row.name) if row else (one.day.weekday() < 5, PROVISIONAL, "")
    made = current.changed(days)
    lines = schedules.current(_ids(unit))
    would = {pk: line.changed(calendar=made) for pk, line in lines.items()}
    differ = sum(current.is_working(day) != made.is_working(day) for day in days)
    return Foreseen(differ, recompute.preview(would, today))


@retried
def reload(years: Iterable[int], *, actor: User | None = None, now: datetime | None = None) -> int:
    """Load the library's published years again; when days change, everything counted with them is counted again."""
    moment = now or clock.now()
    with transaction.atomic():
        ids = Schedule.objects.filter(calendar.users_of(NATIONAL)).values_list("pk", flat=True)
        locked = [row.pk for row in schedules.lock(ids)]
        changed = calendar.seed(years)
        if changed:
            facts = {"calendar": NATIONAL, "days": changed}
            stream = f"calendar:{NATIONAL}"
            schedules.recount(locked, stream=stream, kind="calendar.loaded", facts=facts, actor=actor, now=moment)
            schedules.look_again(locked)
    return changed


def may_keep(authorities: Iterable[policies.Authority], unit: Unit) -> bool:
    """Whether one of these postings may change the county's days."""
    return any(a.role in CALENDAR_KEEPERS and code_of(unit).startswith(a.division) for a in authorities)


def _ensure(unit: Unit, source: str, actor: User, moment: datetime) -> None:
    if not may_keep(policies.postings_of(actor, clock.date_of(moment)), unit):
        raise errors.NotAllowed()
    if not source.strip():
        raise errors.InvalidInput(field=_("Notice"), expected=_("the number of the notice these days come from"))


def _rows(changes: Iterable[DayChange], source: str) -> dict[date, tuple[bool, str, str]]:
    return {
        one.day: (one.kind != OFF, (one.source or source)[:60], one.name[:60]) for one in changes if one.kind != INHERIT
    }


def _county(unit: Unit) -> Calendar:
    """The county's calendar, locked; made from the national one when it is the first time."""
    national = Calendar.objects.get_or_create(code=NATIONAL, defaults={"name": "国家工作日历"})[0]
    county = Unit.objects.filter(code=code_of(unit)).first() or unit
    made = {"name": f"{county.name}工作日历", "unit": county, "parent": national}
    Calendar.objects.get_or_create(code=code_of(unit), defaults=made)
    return calendar.lock(code_of(unit))


def _ids(unit: Unit) -> list[int]:
    """Schedules of the county."""
    return sorted(Schedule.objects.filter(unit__code=code_of(unit)).values_list("pk", flat=True))
