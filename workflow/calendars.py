"""The working calendar as every command and query reads it: cached in this process, dropped when its version grows."""

from time import monotonic

from workflow.models import Calendar, CalendarDay
from workflow.rules.workdays import DayRow, WorkCalendar

NATIONAL = "CN"
FRESH_SECONDS = 1.0
_kept: dict[str, WorkCalendar] = {}
_asked: dict[str, float] = {}


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
        days = CalendarDay.objects.filter(calendar__code=code).order_by("day")
        rows = tuple(DayRow(*row) for row in days.values_list("day", "working", "ordinal", "source", "name"))
        kept = _kept[code] = WorkCalendar(rows, version)
    return kept


def forget() -> None:
    """Drop what this process keeps (tests empty tables)."""
    _kept.clear()
