"""When a word may leave: quiet hours, working days, the one digest of a day, the cap. Pure: no database, no clock."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol

from workflow.clock import SHANGHAI
from workflow.rules.workdays import WorkCalendar

FAR = 40  # days within which a working day is found, whatever the holidays


class Times(Protocol):
    """What a person's habits say (models.Habits)."""

    quiet_from: time
    quiet_until: time
    digest_at: time
    rest_days: bool
    night_urgent: bool


@dataclass(frozen=True)
class Go:
    """Now, as part of this kind of bundle; or not before `wait`."""

    kind: str
    wait: datetime | None = None


def is_quiet(at: time, times: Times) -> bool:
    """Whether a time of day lies in the quiet hours, which may span midnight; equal ends mean none."""
    start, end = times.quiet_from, times.quiet_until
    return start <= at < end if start <= end else at >= start or at < end


def works(day: date, times: Times, calendar: WorkCalendar) -> bool:
    """Whether the person may be written to on this day."""
    return times.rest_days or calendar.is_working(day)


def opening(now: datetime, times: Times, calendar: WorkCalendar, *, rest_days: bool = False) -> datetime:
    """The first moment from now on that is neither quiet nor on a day off."""
    local = now.astimezone(SHANGHAI)
    if (rest_days or works(local.date(), times, calendar)) and not is_quiet(local.time(), times):
        return now
    for offset in range(FAR):
        day = local.date() + timedelta(days=offset)
        at = _at(day, times.quiet_until)
        if at > local and (rest_days or works(day, times, calendar)):
            return at
    raise ValueError("no working day in sight")


def digest_moment(since: datetime, times: Times, calendar: WorkCalendar) -> datetime:
    """The first digest at or after a moment."""
    local = since.astimezone(SHANGHAI)
    for offset in range(FAR):
        day = local.date() + timedelta(days=offset)
        at = _at(day, times.digest_at)
        if at >= local and works(day, times, calendar):
            return opening(at, times, calendar)
    raise ValueError("no working day in sight")


def decide(
    now: datetime,
    owed_since: datetime,
    times: Times,
    calendar: WorkCalendar,
    *,
    at_once: bool,
    urgent: bool,
    capped: bool,
    digest_done: bool,
) -> Go:
    """Whether a word owed since a moment goes now and how, or when to ask again.

    Urgent words pass the digest and days off; the night only where the person said so. Once the day's cap is reached
    everything waits for the next digest.
    """
    if (urgent or at_once) and not capped:
        if urgent and times.night_urgent:
            return Go("at_once")
        free = opening(now, times, calendar, rest_days=urgent)
        return Go("at_once") if free <= now else Go("at_once", free)
    due = digest_moment(owed_since, times, calendar)
    if due > now:
        return Go("digest", due)
    free = opening(now, times, calendar)  # the digest's moment passed while nothing was sending
    if digest_done or capped or free.astimezone(SHANGHAI).date() != now.astimezone(SHANGHAI).date():
        return Go("digest", digest_moment(_tomorrow(now), times, calendar))
    return Go("digest") if free <= now else Go("digest", free)


def _tomorrow(now: datetime) -> datetime:
    return _at(now.astimezone(SHANGHAI).date() + timedelta(days=1), time(0))


def _at(day: date, at: time) -> datetime:
    return datetime.combine(day, at, tzinfo=SHANGHAI)
