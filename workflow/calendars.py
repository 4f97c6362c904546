"""The working calendars as commands and queries read them: cached in this process, dropped when a version grows."""

from collections.abc import Iterable
from datetime import date
from time import monotonic

from django.db.models import Q

from workflow.models import Calendar, CalendarDay, Posting, Schedule
from workflow.rules.workdays import DayRow, WorkCalendar

NATIONAL = "CN"
FRESH_SECONDS = 1.0
_kept: dict[str, WorkCalendar] = {}
_asked: dict[str, float] = {}
_codes: dict[int, tuple[str, date]] = {}  # schedule to calendar code and storage date
_codes_asked = -FRESH_SECONDS
_own: frozenset[str] = frozenset()
_own_asked = -FRESH_SECONDS


def load(code: str = NATIONAL) -> WorkCalendar:
    """The calendar of this code; without rows it counts weekdays and calls every date provisional.

    Whether it has changed is asked once a second and process at most: a page asks for it once per row.
    """
    kept = _kept.get(code)
    # .get: another thread of the process may drop it meanwhile (seen)
    if kept and monotonic() - _asked.get(code, -FRESH_SECONDS) < FRESH_SECONDS:
        return kept
    version = Calendar.objects.filter(code=code).values_list("version", flat=True).first()
    if version is None:
        return WorkCalendar()
    _asked[code] = monotonic()
    return at_version(code, version)


def at_version(code: str, version: int) -> WorkCalendar:
    """The calendar of this code as of a version that was just read: the kept one, or from its rows."""
    kept = _kept.get(code)
    if kept is None or kept.version != version:
        kept = _kept[code] = read(code, version)
    return kept


def read(code: str, version: int) -> WorkCalendar:
    """A calendar from its rows, past the cache."""
    days = CalendarDay.objects.filter(calendar__code=code).order_by("day")
    return WorkCalendar(
        tuple(DayRow(*row) for row in days.values_list("day", "working", "ordinal", "source", "name")), version
    )


def fresh(code: str) -> WorkCalendar:
    """The calendar as it is now, whatever the cache was told a moment ago."""
    _asked.pop(code, None)
    kept = _kept.get(code)
    version = Calendar.objects.filter(code=code).values_list("version", flat=True).first()
    if version is None:
        return WorkCalendar()
    if kept is None or kept.version != version:
        return read(code, version)
    return kept


def of_schedule(schedule_id: int) -> WorkCalendar:
    """The calendar of the county whose schedule this is."""
    return load(code_of(schedule_id))


def in_use() -> dict[str, list[int]]:
    """Codes of the calendars that are counted with, and the schedules that count with each: lists over many cases."""
    found: dict[str, list[int]] = {}
    for pk, code in of_every_schedule().items():
        found.setdefault(code, []).append(pk)
    return found or {NATIONAL: []}


def of_division(division: str) -> WorkCalendar:
    """The days a county counts with: its own calendar, or the national one while it has none."""
    code = division[:6]
    return load(code if code in _counties() else NATIONAL)


def of_people(people: Iterable[int], today: date) -> dict[int, WorkCalendar]:
    """The days on which each of these people is at work: those of the county of their first posting."""
    ids = set(people)
    found = dict.fromkeys(ids, load())
    if not _counties():
        return found
    running = Q(valid_from__lte=today) & (Q(valid_until=None) | Q(valid_until__gte=today))
    posts = Posting.objects.filter(running, user__in=ids).order_by("-pk").values_list("user", "unit__code")
    return found | {user: of_division(code) for user, code in posts}


def code_of(schedule_id: int) -> str:
    """Code of a schedule's calendar, asked once a second and process at most."""
    known = _schedules()
    if schedule_id not in known:
        forget_schedules()
        known = _schedules()
    return known.get(schedule_id, (NATIONAL, date.min))[0]


def of_every_schedule() -> dict[int, str]:
    """Code of the calendar that each schedule counts with."""
    return {pk: code for pk, (code, _storage) in _schedules().items()}


def storage_days() -> dict[int, date]:
    """The day on which each schedule's water is stored."""
    return {pk: storage for pk, (_code, storage) in _schedules().items()}


def uncovered(today: date) -> list[int]:
    """Years from this one to the last storage date whose holidays are not known for sure."""
    spans = {(code, storage.year) for code, storage in _schedules().values() if storage >= today}
    return sorted({y for code, last in spans for y in load(code).uncovered(today.year, last)})


def horizon() -> int:
    """The year of the last storage date; 0 without a programme."""
    return max((storage.year for _code, storage in _schedules().values()), default=0)


def _schedules() -> dict[int, tuple[str, date]]:
    global _codes, _codes_asked
    known = _codes  # looked at once: another thread may forget it between the question and the answer
    if not known or monotonic() - _codes_asked >= FRESH_SECONDS:
        rows = Schedule.objects.values_list("pk", "calendar__code", "storage_on")
        # replaced as a whole: other threads of the process may be walking through it
        known = {pk: (code, storage) for pk, code, storage in rows}
        _codes, _codes_asked = known, monotonic()
    return known


def _counties() -> frozenset[str]:
    """Codes of the counties' own calendars, asked once a second and process at most."""
    global _own, _own_asked
    known = _own
    if monotonic() - _own_asked >= FRESH_SECONDS:
        known = frozenset(Calendar.objects.exclude(code=NATIONAL).values_list("code", flat=True))
        _own, _own_asked = known, monotonic()
    return known


def forget_schedules() -> None:
    """Ask again which schedule counts with which calendar, and which counties have their own."""
    global _codes, _own_asked
    _codes, _own_asked = {}, -FRESH_SECONDS


def forget() -> None:
    """Drop what this process keeps (tests empty tables; a command that wrote a calendar)."""
    _kept.clear()
    _asked.clear()
    forget_schedules()
