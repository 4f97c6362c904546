"""The return that a case still answers to: who sent it back, why, and what was asked."""

from dataclasses import dataclass
from datetime import datetime

from workflow.models import Decision, Round
from workflow.queries import words
from workflow.queries.glance import Glance
from workflow.rules.codes import REASON_CODES


@dataclass(frozen=True)
class SentBack:
    """One return or refusal. `name`: of the step that was decided; `code`: the coded reason in words, may be empty."""

    who: str
    at: datetime
    refused: bool
    name: str
    code: str
    comment: str


def standing(found: Glance) -> SentBack | None:
    """The newest return that was not taken back, until its group has passed after all."""
    groups = [one for one in found.rounds if one.parent_id is None]
    for place in range(len(groups) - 1, -1, -1):
        live = groups[place]
        if live.outcome not in Round.SENT_BACK or live.closed_by_id not in found.decisions or _taken_back(found, live):
            continue
        passed = any(one.group == live.group and one.outcome == "passed" for one in groups[place + 1 :])
        return None if passed or found.case.is_final else _said(found, live)
    return None


def reason_of(decision: Decision) -> str:
    """The coded reason of a return (on its round) or of a refusal (on its step: not every one ends the round)."""
    codes = {"return": decision.step.round.reason_code, "refuse": decision.step.close_reason}
    return str(REASON_CODES.get(codes.get(decision.verdict, ""), ""))


def _taken_back(found: Glance, live: Round) -> bool:
    return any(step.pk == live.closed_by_id and step.taken_back_at for step in found.steps)


def _said(found: Glance, live: Round) -> SentBack:
    decision = found.decisions[live.closed_by_id or 0]
    step = next(one for one in found.steps if one.pk == decision.step_id)
    return SentBack(
        who=str(decision.actor),
        at=decision.at,
        refused=decision.verdict == "refuse",
        name=words.name(found.plan(step).names),
        code=str(REASON_CODES.get(live.reason_code, "")),
        comment=decision.comment,
    )
