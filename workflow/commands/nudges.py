"""Urging (催办): the drafter, or a leader over the unit, asks the holder of a step to hurry; once per step and day."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from workflow import errors, reach, rights
from workflow.commands.change import change, retried
from workflow.commands.work import Work
from workflow.models import Nudge, Step, User
from workflow.rules import urging
from workflow.rules.codes import HOLD_CAUSES


@retried
def nudge(step_id: int, *, actor: User, key: str | None = None, now: datetime | None = None) -> dict[str, Any]:
    """Urge whoever holds this open step. They read in their inbox who urged; outside the house only that somebody did.

    Returns {"step": id, "told": how many}. Refused a second time on the same day, whoever asks (constraint).
    """
    with change(None, step=step_id, actor=actor, verb="nudge", key=key, body=step_id, now=now) as work:
        if not work.replayed:
            step = work.step(step_id)
            _ensure_may_urge(work, step)
            told = _told(work, step, actor)
            _once_a_day(work, step)
            event = work.event("step.nudged", step=step.pk, plan=step.plan)
            work.tell("nudged", told, event, step, audience="holder")
            work.outcome = {"step": step_id, "told": len(told)}
    return work.outcome


def _ensure_may_urge(work: Work, step: Step) -> None:
    assert work.actor is not None
    held, drafted = work.hold_on(step), work.actor.pk == work.case.drafter_id
    leading = None if drafted else reach.leads(work.authorities, step, work.case)
    entitled = drafted or leading is not None
    why = urging.why_not(is_open=step.state == "open", held=held is not None, entitled=entitled)
    if why == urging.CLOSED:
        raise rights.over(work, step)
    if held:
        raise errors.OnHold(since=f"{held.since:%Y-%m-%d}", cause=HOLD_CAUSES[held.cause])
    if why:
        raise errors.NotAllowed()
    if leading:
        work.as_authority(leading)


def _told(work: Work, step: Step, actor: User) -> list[User]:
    people = {person.pk: person for person in reach.asked(step, work.today)}
    told = [people[pk] for pk in urging.reached(people, actor.pk)]
    if not told:
        raise errors.NobodyToUrge()
    return told


def _once_a_day(work: Work, step: Step) -> None:
    assert work.actor is not None
    before = Nudge.objects.filter(step=step, day=work.today).select_related("by").first()
    if before is None:
        try:
            with transaction.atomic():
                Nudge.objects.create(step=step, day=work.today, by=work.actor, at=work.now)
            return
        except IntegrityError:
            before = Nudge.objects.select_related("by").get(step=step, day=work.today)
    raise errors.AlreadyNudged(who=str(before.by), when=f"{timezone.localtime(before.at):%H:%M}")
