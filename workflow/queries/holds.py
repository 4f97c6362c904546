"""Days on hold, booked to whoever was waited for (towns, police, household, funds): counted from the holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from workflow import calendars, clock
from workflow.models import Case, Hold
from workflow.rules import holds
from workflow.rules.codes import HOLD_CAUSES, PARTIES, PARTY_OF
from workflow.rules.workdays import WorkCalendar


@dataclass(frozen=True)
class Booked:
    """One party's account: working days, how many cases, how many holds still open, and their causes."""

    party: str
    name: str
    days: int
    cases: int
    open: int
    causes: list[str]


def of_cases(cases: QuerySet[Case], today: date) -> list[Booked]:
    """The account over many cases: for the board and the list of bottlenecks."""
    return booked(Hold.objects.filter(case__in=cases).order_by("since").select_related("case"), today)


def booked(rows: Iterable[Hold], today: date) -> list[Booked]:
    """The account of these holds, each with its case, the longest first.

    Overlapping holds of one case that wait for the same party count once; each case counts its own days.
    """
    by_party: dict[str, list[Hold]] = {}
    for hold in rows:
        by_party.setdefault(hold.party or PARTY_OF.get(hold.cause, "other"), []).append(hold)
    made = [_account(party, mine, today) for party, mine in by_party.items()]
    return sorted(made, key=lambda one: (-one.days, one.party))


def _account(party: str, mine: Iterable[Hold], today: date) -> Booked:
    by_case: dict[int, list[Hold]] = {}
    for hold in mine:
        by_case.setdefault(hold.case_id, []).append(hold)
    still = [hold for own in by_case.values() for hold in own if hold.resumed_at is None]
    return Booked(
        party=party,
        name=str(PARTIES.get(party, party)),
        days=sum(_days(own, today, calendars.of_schedule(own[0].case.schedule_id)) for own in by_case.values()),
        cases=len(by_case),
        open=len(still),
        causes=sorted({str(HOLD_CAUSES.get(hold.cause, hold.cause)) for own in by_case.values() for hold in own}),
    )


def _days(own: Iterable[Hold], today: date, calendar: WorkCalendar) -> int:
    spans = [(clock.date_of(h.since), clock.date_of(h.resumed_at) if h.resumed_at else today) for h in own]
    return holds.working_days(spans, calendar)
