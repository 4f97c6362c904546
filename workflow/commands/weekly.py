"""Writes the weekly reports that are owed; level-triggered and exactly once per person and week (constraint)."""

import logging
from datetime import datetime, time

from django.db import DatabaseError, OperationalError, transaction

from workflow import clock
from workflow.models import User, WeeklyReport
from workflow.queries import weekly

log = logging.getLogger(__name__)
FROM = time(7, 0)  # on Mondays; a week whose Monday was missed gets its report on the next day that runs


def write_owed(now: datetime) -> int:
    """One report for every leader who has none of this week yet; one broken sight delays no other (P15)."""
    today = clock.date_of(now)
    week = weekly.monday(today)
    if today == week and now.astimezone(clock.SHANGHAI).time() < FROM:
        return 0
    written = 0
    for person in weekly.owed(week, today):
        try:
            written += _write(person, now)
        except OperationalError:
            raise
        except (DatabaseError, LookupError, TypeError, ValueError):
            log.exception("no weekly report for person %s", person.pk)
    return written


@transaction.atomic
def _write(person: User, now: datetime) -> int:
    week = weekly.monday(clock.date_of(now))
    made = WeeklyReport(person=person, week=week, content=weekly.build(person, now), created_at=now)
    WeeklyReport.objects.bulk_create([made], ignore_conflicts=True)
    return 1
