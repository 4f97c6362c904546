"""A round after a taking back: whose decisions count on in it, and which added signers it asks again. Only reads."""

from workflow import seats
from workflow.commands.work import Work
from workflow.models import Round, Step

TAKEN_BACK, REFUSED = "taken_back", "refused"


def carried(work: Work, prior: Round | None) -> list[int]:
    """Decisions of an undone round that count in the next one: everybody's but the one taken back."""
    if prior is None or not _was_undone(work, prior):
        return []
    stays = [
        step
        for step in prior.run
        if not step.taken_back_at
        and seats.vote(work, step) in ("approved", "refused")
        and not any(child.outcome == TAKEN_BACK for child in seats.children(work, step))
    ]
    return [*prior.carried, *(step.pk for step in stays)]


def still_asked(work: Work, prior: Round | None) -> list[Step]:
    """Signers added beside in an undone round who had not answered yet: they are asked again."""
    if prior is None or not _was_undone(work, prior):
        return []
    undone = [step for step in prior.run if step.close_reason == TAKEN_BACK or step.taken_back_at]
    return [step for step in undone if step.added_by_id]


def unanswered(old: Round) -> list[Step]:
    """Signers who had not answered yet when their child round ended with another's refusal, or by being undone."""
    return [s for s in old.run if s.close_reason in (TAKEN_BACK, REFUSED) and s.closed_at == old.closed_at]


def above(work: Work, step: Step) -> list[Round]:
    """The child rounds a signer's step stands in, the innermost first; none for a step of the group's own round."""
    found, live = [], step.round
    while (parent := seats.parent(work, live)) is not None:
        found.append(live)
        live = parent.round
    return found


def _was_undone(work: Work, prior: Round) -> bool:
    if prior.outcome == TAKEN_BACK:
        return True
    return any(step.pk == prior.closed_by_id and step.taken_back_at is not None for step in work.steps)
