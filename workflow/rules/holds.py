"""Holds: how many working days they took, and to whom those are booked. Pure: no database, no clock."""

from collections.abc import Iterable
from datetime import date

from workflow.rules.workdays import WorkCalendar

Span = tuple[date, date]  # the day a hold began and the day it ended


def merged(spans: Iterable[Span], since: date | None = None) -> list[Span]:
    """The spans without overlaps, in order, none beginning before `since`."""
    found: list[Span] = []
    for start, end in sorted((max(start, since) if since else start, end) for start, end in spans):
        if end <= start:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def working_days(spans: Iterable[Span], calendar: WorkCalendar, since: date | None = None) -> int:
    """Working days after the first day of each span up to its last; a day covered twice counts once."""
    return sum(calendar.between(start, end) for start, end in merged(spans, since))
