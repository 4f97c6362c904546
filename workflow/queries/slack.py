"""Slack of an open step, defined once: working days to its backward date less the lead still to come."""

from collections.abc import Iterable
from datetime import date

from workflow import clock
from workflow.models import Hold, Step
from workflow.rules import dates
from workflow.rules.codes import HOLD_CAUSES
from workflow.rules.route import working_days_of
from workflow.rules.workdays import WorkCalendar


def of(step: Step, today: date, calendar: WorkCalendar, holds: Iterable[Hold] = ()) -> int | None:
    """Negative when lost, None without a backward date. `holds`: the open ones over this step.

    While a step is held nobody works on it: what is left of its lead stays, so every held day eats slack.
    """
    opened_on = clock.date_of(step.opened_at)
    held = step.held_days
    begun = [max(clock.date_of(hold.since), opened_on) for hold in holds]
    if begun:
        held += max(0, calendar.between(min(begun), today))
    waits = (step.not_before - opened_on).days if step.not_before else 0
    lead = working_days_of(step.lead, step.lead_unit, waits)
    return dates.slack(step.backward, today, dates.remaining_lead(opened_on, lead, today, calendar, held), calendar)


def late_cause(step: Step, today: date, holds: Iterable[Hold]) -> str:
    """What a held step waits for when it is past its backward date ("late: <cause>"); else empty."""
    if step.backward is None or today <= step.backward:
        return ""
    return next((str(HOLD_CAUSES[hold.cause]) for hold in holds), "")


def over(holds: Iterable[Hold], step: Step) -> list[Hold]:
    """The open holds over a step: on its case, or on its round."""
    return [hold for hold in holds if hold.case_id == step.case_id and hold.round_id in (None, step.round_id)]
