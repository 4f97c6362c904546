"""Moving a case: settle opens, passes and closes groups and fires the one advance transition, until nothing moves."""

from typing import Any

from workflow import errors
from workflow.commands import askers, dates
from workflow.commands.work import Work, concerned
from workflow.models import Hold, Round, Step, User
from workflow.rules import conditions
from workflow.rules.route import FAILED, OPEN, PASSED, Place, PlanSpec, TrackSpec, outcome

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
    for live in [r for r in work.rounds if r.closed_at is None]:
        if _votes(live) == FAILED:
            _fail(work, live)
            return True
    passed = {track.key: _walk(work, track) for track in work.route.tracks_open_in(work.case.state)}
    if not all(passed[track.key] for track in stage.tracks):
        return False
    fire_advance(work)
    return True


def _votes(live: Round) -> str:
    return outcome(live.rule, live.threshold, [(askers.vote(step), step.weight) for step in live.run])


def _walk(work: Work, track: TrackSpec) -> bool:
    """Bring one track as far as it goes; True when its last group has passed."""
    for group in track.groups:
        live = work.live(group.key)
        if live is None and work.stands(group):
            continue
        live = live or open_round(work, work.route.places[group.key])
        if live is None:
            continue  # no plan of this group applies to these facts
        if _votes(live) == OPEN:
            return False
        close_round(work, live, PASSED)
    return True


# --- rounds ------------------------------------------------------------------------------------------------------
def open_round(work: Work, place: Place) -> Round | None:
    """Open the next round of a group; None when no plan applies. Conditions are kept as evaluated now."""
    verdicts = {plan.key: conditions.holds(plan.condition, work.case.facts) for plan in place.group.plans}
    plans = [plan for plan in place.group.plans if verdicts[plan.key]]
    if not plans:
        return None
    number = 1 + max((r.number for r in work.rounds if r.group == place.group.key), default=0)
    live = Round(
        case_id=work.case.pk,
        stage=place.stage.state,
        track=place.track.key,
        group=place.group.key,
        number=number,
        rule=place.group.rule,
        threshold=place.group.threshold,
        conditions=verdicts,
        opened_at=work.now,
    )
    live.run = []
    work.rounds.append(live)
    work.new_rounds.append(live)
    event = work.event("round.opened", group=place.group.key, number=number, plans=[plan.key for plan in plans])
    for plan in plans:
        _open_steps(work, live, place, plan, event)
    return live


def _open_steps(work: Work, live: Round, place: Place, plan: PlanSpec, event: Any) -> None:
    unit = work.case.unit_for(plan.resolver)
    if unit is None:
        raise errors.EngineFault(f"case {work.case.pk}: no unit for {plan.resolver} of step {plan.key}")
    role, holders = askers.choose(work, live, place, plan, unit)
    for holder in holders if plan.each_holder and holders else [None]:
        step = _new_step(work, live, plan, unit, holder)
        askers.ask(step, plan, role)
        dates.stamp(work, step, place, plan)
        if askers.carry(work, step, place, plan, [holder] if holder else holders):
            continue
        if plan.resolver.startswith("partner") and work.case.partner_since is None:
            work.case.partner_since = work.now
            work.event("sight.granted", unit=work.case.partner_unit_id)
        work.tell("step_opened", [holder] if holder else holders, event, step, audience="holder")


def _new_step(work: Work, live: Round, plan: PlanSpec, unit: Any, holder: User | None) -> Step:
    step = Step(
        round=live,
        case_id=work.case.pk,
        plan=plan.key,
        role=plan.role,
        unit=unit,
        holder=holder,
        supervisor_role=plan.supervisor_role,
        opened_at=work.now,
        lead=plan.lead,
        lead_unit=plan.lead_unit,
        weight=plan.weight,
    )
    live.run.append(step)
    work.steps.append(step)
    work.new_steps.append(step)
    return step


def close_round(work: Work, live: Round, how: str, why: str = "") -> None:
    """End a round; what is still open in it is cancelled."""
    live.closed_at, live.outcome = work.now, how
    work.touch(live)
    end_hold(work, work.round_holds.pop(live.pk, None))
    for step in live.run:
        if step.state == "open":
            step.cancel()
            step.closed_at, step.close_reason = work.now, why or how
            work.touch(step)
    work.event("round.closed", group=live.group, number=live.number, outcome=how)


# --- backwards -----------------------------------------------------------------------------------------------------
def _fail(work: Work, live: Round) -> None:
    """A group whose rule can no longer be met goes to its on_refuse point. Refusing never ends a case."""
    group = work.route.places[live.group].group
    target = group.on_refuse or work.route.stages[0].tracks[0].groups[0].key
    send_back(work, live, work.route.places[target], resume="again", how="refused")


def send_back(work: Work, live: Round, target: Place, resume: str, how: str = "returned") -> None:
    """Close the live rounds from the target on, void the target; `again` also voids every later group.

    Nothing is kept on a stack: settle opens the target and then cascades through whatever still stands.
    """
    live.return_to, live.resume = target.group.key, resume
    if target.stage.state != work.case.state:
        fire(work, back_to(work, target.stage.state))
    for other in [r for r in work.rounds if r.closed_at is None]:
        if other is live:
            close_round(work, other, how)
        elif _falls(work, work.route.places[other.group], target):
            close_round(work, other, "cancelled", "returned")
    for past in work.rounds:
        place = work.route.places.get(past.group)
        if place is None or past.outcome != PASSED or past.void:
            continue
        if past.group == target.group.key or (resume == "again" and work.route.is_after(place, target)):
            past.void = True
            work.touch(past)
    event = work.event("case.sent_back", from_group=live.group, to=target.group.key, resume=resume, how=how)
    work.tell(how, concerned(work), event)


def _falls(work: Work, place: Place, target: Place) -> bool:
    """Whether a live round is closed by a return to the target: later in its track, or of a track not yet open then."""
    if place.track.key == target.track.key and place.stage.state == target.stage.state:
        return place.position >= target.position
    return work.route.order[place.track.opens_in] > work.route.order[target.stage.state]


def return_points(work: Work, live: Round) -> list[Place]:
    """Where a return from this round may go: earlier groups that have run and whose state can be gone back to."""
    ran = {r.group for r in work.rounds}
    reachable = {work.case.state} | {t.target for t in _backs(work)}
    places = work.route.earlier_points(live.group)
    return [place for place in places if place.group.key in ran and place.stage.state in reachable]


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
        for live in [r for r in work.rounds if r.closed_at is None]:
            close_round(work, live, "cancelled", work.case.state)
        end_hold(work, work.hold)
        work.hold = None
        work.tell(work.case.state, concerned(work), event)


def end_hold(work: Work, hold: Hold | None) -> None:
    """End a hold, by resuming or because what it held has ended."""
    if hold is not None:
        hold.resumed_at, hold.resumed_by = work.now, work.actor
        work.touch(hold)


def give_back_held_days(work: Work, hold: Hold) -> None:
    """A hold stops a step's own forward clock, so nobody is blamed for another's delay; June does not wait."""
    end_hold(work, hold)
    ended = [*Hold.objects.filter(case_id=work.case.pk, resumed_at__isnull=False), hold]
    for step in work.steps:
        if step.state == "open" and hold.round_id in (None, step.round_id):
            dates.give_back(work, step, [h for h in ended if h.round_id in (None, step.round_id)])
            work.touch(step)
