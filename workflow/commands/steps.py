"""Steps: decide, claim, release. Each verb is one transaction, read from top to bottom."""

import functools
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from workflow import rights
from workflow.commands import bulk, deciding, rounds
from workflow.commands.change import change, retried
from workflow.commands.handing import delegate, give_opinion, reassign
from workflow.commands.handover import hand_over
from workflow.commands.nudges import nudge
from workflow.commands.signers import add_signer, drop_signer
from workflow.commands.taking_back import take_back
from workflow.models import User
from workflow.rules.effects import APPROVE, REFUSE, RETURN

__all__ = [
    "APPROVE",
    "REFUSE",
    "RETURN",
    "add_signer",
    "claim",
    "decide",
    "decide_many",
    "delegate",
    "drop_signer",
    "give_opinion",
    "hand_over",
    "nudge",
    "reassign",
    "release",
    "take_back",
]


@retried
def decide(
    step_id: int,
    *,
    actor: User,
    verdict: str,
    key: str | None = None,
    seen: Mapping[str, str] | None = None,
    comment: str = "",
    document_no: str = "",
    to: str = "",
    resume: str = "with_me",
    reason_code: str = "",
    batch: bulk.Batch | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Approve, return or refuse a step (promises P1, P5, P6, P8). `seen`: {aspect: hash} the official was shown.

    A return names a group in `to` (or `previous`, `drafter`) and how it resumes: `with_me` asks only those again whose
    content changed, `again` asks everyone from there on.

    Returns {"decision": step id, "verdict", "state": the case's state afterwards}; the same key gives the same answer.
    """
    body = [step_id, verdict, comment, document_no, to, resume, reason_code]
    with change(None, step=step_id, actor=actor, verb="decide", key=key, body=body, now=now) as work:
        if not work.replayed:
            step = work.step(step_id)
            deciding.ensure_may_decide(work, step)
            if batch is not None:
                bulk.join(work, step, batch, verdict)
            deciding.check_verdict(work, step, verdict, seen, comment, document_no, to, resume, reason_code)
            deciding.record(work, step, verdict, comment, document_no, reason_code)
            if verdict == RETURN:
                deciding.give_back(work, step, to, resume, reason_code, comment)
            work.outcome = {"decision": step_id, "verdict": verdict}
    return work.outcome


def decide_many(
    items: Iterable[bulk.Item],
    *,
    actor: User,
    key: str | None = None,
    comment: str = "",
    document_no: str = "",
    now: datetime | None = None,
) -> list[bulk.Line]:
    """Approve several steps whose plans allow it (批量同意), each in a transaction of its own with the checks and the
    key of a single click; one line per item says what became of it. The batch's id is the request's key.
    """
    one = functools.partial(decide, actor=actor, verdict=APPROVE, comment=comment, document_no=document_no, now=now)
    return bulk.run(items, one, bulk.name_of(key), key, _("Approved."))


@retried
def claim(step_id: int, *, actor: User, key: str | None = None, now: datetime | None = None) -> dict[str, Any]:
    """Take a step into one's own hands, so that colleagues of the same role leave it alone."""
    with change(None, step=step_id, actor=actor, verb="claim", key=key, body=step_id, now=now) as work:
        if not work.replayed:
            step = work.step(step_id)
            deciding.ensure_may_decide(work, step)
            step.holder, step.claimed_at = actor, work.now
            work.touch(step)
            work.event("step.claimed", **rounds.at(step))
            work.outcome = {"step": step_id, "holder": actor.pk}
    return work.outcome


@retried
def release(step_id: int, *, actor: User, key: str | None = None, now: datetime | None = None) -> dict[str, Any]:
    """Put a claimed step back for all who may decide it."""
    with change(None, step=step_id, actor=actor, verb="release", key=key, body=step_id, now=now) as work:
        if not work.replayed:
            step = work.step(step_id)
            if refusal := rights.why_not_release(work, step):
                raise refusal
            step.holder, step.claimed_at = None, None
            work.touch(step)
            work.event("step.released", **rounds.at(step))
            work.outcome = {"step": step_id, "holder": None}
    return work.outcome
