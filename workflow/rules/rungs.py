"""The ladder of reminders: which rung an open step has reached today. Pure: no database, no clock."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from workflow.rules.workdays import WorkCalendar

HOLDER, CONTACT_CADRE, SUPERVISOR = "holder", "contact_cadre", "supervisor"
Ladder = tuple[tuple[int, tuple[str, ...]], ...]  # working days from due, and who is told; in order
DEFAULT_LADDER: Ladder = (
    (-3, (HOLDER,)),
    (0, (HOLDER, CONTACT_CADRE)),
    (1, (HOLDER, CONTACT_CADRE)),
    (3, (HOLDER, CONTACT_CADRE, SUPERVISOR)),
)


class Reached(NamedTuple):
    """The highest rung reached, and the lower ones that it makes superfluous."""

    highest: int | None
    skipped: tuple[int, ...]


class RungDay(NamedTuple):
    """A due date's rung: the day it begins, whether it is the highest reached, and whom it tells."""

    due: date
    rung: int
    day: date
    highest: bool
    audience: str


def day_of(rung: int, due: date, calendar: WorkCalendar) -> date:
    """The day from which a rung is reached."""
    return calendar.add_working_days(due, rung)


def counts(rung: int, day: date, opened: date) -> bool:
    """A rung before due counts only when its day is after the opening day; a short lead is not nagged at once."""
    return rung >= 0 or day > opened


def reached(
    due: date,
    opened: date,
    today: date,
    calendar: WorkCalendar,
    ladder: Ladder = DEFAULT_LADDER,
) -> Reached:
    """Which rungs a step with these dates has reached."""
    days = [(rung, day_of(rung, due, calendar)) for rung, _who in ladder]
    found = [rung for rung, day in days if day <= today and counts(rung, day, opened)]
    return Reached(found[-1] if found else None, tuple(found[:-1]))


def last_due(today: date, calendar: WorkCalendar, ladder: Ladder = DEFAULT_LADDER) -> date:
    """The latest due date that has reached any rung today: nothing due later needs looking at."""
    lowest = min(rung for rung, _who in ladder)
    if lowest >= 0:
        return today
    # every day up to the next working day has the ordinal of today plus the rung's days
    return calendar.day_at(calendar.ordinal(today) - lowest + 1) - timedelta(days=1)


def timetable(
    dues: Iterable[date],
    today: date,
    calendar: WorkCalendar,
    ladder: Ladder = DEFAULT_LADDER,
) -> list[RungDay]:
    """`reached` for many due dates at once, as rows a database can join: one per due date, rung and audience.

    `highest` does not depend on the opening day: a rung that does not count is never above one that does.
    """
    rows: list[RungDay] = []
    for due in dues:
        days = [(rung, day_of(rung, due, calendar), who) for rung, who in ladder]
        now_reached = [one for one in days if one[1] <= today]
        for rung, day, audiences in now_reached:
            top = rung == now_reached[-1][0]
            rows += [RungDay(due, rung, day, top, audience) for audience in audiences]
    return rows
