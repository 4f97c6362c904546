"""Escalation shown before it happens: who will be told of a step and when. Never writes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from workflow import clock
from workflow.models import Step
from workflow.rules import rungs
from workflow.rules.rungs import Ladder, Ladders
from workflow.rules.workdays import WorkCalendar

AUDIENCE_NAMES: dict[str, Any] = {
    rungs.HOLDER: _("who has it"),
    rungs.CONTACT_CADRE: _("contact cadre"),
    rungs.SUPERVISOR: _("superior of the step"),
    rungs.OFFICE_HEAD: _("head of the resettlement office"),
    rungs.VICE_LEADER: _("vice leader in charge"),
    rungs.SECRETARY: _("chair of the leading group"),
    rungs.COUNTY: _("the county"),
}


@dataclass(frozen=True)
class Ahead:
    """A rung still to come: the day, working days from due, and who is told for the first time."""

    day: date
    offset: int
    audiences: tuple[str, ...]
    newly: tuple[str, ...]
    urgent: bool

    @property
    def days(self) -> int:
        """Working days before or after due, without the sign."""
        return abs(self.offset)

    @property
    def names(self) -> list[str]:
        """Everyone told, in words."""
        return [str(AUDIENCE_NAMES[who]) for who in self.audiences]

    @property
    def new_names(self) -> list[str]:
        """Those told for the first time, in words."""
        return [str(AUDIENCE_NAMES[who]) for who in self.newly]


def of_dates(due: date, opened: date, today: date, ladder: Ladder, calendar: WorkCalendar) -> list[Ahead]:
    """Every rung still ahead of a step with these dates, counted in these working days."""
    found: list[Ahead] = []
    ahead = {rung.offset: day for day, rung in rungs.upcoming(due, opened, today, calendar, ladder)}
    reached = rungs.reached(due, opened, today, calendar, ladder)
    passed = {*reached.skipped, reached.highest}
    told = {who for rung in ladder if rung.offset in passed for who in rung.audiences}
    for rung in ladder:
        if rung.offset in ahead:
            newly = tuple(who for who in rung.audiences if who not in told)
            found.append(Ahead(ahead[rung.offset], rung.offset, rung.audiences, newly, rung.urgent))
            told |= set(rung.audiences)
    return found


def of_step(step: Step, known: Ladders, today: date, calendar: WorkCalendar) -> list[Ahead]:
    """The rungs ahead of an open step; `known`: the ladders of its route."""
    return of_dates(step.due, clock.date_of(step.opened_at), today, known[rungs.severity(step.binding)], calendar)


def next_superior(ahead: Iterable[Ahead]) -> Ahead | None:
    """The first rung that tells a superior who has not been told yet: what an official wants to know beforehand."""
    return next((one for one in ahead if set(one.newly) - set(rungs.DOERS)), None)
