"""What should exist by now and does not; a heartbeat in real time when it has finished (promises P9, P14)."""

import logging
from datetime import date, datetime, timedelta
from typing import Any

from django.db import DatabaseError, OperationalError, transaction

from workflow import calendars, clock
from workflow.commands import anchors, calendar, county_calendar, deadlines, heartbeats, supervision
from workflow.commands.weekly import keep as keep_weekly
from workflow.models import User
from workflow.queries import weekly
from workflow.rules.workdays import PROVISIONAL

log = logging.getLogger(__name__)
THOROUGH_EVERY = timedelta(minutes=15)


def run(now: datetime | None = None) -> int:
    """One sweep for the given business moment (the clock's when None); returns the reminders it wrote."""
    started = clock.now()
    heartbeats.hold_sending_after_silence(started)
    moment = now or started
    thorough = now is not None or _thorough_is_due(started)
    done = deadlines.sweep_all(moment, thorough=thorough)
    done.reminders += supervision.remind(moment)
    detail = {
        "reminders": done.reminders,
        "batches": done.batches,
        "failed": done.failed[:100],
        "business_date": clock.date_of(moment).isoformat(),
        "took_ms": int((clock.now() - started).total_seconds() * 1000),
    }
    if thorough:
        heartbeats.beat(heartbeats.THOROUGH, clock.now(), **detail)
    heartbeats.beat(heartbeats.SWEEP, clock.now(), **detail)
    if anchors.due():
        anchors.write(clock.now(), full=False)
    return done.reminders


def _thorough_is_due(now: datetime) -> bool:
    """Postings and substitutions begin and end with a day, and may be changed at any time: look at every step again
    at the first sweep of a day and every quarter of an hour."""
    last = heartbeats.last(heartbeats.THOROUGH)
    return last is None or now - last >= THOROUGH_EVERY or clock.date_of(now) != clock.date_of(last)


def may_run_ahead() -> bool:
    """Only a database whose users are all sample users may be swept with a moment that has not come yet."""
    return User.objects.filter(is_sample=True).exists() and not User.objects.filter(is_sample=False).exists()


def nightly(today: date | None = None) -> dict[str, Any]:
    """Verify the whole history and say which of this and the next year the calendar does not know for sure."""
    day = today or clock.today()
    # a notice that a new release of the holidays brought settles its year
    county_calendar.reload(range(day.year, max(day.year + 1, calendars.horizon()) + 1))
    result = anchors.verify_all()
    found = {
        "history_ok": result.ok,
        "checked": result.checked,
        "first_bad": str(result.first_bad or ""),
        "provisional_years": calendar.uncovered((day.year, day.year + 1)),
        "provisional_today": any(calendars.load(code).is_provisional(day, day) for code in calendars.in_use()),
        "mark": PROVISIONAL,
    }
    heartbeats.beat(heartbeats.NIGHTLY, clock.now(), **found)
    return found


def weekly_reports(now: datetime | None = None) -> int:
    """The leaders' reports of this week that do not exist yet; one broken sight delays no other (P15)."""
    moment = now or clock.now()
    week = weekly.monday(clock.date_of(moment))
    written = 0
    for person in weekly.owed(moment):
        try:
            with transaction.atomic():
                keep_weekly(person, week, weekly.build(person, moment), moment)
            written += 1
        except OperationalError:
            raise  # the server is gone: nobody's fault, the next run finds who is owed
        except (DatabaseError, LookupError, TypeError, ValueError):
            log.exception("no weekly report for person %s", person.pk)
    return written
