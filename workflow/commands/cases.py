"""Cases: submit, hold and resume; lock, change and opening are the machinery every command uses."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from workflow import errors, reach
from workflow.commands import advance, steps
from workflow.commands.change import change, lock, opening, retried
from workflow.commands.copies import copy_to, mark_read
from workflow.commands.migrations import migrate
from workflow.commands.override import override
from workflow.commands.work import Work, concerned
from workflow.models import Hold, Step, User
from workflow.rules.codes import HOLD_CAUSES

__all__ = [
    "change",
    "copy_to",
    "hold",
    "lock",
    "mark_read",
    "may_manage",
    "migrate",
    "opening",
    "override",
    "resume",
    "retried",
    "submit",
]


def submit(
    case_id: int,
    *,
    actor: User,
    key: str | None = None,
    now: datetime | None = None,
    comment: str = "",
    seen: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Hand a draft in: drafting is itself a step, and submitting approves it."""
    step = Step.objects.filter(case_id=case_id, state="open", round__stage="draft").order_by("id").first()
    if step is None:
        raise errors.IllegalMove(state=_("a later state"))
    return steps.decide(step.pk, actor=actor, verdict=steps.APPROVE, key=key, comment=comment, seen=seen, now=now)


@retried
def hold(
    case_id: int,
    *,
    actor: User,
    cause: str,
    text: str = "",
    expected_until: date | None = None,
    key: str | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Stop the clock of the case's steps with a coded cause; slack keeps shrinking."""
    if cause not in HOLD_CAUSES or (cause == "other" and not text.strip()):
        raise errors.InvalidInput(field="cause", expected="a cause of the list; say what when it is another one")
    body = [cause, text, expected_until]
    with change(case_id, actor=actor, verb="hold", key=key, body=body, now=now) as work:
        if not work.replayed:
            may_manage(work)
            if work.hold:
                raise errors.OnHold(since=f"{work.hold.since:%Y-%m-%d}", cause=HOLD_CAUSES[work.hold.cause])
            if work.case.is_final:
                raise errors.IllegalMove(state=work.case.state)
            work.hold = Hold.objects.create(
                case_id=case_id, cause=cause, text=text, since=work.now, expected_until=expected_until, by=actor
            )
            event = work.event("case.held", cause=cause, expected_until=str(expected_until or ""))
            work.tell("on_hold", concerned(work), event)
    return work.outcome


@retried
def resume(case_id: int, *, actor: User, key: str | None = None, now: datetime | None = None) -> dict[str, Any]:
    """Let the clock run again; open steps get the held working days back, slack does not."""
    with change(case_id, actor=actor, verb="resume", key=key, now=now) as work:
        if not work.replayed:
            may_manage(work)
            if work.hold is None:
                raise errors.NotOnHold()
            advance.give_back_held_days(work, work.hold)
            work.hold.resumed_at, work.hold.resumed_by = work.now, actor
            work.touch(work.hold)
            event = work.event("case.resumed", hold=work.hold.pk)
            work.hold = None
            work.tell("resumed", concerned(work), event)
    return work.outcome


def may_manage(work: Work) -> None:
    """Holding and resuming: whoever may act on an open step, or manages the home unit's cases."""
    assert work.actor is not None
    found = reach.managing(work.authorities, work.case, [s for s in work.steps if s.state == "open"])
    if found is None:
        raise errors.NotAllowed()
    work.as_authority(found)
