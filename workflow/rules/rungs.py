"""The ladder of reminders: which rung an open step has reached and whom it tells. Pure: no database, no clock."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from workflow.rules.workdays import WorkCalendar

HOLDER, CONTACT_CADRE, SUPERVISOR = "holder", "contact_cadre", "supervisor"
OFFICE_HEAD, VICE_LEADER, SECRETARY, COUNTY = "office_head", "vice_leader", "secretary", "county"
# in this order a person who is told for several reasons is told once, for the first of them
AUDIENCES = (HOLDER, CONTACT_CADRE, SUPERVISOR, OFFICE_HEAD, VICE_LEADER, SECRETARY, COUNTY)
DOERS = (HOLDER, CONTACT_CADRE)  # hear nothing while a case is held; superiors still do
POSTS = {OFFICE_HEAD: "town_reviewer", VICE_LEADER: "vice_leader", SECRETARY: "chair", COUNTY: "county_officer"}
ORDINARY, SEVERE = "ordinary", "severe"  # severe: the water or a paper that expires binds, not the step's own lead
SEVERITIES = (ORDINARY, SEVERE)
NEVER = date(9999, 12, 31)  # no further rung will be reached
FURTHEST = 60  # working days from due


class Rung(NamedTuple):
    """Working days from due (negative: before), who is told, and whether it passes digest and rest days at once."""

    offset: int
    audiences: tuple[str, ...]
    urgent: bool = False


Ladder = tuple[Rung, ...]  # in order of offset
Ladders = Mapping[str, Ladder]  # by severity

_TO_OFFICE = (HOLDER, CONTACT_CADRE, OFFICE_HEAD)
_TO_LEADER = (*_TO_OFFICE, SUPERVISOR, VICE_LEADER)
_TO_SECRETARY = (*_TO_LEADER, SECRETARY)
_TO_COUNTY = (*_TO_SECRETARY, COUNTY)
# domain.md (b), "Escalation": owner and cadre, office head, vice leader in charge, secretary, county
DEFAULT: dict[str, Ladder] = {
    ORDINARY: (
        Rung(-10, DOERS),
        Rung(-5, DOERS),
        Rung(-1, DOERS),
        Rung(0, DOERS),
        Rung(1, _TO_OFFICE),
        Rung(3, _TO_LEADER),
        Rung(5, _TO_SECRETARY),
        Rung(10, _TO_COUNTY, urgent=True),
    ),
    SEVERE: (
        Rung(-10, DOERS),
        Rung(-5, _TO_OFFICE),
        Rung(-1, _TO_OFFICE),
        Rung(0, _TO_LEADER, urgent=True),
        Rung(1, _TO_LEADER, urgent=True),
        Rung(3, _TO_SECRETARY, urgent=True),
        Rung(5, _TO_COUNTY, urgent=True),
        Rung(10, _TO_COUNTY, urgent=True),
    ),
}


class Reached(NamedTuple):
    """The highest rung reached, and the lower ones that it makes superfluous."""

    highest: int | None
    skipped: tuple[int, ...]


class RungDay(NamedTuple):
    """A due date's reached rung: the day it begins, whether it is the highest reached, and whom it tells."""

    due: date
    rung: int
    day: date
    highest: bool
    audiences: tuple[str, ...]
    urgent: bool


def severity(binding: str) -> str:
    """A step's own lead time may be caught up; the water and a certificate that runs out may not."""
    return ORDINARY if binding == "forward" else SEVERE


def day_of(rung: int, due: date, calendar: WorkCalendar) -> date:
    """The day from which a rung is reached."""
    return calendar.add_working_days(due, rung)


def counts(rung: int, day: date, opened: date) -> bool:
    """A rung before due counts only when its day is after the opening day; a short lead is not nagged at once."""
    return rung >= 0 or day > opened


def reached(
    due: date, opened: date, today: date, calendar: WorkCalendar, ladder: Ladder = DEFAULT[ORDINARY]
) -> Reached:
    """Which rungs a step with these dates has reached."""
    days = [(rung.offset, day_of(rung.offset, due, calendar)) for rung in ladder]
    found = [offset for offset, day in days if day <= today and counts(offset, day, opened)]
    return Reached(found[-1] if found else None, tuple(found[:-1]))


def upcoming(due: date, opened: date, today: date, calendar: WorkCalendar, ladder: Ladder) -> list[tuple[date, Rung]]:
    """The rungs still ahead with the day each begins: escalation is shown before it happens."""
    days = [(day_of(rung.offset, due, calendar), rung) for rung in ladder]
    return [(day, rung) for day, rung in days if day > today and counts(rung.offset, day, opened)]


def timetable(
    dues: Iterable[date], today: date, calendar: WorkCalendar, ladder: Ladder = DEFAULT[ORDINARY]
) -> list[RungDay]:
    """`reached` for many due dates at once, as rows a database can join: one per due date and rung.

    `highest` does not depend on the opening day: a rung that does not count is never above one that does.
    """
    rows: list[RungDay] = []
    for due in dues:
        days = [(rung, day_of(rung.offset, due, calendar)) for rung in ladder]
        now_reached = [one for one in days if one[1] <= today]
        for rung, day in now_reached:
            top = rung is now_reached[-1][0]
            rows.append(RungDay(due, rung.offset, day, top, rung.audiences, rung.urgent))
    return rows


def last_due(today: date, calendar: WorkCalendar, ladder: Ladder = DEFAULT[ORDINARY]) -> date:
    """The latest due date that has reached any rung today: nothing due later needs looking at."""
    lowest = min(rung.offset for rung in ladder)
    if lowest >= 0:
        return today
    # every day up to the next working day has the ordinal of today plus the rung's days
    return calendar.day_at(calendar.ordinal(today) - lowest + 1) - timedelta(days=1)


def next_day(due: date, today: date, calendar: WorkCalendar, ladder: Ladder) -> date:
    """The day on which the next rung begins, so that until then nothing needs looking at; NEVER after the last."""
    days = [day_of(rung.offset, due, calendar) for rung in ladder]
    index = bisect_right(days, today)
    return days[index] if index < len(days) else NEVER


def as_rows(ladders: Ladders) -> dict[str, list[list[Any]]]:
    """Ladders as plain data, as they are stored."""
    return {name: [[r.offset, list(r.audiences), r.urgent] for r in ladders[name]] for name in SEVERITIES}


def from_rows(rows: Mapping[str, Any]) -> dict[str, Ladder]:
    """Stored data as ladders."""
    return {
        name: tuple(Rung(int(offset), tuple(who), bool(urgent)) for offset, who, urgent in rows[name])
        for name in SEVERITIES
    }


def faults(ladders: Ladders) -> list[str]:
    """Everything wrong with a set of ladders, in words for a programmer or a form: empty when it can be used."""
    found = [_("%(name)s: no ladder") % {"name": name} for name in SEVERITIES if not ladders.get(name)]
    for name, ladder in ladders.items():
        offsets = [rung.offset for rung in ladder]
        if offsets != sorted(set(offsets)):
            found.append(_("%(name)s: every rung once, in order of days") % {"name": name})
        found += [
            _("%(name)s %(day)s: within %(n)s working days") % {"name": name, "day": offset, "n": FURTHEST}
            for offset in offsets
            if abs(offset) > FURTHEST
        ]
        for rung in ladder:
            if not rung.audiences or set(rung.audiences) - set(AUDIENCES):
                found.append(_("%(name)s %(day)s: who is told") % {"name": name, "day": rung.offset})
        if HOLDER not in {who for rung in ladder for who in rung.audiences}:
            found.append(_("%(name)s: the holder must be told on some rung") % {"name": name})
    return found
