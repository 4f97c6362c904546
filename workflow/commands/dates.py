"""Dates of an opening step: forward from its lead, backward from the schedule, due = the earliest."""

from datetime import date, timedelta

from workflow import calendars, clock
from workflow.commands.work import Work
from workflow.models import Hold, SchedulePoint, Step
from workflow.rules import dates
from workflow.rules.route import Place, PlanSpec


def stamp(work: Work, step: Step, place: Place, plan: PlanSpec) -> None:
    """Set not_before, forward, backward, due, binding on a new step, opened on work.today (day 0)."""
    calendar = calendars.load()
    step.not_before = work.today + timedelta(days=plan.not_before_days) if plan.not_before_days else None
    opened = max(work.today, step.not_before or work.today)
    step.forward = dates.forward(opened, plan.lead, plan.lead_unit, calendar)
    step.backward = backward_of(work, place)
    settle_due(step)
    step.provisional = calendar.is_provisional(work.today, step.due)


def settle_due(step: Step) -> None:
    """due = min(forward, backward, paper expiry), with which one binds."""
    found = dates.due(step.forward, step.backward, step.expiry)
    step.due, step.binding = found.day, found.binding


def backward_of(work: Work, place: Place) -> date | None:
    """The latest date by which this group must be done for everything after it to meet the schedule."""
    points = dict(SchedulePoint.objects.filter(schedule_id=work.case.schedule_id).values_list("point", "due_on"))
    plan = dates.plan_of(work.route, points, work.case.facts)
    return dates.backward(plan, calendars.load()).get(place.group.key)


def after_hold(work: Work, step: Step, hold: Hold) -> None:
    """Move the forward date by the working days the hold took; a moved due date starts a new reminder cycle."""
    calendar = calendars.load()
    held_from = clock.date_of(hold.since)
    lost = calendar.ordinal(work.today) - calendar.ordinal(max(held_from, clock.date_of(step.opened_at)))
    before = step.due
    step.forward = calendar.add_working_days(step.forward, lost)
    settle_due(step)
    if step.due != before:
        step.due_version += 1
