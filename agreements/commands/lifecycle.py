"""Ends and reopenings of an agreement: withdraw before signing; terminate, supersede and reopen by the county."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from agreements import lifecycle as law
from agreements.commands import facts
from agreements.models import Agreement, Ending
from workflow import errors
from workflow.commands import advance
from workflow.commands.change import change, retried
from workflow.commands.work import Work
from workflow.models import FINAL_STATES, Case, User


@retried
def withdraw(
    case_id: int, *, actor: User, reason: str, key: str | None = None, now: datetime | None = None
) -> dict[str, Any]:
    """Step back before anything is signed; by the clerk or the town's reviewer, with a reason."""
    with change(case_id, actor=actor, verb="withdraw", key=key, body=reason, now=now) as work:
        if not work.replayed:
            facts.act_as(work, "withdraw")
            if not reason.strip():
                raise errors.CommentRequired(at="reason")
            _fire(work, "withdraw")
            _keep(work, "withdraw", reason, "")
    return work.outcome


@retried
def terminate(
    case_id: int,
    *,
    actor: User,
    document_no: str,
    reason: str = "",
    key: str | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """End a signed agreement; the county officer gives the number of the approving document."""
    return _by_county(case_id, actor, "terminate", document_no, reason, key, now)


@retried
def supersede(
    case_id: int,
    *,
    actor: User,
    document_no: str,
    reason: str = "",
    key: str | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """End a signed agreement because a supplementary agreement or a split replaces it."""
    return _by_county(case_id, actor, "supersede", document_no, reason, key, now)


@retried
def reopen(
    case_id: int,
    *,
    actor: User,
    document_no: str,
    reason: str = "",
    key: str | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Open a completed agreement again for its final check, which is then asked anew."""
    return _by_county(case_id, actor, "reopen", document_no, reason, key, now)


def _by_county(
    case_id: int, actor: User, move: str, document_no: str, reason: str, key: str | None, now: datetime | None
) -> dict[str, Any]:
    body = [document_no, reason]
    with change(case_id, actor=actor, verb=move, key=key, body=body, now=now) as work:
        if not work.replayed:
            facts.act_as(work, move)
            if not document_no.strip():
                raise errors.DocumentRequired(at="document_no")
            voided = _open_again(work) if move == "reopen" else []
            _fire(work, move)
            _keep(work, move, reason, document_no, voided)
    return work.outcome


def _fire(work: Work, name: str) -> None:
    """Fire the transition if the lifecycle offers it here (withdrawing needs that nothing is signed)."""
    offered = [move for move in work.case.get_available_state_transitions() if move.name == name]
    if not offered:
        raise errors.IllegalMove(state=str(law.STATES[work.case.state]))
    advance.fire(work, offered[0])


def _keep(work: Work, move: str, reason: str, document_no: str, voided: Iterable[list[Any]] = ()) -> None:
    """Keep why and on which document; the event carries the row's id, because a reason may name a person."""
    assert work.actor is not None
    row = Ending.objects.create(
        agreement=work.case,
        move=move,
        reason=reason.strip()[:500],
        document_no=document_no.strip()[:80],
        by=work.actor,
        at=work.now,
    )
    if move == "reopen":
        work.event("case.reopened", move=move, ending=row.pk, voided=list(voided))
    else:
        work.event("case.ended", move=move, ending=row.pk)
    work.outcome = {"move": move, "ending": row.pk}


def _open_again(work: Work) -> list[list[Any]]:
    """Void the rounds of the final check's own tracks, or it would pass again at once; payment stays as it was."""
    agreement: Agreement = work.case
    live = Case.objects.filter(kind=agreement.kind, subject_key=agreement.subject_key).exclude(state__in=FINAL_STATES)
    other = live.exclude(pk=agreement.pk).first()
    if other:
        raise errors.AlreadyLive(reference=other.reference)
    stage = work.route.stage("final_check")
    own = {track.key for track in stage.tracks if track.opens_in == "final_check"} if stage else set()
    again = [r for r in work.rounds if r.stage == "final_check" and r.track in own and not r.void]
    for past in again:
        past.void = True
        work.touch(past)
    agreement.closed_at = None
    return [[past.group, past.number] for past in again]
