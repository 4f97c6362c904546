"""Moving a case: settle opens, passes and closes groups and fires the one advance transition, until nothing moves."""

from typing import Any

from workflow import backwards, errors, rights, seats
from workflow.commands import dates
from workflow.commands.rounds import close_round, end_hold, open_next, open_round, settle_child
from workflow.commands.work import Work, concerned
from workflow.models import Hold, Round
from workflow.rules import conditions, effects
from workflow.rules.route import FAILED, OPEN, PASSED, Place, TrackSpec

TURNS = 60  # a route has fewer states and groups than this; more turns mean a loop in the rules


def settle(work: Work) -> None:
    """Run at the end of every command that changes decisions or facts."""
    for _turn in range(TURNS):
        if not _turn_once(work):
            return
    raise errors.EngineFault(f"case {work.case.pk} does not come to rest in state {work.case.state}")


def _turn_once(work: Work) -> bool:
    stage = work.route.stage(work.case.state)
    if stage is None:
        return False
    live_rounds = [r for r in work.rounds if r.closed_at is None]
    for child in [r for r in live_rounds if r.parent_id]:
        if (state := _votes(work, child)) != OPEN:
            settle_child(work, child, state)
            return True
    for live in live_rounds:
        if _votes(work, live) == FAILED:
            _fail(work, live)
            return True
    passed = {track.key: _walk(work, track) for track in work.route.tracks_open_in(work.case.state)}
    if any(_votes(work, live) == FAILED for live in work.rounds if live.closed_at is None):
        return True  # one that has just been opened, by votes that count on in it
    if not all(passed[track.key] for track in stage.tracks):
        return False
    fire_advance(work)
    return True


def _votes(work: Work, live: Round) -> str:
    return effects.standing(seats.table(work, live))


def _walk(work: Work, track: TrackSpec) -> bool:
    """Bring one track as far as it goes; True when its last group has passed."""
    for group in track.groups:
        live = work.live(group.key)
        if live is None and work.stands(group):
            continue
        place = work.route.places[group.key]
        live = live or open_round(work, place)
        if live is None:
            continue  # no plan of this group applies to these facts
        _close_later(work, place)
        while _votes(work, live) == OPEN and open_next(work, live, place):
            pass
        if _votes(work, live) != PASSED:
            return False
        close_round(work, live, PASSED)
        if not work.stands(group):  # what the first ones approved changed before the last one answered
            return _walk(work, track)
    return True


def is_reached(work: Work, place: Place) -> bool:
    """Whether everything before a group on its track stands, or does not apply."""
    before = place.track.groups[: place.position]
    return all(
        work.stands(group) or not any(conditions.holds(plan.condition, work.case.facts) for plan in group.plans)
        for group in before
    )


def _close_later(work: Work, place: Place) -> None:
    """Nothing is asked before its predecessors: a group that no longer stands ends what was asked after it."""
    for other in seats.live(work):
        there = work.route.places.get(other.group)
        if there and there.track == place.track and there.position > place.position:
            close_round(work, other, "cancelled", "changed")


# --- backwards -----------------------------------------------------------------------------------------------------
def _fail(work: Work, live: Round) -> None:
    """A group whose rule can no longer be met goes to its on_refuse point. Refusing never ends a case.

    The round keeps why, as after a return: the reason of whose refusal was one too many.
    """
    last = work.deciding
    if last is not None and last.pk in work.decisions and last.state == "refused":
        live.reason_code, live.reason = last.close_reason, work.decisions[last.pk].comment
    send_back(work, live, rights.refuse_point(work, live), resume="again", how="refused")


def send_back(work: Work, live: Round, target: Place, resume: str, how: str = "returned") -> None:
    """Close the live rounds from the target on, void the target; `again` also voids every later group.

    Nothing is kept on a stack: settle opens the target and then cascades through whatever still stands.
    """
    live.return_to, live.resume = target.group.key, resume
    if not work.route.is_open(target, work.case.state):
        fire(work, back_to(work, target.stage.state))
    for other in backwards.fallen(work, live, target):
        close_round(work, other, how if other is live else "cancelled", how)
    voided = backwards.voided(work, target, resume)
    for past in voided:
        past.void, past.voided_by = True, work.deciding
        work.touch(past)
    event = work.event(
        "case.sent_back",
        from_group=live.group,
        to=target.group.key,
        resume=resume,
        how=how,
        voided=[[past.group, past.number] for past in voided],
    )
    work.tell(how, concerned(work), event)


# --- transitions -----------------------------------------------------------------------------------------------------
def _available(work: Work) -> list[Any]:
    return list(work.case.get_available_state_transitions())


def _backs(work: Work) -> list[Any]:
    return [t for t in _available(work) if t.custom.get("back")]


def back_to(work: Work, state: str) -> Any:
    """The transition back to a state; refused when the lifecycle has none (never behind signing once signed)."""
    found = [t for t in _backs(work) if t.target == state]
    if not found:
        raise errors.NoSuchPoint()
    return found[0]


def fire_advance(work: Work) -> None:
    """Fire the one available transition marked advance; none or two is a fault of the lifecycle, not of the user."""
    found = [t for t in _available(work) if t.custom.get("advance")]
    if len(found) != 1:
        names = [t.name for t in found]
        raise errors.EngineFault(f"case {work.case.pk} in {work.case.state}: {names or 'no'} ways on")
    fire(work, found[0])


def fire(work: Work, move: Any) -> None:
    """Carry out a transition of the case and record it; a final state closes what is still open."""
    before = work.case.state
    getattr(work.case, move.name)()
    work.hops.append(work.case.state)
    event = work.event("case.moved", move=move.name, source=before, target=work.case.state)
    if work.case.is_final:
        work.case.closed_at = work.now
        for live in seats.live(work):
            close_round(work, live, "cancelled", work.case.state)
        end_hold(work, work.hold)
        work.hold = None
        work.tell(work.case.state, concerned(work), event)


def give_back_held_days(work: Work, hold: Hold) -> None:
    """A hold stops a step's own forward clock, so nobody is blamed for another's delay; June does not wait."""
    end_hold(work, hold)
    ended = list(Hold.objects.filter(case_id=work.case.pk, resumed_at__isnull=False))
    for step in work.steps:
        if step.state == "open" and hold.round_id in (None, step.round_id):
            dates.give_back(work, step, [one for one in ended if one.round_id in (None, step.round_id)], hold)
            work.touch(step)
