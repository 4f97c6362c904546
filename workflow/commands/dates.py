"""Dates of one step: forward from its lead, backward from the schedule, due = the earliest, papers included."""

from collections.abc import Iterable
from datetime import timedelta

from workflow import clock, timelines
from workflow.commands.work import Work
from workflow.models import Hold, Round, Step
from workflow.rules import dates, holds
from workflow.rules.route import Place, PlanSpec
from workflow.timelines import Timeline


def timeline(work: Work) -> Timeline:
    """The points, leads and calendar of the locked case."""
    return timelines.of(work.case.schedule)


def stamp(work: Work, step: Step, place: Place, plan: PlanSpec) -> None:
    """Set lead, not_before, forward, backward, due, binding on a new step, opened on work.today (day 0)."""
    line = timeline(work)
    step.lead, step.lead_unit = dates.lead_of(plan, line.leads)
    step.not_before = work.today + timedelta(days=plan.not_before_days) if plan.not_before_days else None
    step.backward = line.backward(work.route, work.case.facts).get(place.group.key)
    step.expiry = work.case.expiry_for(plan.needs, plan.duty)
    settle(work, step)
    if old := _asked_before(work, step):
        run_on(work, step, old)


def run_on(work: Work, step: Step, old: Step) -> None:
    """A step that was open when a decision now taken back was made, and is asked again, keeps its opening, lateness
    and reminders: deciding and undoing gives nobody new days. Only the days for which it was closed do not count.
    The same holds for a round that is asked again by the very decision that returned it, its track being open still."""
    closed_on = clock.date_of(old.closed_at or work.now)
    between = timeline(work).calendar.between(closed_on, work.today)
    step.opened_at, step.not_before, step.held_days = old.opened_at, old.not_before, old.held_days + between
    step.due, step.due_version = old.due, old.due_version
    settle(work, step)
    step.was_late = old.was_late or (step.due != old.due and old.due < closed_on)
    work.again[old.pk] = step


def _asked_before(work: Work, step: Step) -> Step | None:
    """The step of the same plan whose clock runs on; of one for each holder, the same person's."""
    found = [
        one
        for one in work.steps
        if one.plan == step.plan and one.added_by_id is None and not one._state.adding and one.pk not in work.again
        if _runs_on(work, one)
    ]
    return max(found, key=lambda one: (one.holder_id == step.holder_id, one.pk), default=None)


def _runs_on(work: Work, old: Step) -> bool:
    """Whether it was open when what this command takes back was decided, or is sent back by this very command."""
    if work.undoing is not None:
        return old.opened_at <= work.undoing.at <= (old.closed_at or work.undoing.at)
    ended = work.deciding is not None and old.round.closed_by_id == work.deciding.pk
    return ended and old.round.outcome in Round.SENT_BACK


def stamp_signer(work: Work, step: Step, parent: Step) -> None:
    """Dates of a signer or adviser whom somebody asked: own days forward, and the backward date of the step itself."""
    step.backward = parent.backward
    settle(work, step)


def settle(work: Work, step: Step) -> None:
    """Count forward again from the opening day and take the earliest; a moved due date starts a new reminder cycle.

    A step whose due date moves after it has passed stays marked as one that was late.
    """
    line, opened_on = timeline(work), clock.date_of(step.opened_at)
    step.forward = dates.forward(
        opened_on, step.lead, step.lead_unit, line.calendar, held_days=step.held_days, not_before=step.not_before
    )
    before: object = step.due
    found = dates.due(step.forward, step.backward, step.expiry)
    step.due, step.binding = found.day, found.binding
    step.provisional = line.calendar.is_provisional(opened_on, step.due)
    if before not in (None, step.due):
        step.was_late = step.was_late or before < work.today  # type: ignore[operator]
        step.due_version += 1


def refresh(work: Work, step: Step, place: Place, plan: PlanSpec) -> None:
    """Everything about an open step's dates again, from the schedule and the route as they are now."""
    line = timeline(work)
    if not step.added_by_id:  # an added signer has the days that were asked for
        step.lead, step.lead_unit = dates.lead_of(plan, line.leads)
    step.backward = line.backward(work.route, work.case.facts).get(place.group.key)
    settle(work, step)


def refresh_open(work: Work) -> None:
    """Every open step again: another route version, or facts under which another way through the route is taken."""
    for step in work.steps:
        known = work.route.plans.get(step.plan)
        if step.state == "open" and known:
            before = (step.lead, step.lead_unit, step.backward, step.due)
            refresh(work, step, *known)
            if before != (step.lead, step.lead_unit, step.backward, step.due):
                work.touch(step)


def give_back(work: Work, step: Step, before: Iterable[Hold], ended: Hold) -> None:
    """Move forward by the working days that a hold which has just ended took, but for those that holds ended before it
    have given back already. What the step brought along from before an undo stays."""
    calendar, opened_on = timeline(work).calendar, clock.date_of(step.opened_at)
    given = [(clock.date_of(one.since), clock.date_of(one.resumed_at)) for one in before if one.resumed_at]
    spans = [*given, (clock.date_of(ended.since), clock.date_of(ended.resumed_at or work.now))]
    step.held_days += holds.working_days(spans, calendar, opened_on) - holds.working_days(given, calendar, opened_on)
    settle(work, step)
