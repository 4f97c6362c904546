"""A holder promises a date on a step (承诺): kept or broken on its own day, whatever is promised later."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from workflow import errors, policies, rights
from workflow.commands.change import change, retried
from workflow.commands.work import Work, case_of
from workflow.models import Promise, Step, User

FURTHEST = timedelta(days=366)


@retried
def promise(
    step_id: int,
    *,
    actor: User,
    promised_on: date,
    note: str = "",
    key: str | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Promise to have an open step decided by a day; whoever may decide it, or has claimed it, may give their word.

    A held step may be promised too: the promise is about when it will be over. Returns {"step", "promised_on"}.
    """
    body = [step_id, promised_on, note]
    with change(case_of(step_id), actor=actor, verb="promise", key=key, body=body, now=now) as work:
        if not work.replayed:
            step = work.step(step_id)
            _ensure(work, step, promised_on)
            Promise.objects.create(
                step=step,
                by=actor,
                on_behalf_of=work.on_behalf_of,
                promised_on=promised_on,
                note=note.strip()[:200],
                made_at=work.now,
            )
            work.event("promise.made", step=step.pk, plan=step.plan, promised_on=promised_on.isoformat())
            work.outcome = {"step": step_id, "promised_on": promised_on.isoformat()}
    return work.outcome


def _ensure(work: Work, step: Step, promised_on: date) -> None:
    if step.state != "open":
        raise rights.over(work, step)
    authority = policies.authority_for(work.authorities, step)
    assert work.actor is not None
    if authority is None or (step.holder_id and step.holder_id not in authority.persons):
        raise errors.NotAllowed()
    if not work.today <= promised_on <= work.today + FURTHEST:
        raise errors.InvalidInput(
            field=_("Promised date"), expected=_("a day from today on, within a year"), at="promised_on"
        )
    work.as_authority(authority)
