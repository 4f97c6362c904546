"""Handing a step on: reassign it (转办), or ask for an opinion and keep the final word (委派)."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from workflow import audit, candidates, errors, rights, seats
from workflow.commands import rounds, sight
from workflow.commands.change import change, retried
from workflow.commands.signers import chosen, ensure_may_ask
from workflow.commands.work import Work
from workflow.models import Opinion, Round, Step, User
from workflow.rules import asking
from workflow.rules.codes import LEANINGS


@retried
def reassign(
    step_id: int, *, actor: User, to: int, note: str = "", key: str | None = None, now: datetime | None = None
) -> dict[str, Any]:
    """Move an open step to another holder of its post, or of the post above it; they are then the only one asked.

    By the holder (also one whom four eyes excludes: this is the way out) or the leader over the step.
    """
    with change(None, step=step_id, actor=actor, verb="reassign", key=key, body=[step_id, to, note], now=now) as work:
        if not work.replayed:
            step = work.step(step_id)
            if refusal := rights.why_not_hand_on(work, step):
                raise refusal
            work.as_authority(rights.handing_for(work, step))
            person = candidates.pick(work, step, candidates.REASSIGN, to)
            before = step.holder_id
            _move(work, step, person)
            step.question = note.strip()[:300]
            event = work.event(
                "step.reassigned", **rounds.at(step), **{"from": before, "to": person.user.pk, "role": person.role}
            )
            sight.grant(work, person.user)
            work.tell("reassigned", [person.user], event, step, audience="holder")
            work.outcome = {"step": step_id, "holder": person.user.pk}
    return work.outcome


def _move(work: Work, step: Step, person: candidates.Candidate) -> None:
    step.holder, step.claimed_at, step.assigned = person.user, work.now, True
    if person.role != step.role:
        step.asked_role = step.asked_role or step.role
        plan = work.plan(step)
        step.role = person.role
        if person.role in asking.ladder(plan):
            step.supervisor_role = asking.next_superior(plan, person.role)
    work.touch(step)


@retried
def delegate(
    step_id: int,
    *,
    actor: User,
    to: int,
    question: str = "",
    days: int = rounds.SIGNER_DAYS,
    key: str | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Ask a colleague for an opinion; the step comes back to the actor for the final word. `days`: working days."""
    body = [step_id, to, question, days]
    with change(None, step=step_id, actor=actor, verb="delegate", key=key, body=body, now=now) as work:
        if not work.replayed:
            step = work.step(step_id)
            if step.round.kind == Round.OPINION:
                raise errors.OpinionAsked()
            ensure_may_ask(work, step)
            (person,) = chosen(work, step, candidates.ADVISE, [to], days)
            if step.holder_id is None:  # it comes back to the one who asked
                step.holder, step.claimed_at = actor, work.now
                work.touch(step)
                work.event("step.claimed", **rounds.at(step))
            sight.grant(work, person.user)
            work.event("step.delegated", **rounds.at(step), user=person.user.pk, role=person.role, days=days)
            live = rounds.open_child(work, step, Round.OPINION, [(person.user, person.role, person.unit)], days)
            live.run[0].question = question.strip()[:300]
            work.outcome = {"step": step_id, "asked": to}
    return work.outcome


@retried
def give_opinion(
    step_id: int,
    *,
    actor: User,
    leaning: str,
    text: str,
    key: str | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Answer what one was asked: agree, doubt or against, with words. No decision: the asker's step is free again."""
    body = [step_id, leaning, text]
    with change(None, step=step_id, actor=actor, verb="give_opinion", key=key, body=body, now=now) as work:
        if not work.replayed:
            step = work.step(step_id)
            if step.round.kind != Round.OPINION:
                raise errors.NoOpinionAsked()
            ensure_may_ask(work, step)
            if leaning not in LEANINGS:
                raise errors.InvalidInput(field=_("Opinion"), expected=", ".join(LEANINGS))
            if not text.strip():
                raise errors.OpinionRequired()
            _answer(work, step, leaning, text.strip())
            work.outcome = {"step": step_id, "opinion": leaning}
    return work.outcome


def _answer(work: Work, step: Step, leaning: str, text: str) -> None:
    step.answer()
    step.closed_at, step.close_reason = work.now, "answered"
    work.touch(step)
    opinion = Opinion(
        step=step,
        case_id=work.case.pk,
        actor=work.actor,
        on_behalf_of=work.on_behalf_of,
        leaning=leaning,
        text=text,
        at=work.now,
    )
    opinion.digest = audit.opinion_digest(opinion)
    opinion.save(force_insert=True)
    event = work.event("opinion.given", **rounds.at(step), leaning=leaning, opinion=opinion.digest)
    asker = seats.parent(work, step.round)
    if asker is not None and step.added_by is not None:
        work.tell("answered", [step.added_by], event, asker, audience="holder")
