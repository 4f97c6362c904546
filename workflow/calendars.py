"""The working calendars as commands and queries read them: cached in this process, dropped when a version grows."""

from time import monotonic

from workflow.models import Calendar, CalendarDay, Schedule
from workflow.rules.workdays import DayRow, WorkCalendar

NATIONAL = "CN"
FRESH_SECONDS = 1.0
_kept: dict[str, WorkCalendar] = {}
_asked: dict[str, float] = {}
_codes: dict[int, str] = {}  # schedule to calendar code
_codes_asked = -FRESH_SECONDS


def load(code: str = NATIONAL) -> WorkCalendar:
    """The calendar of this code; without rows it counts weekdays and calls every date provisional.

    Whether it has changed is asked once a second and process at most: a page asks for it once per row.
    """
    kept = _kept.get(code)
    if kept and monotonic() - _asked[code] < FRESH_SECONDS:
        return kept
    version = Calendar.objects.filter(code=code).values_list("version", flat=True).first()
    if version is None:
        return WorkCalendar()
    _asked[code] = monotonic()
    if kept is None or kept.version != version:
        kept = _kept[code] = read(code, version)
    return kept


def read(code: str, version: int) -> WorkCalendar:
    """A calendar from its rows, past the cache."""
    days = CalendarDay.objects.filter(calendar__code=code).order_by("day")
    return WorkCalendar(
        tuple(DayRow(*row) for row in days.values_list("day", "working", "ordinal", "source", "name")), version
    )


def of_schedule(schedule_id: int) -> WorkCalendar:
    """The calendar of the county whose schedule this is."""
    return load(code_of(schedule_id))


def code_of(schedule_id: int) -> str:
    """Code of a schedule's calendar, asked once a second and process at most."""
    global _codes_asked
    if schedule_id not in _codes or monotonic() - _codes_asked >= FRESH_SECONDS:
        _codes.clear()
        _codes.update(Schedule.objects.values_list("pk", "calendar__code"))
        _codes_asked = monotonic()
    return _codes.get(schedule_id, NATIONAL)


def forget() -> None:
    """Drop what this process keeps (tests empty tables; a command that wrote a calendar)."""
    _kept.clear()
    _asked.clear()
    _codes.clear()
