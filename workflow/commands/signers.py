"""Signers beyond the route: add before, after or beside a step (加签), and drop an added one again (减签)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from workflow import candidates, errors, rights, seats
from workflow.commands import deciding, rounds, sight
from workflow.commands.change import change, retried
from workflow.commands.work import Work
from workflow.models import Round, Step, User
from workflow.rules.effects import APPROVE

BEFORE, AFTER, BESIDE = "before", "after", "beside"
WHERE = (BEFORE, AFTER, BESIDE)
MOST_DAYS = 30


@retried
def add_signer(
    step_id: int,
    *,
    actor: User,
    users: Iterable[int],
    where: str,
    question: str = "",
    days: int = rounds.SIGNER_DAYS,
    comment: str = "",
    document_no: str = "",
    seen: Mapping[str, str] | None = None,
    key: str | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Ask further people to sign. `before`: this step waits for them. `beside`: they must approve too, k unchanged.
    `after`: the actor approves now (with `comment`, `document_no`, `seen`) and they sign afterwards.

    Only the holder of the step, within their scope, never somebody four eyes excludes. `days`: working days they get.
    """
    wanted = sorted(set(users))
    body = [step_id, wanted, where, question, days, comment, document_no]
    with change(None, step=step_id, actor=actor, verb="add_signer", key=key, body=body, now=now) as work:
        if not work.replayed:
            step = work.step(step_id)
            if where not in WHERE:
                raise errors.InvalidInput(field=_("Where"), expected=", ".join(WHERE))
            if step.round.kind == Round.OPINION:
                raise errors.OpinionAsked()
            ensure_may_ask(work, step)
            people = chosen(work, step, candidates.SIGN, wanted, days)
            if where == AFTER:
                deciding.ensure_may_decide(work, step)
                deciding.check_verdict(work, step, APPROVE, seen, comment, document_no, "", "with_me", "")
                deciding.record(work, step, APPROVE, comment, document_no)
            _seat(work, step, where, people, question, days)
            work.outcome = {"step": step_id, "where": where, "signers": wanted}
    return work.outcome


def ensure_may_ask(work: Work, step: Step) -> None:
    """Only who may act on the step asks others to join it; they act under the posting that covers it."""
    if refusal := rights.why_not_ask(work, step):
        raise refusal
    deciding.act_on(work, step)


def chosen(work: Work, step: Step, purpose: str, wanted: list[int], days: int) -> list[candidates.Candidate]:
    """The people named, each of whom may be asked; 1 to 30 working days."""
    if not wanted:
        raise errors.NobodyNamed()
    if not 1 <= days <= MOST_DAYS:
        raise errors.InvalidInput(field=_("Working days they get"), expected=f"1-{MOST_DAYS}")
    return [candidates.pick(work, step, purpose, user_id) for user_id in wanted]


def _seat(work: Work, step: Step, where: str, people: list[candidates.Candidate], question: str, days: int) -> None:
    for one in people:
        sight.grant(work, one.user)
        work.event("signer.added", **rounds.at(step), user=one.user.pk, role=one.role, where=where, days=days)
    who = [(one.user, one.role, one.unit) for one in people]
    if where == BESIDE:
        made = [rounds.seat_signer(work, step.round, step, one, days) for one in who]
        _ask(made, question)
        rounds.seat_more(work, step.round, made, word="asked")
        return
    kind = Round.BEFORE if where == BEFORE else Round.AFTER
    live = rounds.open_child(work, step, kind, who, days)
    _ask([(one, []) for one in live.run], question)


def _ask(made: list[rounds.Seated], question: str) -> None:
    for step, _people in made:
        step.question = question.strip()[:300]


@retried
def drop_signer(
    step_id: int, *, actor: User, reason: str, key: str | None = None, now: datetime | None = None
) -> dict[str, Any]:
    """Drop an added signer or adviser whose step is still open: it is cancelled with the reason, and the rule of the
    group is asked again without it. Only by the holder of a step in that round (see rights.dropping_for)."""
    with change(None, step=step_id, actor=actor, verb="drop_signer", key=key, body=[step_id, reason], now=now) as work:
        if not work.replayed:
            step = work.step(step_id)
            if refusal := rights.why_not_drop(work, step):
                raise refusal
            if not reason.strip():
                raise errors.CommentRequired()
            if holder := rights.dropping_for(work, step):
                work.as_authority(holder)
            step.close_note = reason.strip()[:300]
            rounds.end_step(work, step, "dropped")
            if step.round.parent_id and all(one.state == "cancelled" for one in seats.members(work, step.round)):
                rounds.close_round(work, step.round, "cancelled", "dropped")
            assert step.holder is not None
            work.event("signer.dropped", **rounds.at(step), user=step.holder.pk)
            sight.end(work, step.holder)
            work.outcome = {"step": step_id, "dropped": step.holder.pk}
    return work.outcome
