"""Take a decision back (拿回) while nobody after it has acted; the ten-second undo is this too."""

from datetime import datetime
from typing import Any

from workflow import errors, rights, seats
from workflow.commands import advance, rounds, undone
from workflow.commands.change import change, retried
from workflow.commands.work import UNDO, Work
from workflow.models import Decision, Event, Notice, Round, Step, User
from workflow.rules.words import REMINDER

TAKEN_BACK = "taken_back"


@retried
def take_back(step_id: int, *, actor: User, key: str | None = None, now: datetime | None = None) -> dict[str, Any]:
    """Undo one's own decision: its round is closed and a new one opened, the Decision stays in history.

    What the decision opened is closed again, what it voided counts again, decisions of others in the same round are
    carried over, and words not yet sent are superseded. Refused once anybody after it has acted, or when the
    lifecycle cannot go back (signed, completed).
    """
    with change(None, step=step_id, actor=actor, verb="take_back", key=key, body=step_id, now=now) as work:
        if not work.replayed:
            step = work.step(step_id)
            if refusal := rights.why_not_take_back(work, step):
                raise refusal
            decision = work.undoing = work.decisions[step.pk]
            if authority := rights.authority(work, step):
                work.as_authority(authority)
            _undo(work, step)
            _silence(work, decision)
            work.outcome = {"step": step_id, "taken_back": True}
    return work.outcome


def _undo(work: Work, step: Step) -> None:
    live, children = seats.root(work, step.round), undone.above(work, step)
    step.taken_back_at = work.now
    work.touch(step)
    freed, voided = _unvoid(work, step)
    within = bool(children) and live.closed_at is None and not _is_lost(work, children)
    opened = [one for one in children[1:] if one.closed_at is not None] if within else []
    ended = children[:1] if within else children
    names = {"reopened": _names(opened), "undone": _names(ended)}
    digest = work.decisions[step.pk].digest
    work.event("step.taken_back", **rounds.at(step), decision=digest, unvoided=freed, voided=voided, **names)
    for child in ended:
        _neutralise(work, child)
    if within:
        _again_in_child(work, children[0], step)
        for child in opened:
            rounds.go_on(work, child)
        return
    place = work.route.places[live.group]
    if live.closed_at is None:
        rounds.close_round(work, live, TAKEN_BACK)
    elif live.outcome in Round.SENT_BACK:
        _forward_again(work, live)
        return
    else:
        _back_again(work, live)
    if not advance.is_reached(work, place):
        return  # content before it changed meanwhile: those are asked first, and this group after them
    rounds.open_round(work, place)


def _neutralise(work: Work, child: Round) -> None:
    """A child round one of whose signers took back counts neither for nor against its step."""
    if child.closed_at is None:
        rounds.close_round(work, child, TAKEN_BACK)
    else:
        child.outcome = TAKEN_BACK
        work.touch(child)


def _is_lost(work: Work, children: list[Round]) -> bool:
    """Whether a step that one of these rounds belongs to was ended by it: then the whole group is asked again."""
    parents = (seats.parent(work, child) for child in children)
    return any(parent is not None and parent.state == "cancelled" for parent in parents)


def _again_in_child(work: Work, child: Round, step: Step) -> None:
    """A signer's decision inside a group that is still open: only the child round is asked again."""
    parent = seats.parent(work, child)
    assert parent is not None
    rounds.reopen_child(work, child, parent, step)


def _names(found: list[Round]) -> list[list[Any]]:
    return [[one.group, one.number] for one in found]


def _unvoid(work: Work, step: Step) -> tuple[list[list[Any]], list[list[Any]]]:
    """What this decision had made void counts again; a decision carried from it counts no more."""
    freed, voided = [], []
    for past in work.rounds:
        if past.void and past.voided_by_id == step.pk:
            past.void, past.voided_by = False, None
            work.touch(past)
            freed.append([past.group, past.number])
        elif any(one.carried_from_id == step.pk for one in past.run):
            past.void, past.voided_by = True, None
            work.touch(past)
            voided.append([past.group, past.number])
    return freed, voided


def _forward_again(work: Work, live: Round) -> None:
    """Undo a return or a refusal: close what it opened; settle then walks forward through what stands again."""
    target = work.route.places[live.return_to]
    for other in seats.live(work):
        if work.route.falls(work.route.places[other.group], target):
            rounds.close_round(work, other, TAKEN_BACK)


def _back_again(work: Work, live: Round) -> None:
    """Undo an approval that let the case go on."""
    try:
        advance.send_back(work, live, work.route.places[live.group], "with_me", TAKEN_BACK)
    except errors.NoSuchPoint as trouble:
        raise errors.PastTakingBack(state=rights.state_name(work)) from trouble


def _silence(work: Work, decision: Decision) -> None:
    """Words the decision owed and nobody has sent yet are superseded; that it was taken back is news only to others who
    may have heard of it."""
    unheard = work.now - decision.at <= UNDO
    work.notices = [
        word
        for word in work.notices
        if word.word != TAKEN_BACK or not (unheard or (work.actor and word.recipient_id == work.actor.pk))
    ]
    found = Event.objects.filter(case_id=work.case.pk, kind="step.decided", body__contains=decision.digest).first()
    if found is None:
        return
    owed = Notice.objects.filter(case_id=work.case.pk, relayed_at=None, superseded_at=None).exclude(word=REMINDER)
    owed.filter(event__sequence__gte=found.sequence).update(superseded_at=work.now, superseded_why=TAKEN_BACK)
