"""Cases: submit, hold and resume; lock, change and opening are the machinery every command uses."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from workflow import clock, errors, reach, rights
from workflow.commands import advance, steps
from workflow.commands.change import change, lock, opening, retried
from workflow.commands.copies import copy_to, mark_read
from workflow.commands.migrations import migrate
from workflow.commands.override import override
from workflow.commands.work import Work, concerned
from workflow.models import Hold, Round, Step, User
from workflow.rules.codes import HOLD_CAUSES, PARTIES, PARTY_OF

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
    party: str = "",
    step_id: int | None = None,
    expected_until: date | None = None,
    key: str | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Stop the clock of the case's steps, or of one step's round, with a coded cause; slack keeps shrinking.

    The days are booked to `party`, by default the one the cause points at.
    """
    if cause not in HOLD_CAUSES:
        raise errors.InvalidInput(field=_("Cause of the hold"), expected=_("choose one of the list"), at="cause")
    if cause == "other" and not text.strip():
        raise errors.InvalidInput(field=_("Explanation"), expected=_("say what it is, as no cause fits"), at="text")
    if party and party not in PARTIES:
        raise errors.InvalidInput(field=_("Who is waited for"), expected=", ".join(PARTIES))
    body = [cause, text, expected_until, party, step_id]
    with change(case_id, actor=actor, verb="hold", key=key, body=body, now=now) as work:
        if not work.replayed:
            may_manage(work)
            held = _free(work, step_id)
            made = Hold.objects.create(
                case_id=case_id,
                round_id=held.pk if held else None,
                cause=cause,
                party=party or PARTY_OF[cause],
                text=text[:300],
                since=work.now,
                expected_until=expected_until,
                by=actor,
            )
            work.take_holds([*([work.hold] if work.hold else []), *work.round_holds.values(), made])
            facts = {"cause": cause, "party": made.party, "expected_until": str(expected_until or "")}
            event = work.event("case.held", **facts, **({"group": held.group} if held else {}))
            work.tell("on_hold", concerned(work), event)
    return work.outcome


def _free(work: Work, step_id: int | None) -> Round | None:
    """The round to hold, None for the whole case; refused where it is held already or over."""
    if work.case.is_final:
        raise errors.IllegalMove(state=work.case.state)
    step = work.step(step_id) if step_id is not None else None
    if step is not None and step.state != "open":
        raise rights.over(work, step)
    there = work.round_holds.get(step.round_id) if step else work.hold
    if there:
        raise errors.OnHold(since=f"{clock.date_of(there.since):%Y-%m-%d}", cause=HOLD_CAUSES[there.cause])
    return step.round if step else None


@retried
def resume(
    case_id: int,
    *,
    actor: User,
    step_id: int | None = None,
    key: str | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Let the clock run again, of the case or of one step's round; open steps get the held working days back."""
    body = [step_id] if step_id is not None else None
    with change(case_id, actor=actor, verb="resume", key=key, body=body, now=now) as work:
        if not work.replayed:
            may_manage(work)
            ended = work.round_holds.get(work.step(step_id).round_id) if step_id is not None else work.hold
            if ended is None:
                raise errors.NotOnHold()
            advance.give_back_held_days(work, ended)
            held = next((one for one in work.rounds if one.pk == ended.round_id), None)
            event = work.event("case.resumed", hold=ended.pk, **({"group": held.group} if held else {}))
            left = [one for one in [work.hold, *work.round_holds.values()] if one is not None and one is not ended]
            work.take_holds(left)
            work.tell("resumed", concerned(work), event)
    return work.outcome


def may_manage(work: Work) -> None:
    """Holding and resuming: whoever may act on an open step, or manages the home unit's cases."""
    assert work.actor is not None
    found = reach.managing(work.authorities, work.case, [s for s in work.steps if s.state == "open"])
    if found is None:
        raise errors.NotAllowed()
    work.as_authority(found)
