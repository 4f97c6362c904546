"""Rounds: opening a group's or a step's own round, the steps in it, and ending it."""

from collections.abc import Iterable
from typing import Any

from workflow import errors, seats
from workflow.commands import askers, dates, undone
from workflow.commands.work import Work
from workflow.models import Event, Hold, Round, Step, User
from workflow.rules import conditions, effects
from workflow.rules.effects import IN_ORDER
from workflow.rules.route import PASSED, Place, PlanSpec

SIGNER_DAYS = 2  # working days an added signer or adviser has, unless the one who asks says otherwise


def open_round(work: Work, place: Place) -> Round | None:
    """Open the next round of a group; None when no plan applies. Conditions are kept as evaluated now.

    A round after one that was taken back carries the decisions of those who did not take theirs back.
    """
    verdicts = {plan.key: conditions.holds(plan.condition, work.case.facts) for plan in place.group.plans}
    if not any(verdicts.values()):
        return None
    prior = next((r for r in reversed(work.rounds) if r.group == place.group.key and not r.parent_id), None)
    live = _new_round(work, place, place.group.rule, place.group.threshold)
    live.conditions = verdicts
    live.carried = undone.carried(work, prior)
    plans = [plan for plan in place.group.plans if verdicts[plan.key]]
    if live.rule == IN_ORDER:
        plans = seats.waiting(work, live)[:1]
    told = [made for plan in plans for made in _seat_plan(work, live, place, plan)]
    told += [_seat_again(work, live, step) for step in undone.still_asked(work, prior)]
    _announce(work, live, told)
    if work.undoing is not None:
        _as_before(work, live, work.step(work.undoing.step_id))
    return live


def _as_before(work: Work, made: Round, old: Step) -> None:
    """The step whose decision is taken back is asked again: it lies with the person who took it back."""
    mine = [one for one in made.run if one.plan == old.plan and one.holder_id is None and one.state == "open"]
    if old.round.group != made.group or old.added_by_id or not mine:
        return
    new = mine[0]
    new.role, new.supervisor_role, new.asked_role = old.role, old.supervisor_role, old.asked_role
    new.holder, new.claimed_at = (old.holder if old.assigned else work.actor), work.now
    new.assigned = old.assigned
    where = {"group": made.group, "number": made.number, "seat": seats.seat_of(new)}
    holder = new.holder.pk if new.holder else None
    work.event("step.kept", **where, plan=new.plan, holder=holder, role=new.role, assigned=new.assigned)


def open_next(work: Work, live: Round, place: Place) -> bool:
    """While a round is open: `in_order` asks its next plan (True: look again, it may be answered already), and nobody
    is asked whose vote is not needed: who approved and waits for signers after it stays approved, they are let go."""
    table = seats.table(work, live)
    members = seats.members(work, live)
    for key in effects.unneeded(table):
        end_step(work, members[int(str(key))], PASSED)
    due = effects.next_is_due(table)
    if due:
        seat_more(work, live, _seat_plan(work, live, place, seats.waiting(work, live)[0]))
    return due


def open_child(work: Work, parent: Step, kind: str, people: Iterable[tuple[User, str, Any]], days: int) -> Round:
    """Open a child round of a step: signers before or after it, or opinions for it. `people`: (user, role, unit)."""
    place, _plan = work.route.plans[parent.plan]
    live = _new_round(work, place, effects.ALL, 0)
    live.kind, live.parent = kind, parent
    _announce(work, live, [seat_signer(work, live, parent, who, days) for who in people], word="asked")
    return live


Seated = tuple[Step, list[User]]  # a new step and who is told of it


def _new_round(work: Work, place: Place, rule: str, threshold: int) -> Round:
    number = 1 + max((r.number for r in work.rounds if r.group == place.group.key), default=0)
    live = Round(
        id=work.identity(Round),
        case_id=work.case.pk,
        stage=place.stage.state,
        track=place.track.key,
        group=place.group.key,
        number=number,
        rule=rule,
        threshold=threshold,
        opened_at=work.now,
    )
    live.run = []
    work.rounds.append(live)
    work.new_rounds.append(live)
    return live


def _announce(work: Work, live: Round, told: list[Seated], word: str = "step_opened") -> None:
    above = live.parent
    event = work.event(
        "round.opened",
        group=live.group,
        number=live.number,
        purpose=live.kind,
        parent=[above.round.number, seats.seat_of(above)] if above else None,
        rule=live.rule,
        threshold=live.threshold,
        plans=sorted({step.plan for step in live.run}),
        seats=[facts_of(step) for step in live.run],
        carried=live.carried,
    )
    _tell(work, event, told, word)


def seat_more(work: Work, live: Round, told: list[Seated], word: str = "step_opened") -> None:
    """Record steps that joined a round after it was opened."""
    for step, people in told:
        where = {"group": live.group, "number": live.number, "seat": seats.seat_of(step)}
        event = work.event("step.opened", **where, facts=facts_of(step))
        _tell(work, event, [(step, people)], word)


def facts_of(step: Step) -> list[Any]:
    """A new step in its round's event: plan, role, unit, holder, added by, and its id."""
    return [step.plan, step.role, step.unit.pk, step.holder_id, step.added_by_id, step.pk]


def at(step: Step) -> dict[str, Any]:
    """Where a step stands, for its events."""
    return {
        "step": step.pk,
        "plan": step.plan,
        "group": step.round.group,
        "number": step.round.number,
        "seat": seats.seat_of(step),
    }


def _tell(work: Work, event: Event, told: list[Seated], word: str) -> None:
    """Tell those who are asked; an earlier decision that counts for a step too answers it at once."""
    for step, people in told:
        place, plan = work.route.plans[step.plan]
        if step.added_by_id is None and askers.carry(work, step, place, plan, people):
            continue
        work.tell(word, people, event, step, audience="holder")


# --- steps of a round ----------------------------------------------------------------------------------------------
def _seat_plan(work: Work, live: Round, place: Place, plan: PlanSpec) -> list[Seated]:
    """The steps of one plan: one claimable step, or one per holder of the post."""
    carried = [step for step in seats.members(work, live) if step.plan == plan.key and not step.added_by_id]
    if carried and not plan.each_holder:
        return []
    unit = work.case.unit_for(plan.resolver)
    if unit is None:
        raise errors.EngineFault(f"case {work.case.pk}: no unit for {plan.resolver} of step {plan.key}")
    role, holders = askers.choose(work, live, place, plan, unit)
    done = {step.holder_id for step in carried}
    each = [holder for holder in holders if holder.pk not in done] if plan.each_holder and holders else [None]
    if plan.resolver.startswith("partner") and work.case.partner_since is None:
        work.case.partner_since = work.now
        work.event("sight.granted", unit=work.case.partner_unit_id)
    return [(_plan_step(work, live, (place, plan, role), unit, one), [one] if one else holders) for one in each]


def _plan_step(work: Work, live: Round, asked: tuple[Place, PlanSpec, str], unit: Any, holder: User | None) -> Step:
    place, plan, role = asked
    step = Step(
        id=work.identity(Step),
        round=live,
        case_id=work.case.pk,
        plan=plan.key,
        role=plan.role,
        unit=unit,
        holder=holder,
        assigned=holder is not None,
        supervisor_role=plan.supervisor_role,
        opened_at=work.now,
        lead=plan.lead,
        lead_unit=plan.lead_unit,
        weight=plan.weight,
    )
    askers.ask(step, plan, role)
    dates.stamp(work, step, place, plan)
    return _keep(work, live, step)


def seat_signer(work: Work, live: Round, parent: Step, who: tuple[User, str, Any], days: int) -> Seated:
    """A step for a person the route did not name, asked by the actor for `days` working days."""
    user, role, unit = who
    step = Step(
        id=work.identity(Step),
        round=live,
        case_id=work.case.pk,
        plan=parent.plan,
        role=role,
        unit=unit,
        holder=user,
        assigned=True,
        added_by=work.actor,
        supervisor_role=parent.supervisor_role,
        opened_at=work.now,
        lead=days,
        lead_unit="working",
    )
    dates.stamp_signer(work, step, parent)
    return _keep(work, live, step), [user]


def _keep(work: Work, live: Round, step: Step) -> Step:
    live.run.append(step)
    work.steps.append(step)
    work.new_steps.append(step)
    return step


# --- ending ----------------------------------------------------------------------------------------------------------
def settle_child(work: Work, child: Round, state: str) -> None:
    """A child round that has passed lets its step go on; a signer who refused counts as the step's own refusal."""
    parent = seats.parent(work, child)
    assert parent is not None
    close_round(work, child, PASSED if state == PASSED else "refused")
    if state != PASSED and parent.state == "open":
        end_step(work, parent, "signer_refused")


def close_round(work: Work, live: Round, how: str, why: str = "") -> None:
    """End a round; what is still open in it, or in child rounds of it, is cancelled."""
    live.closed_at, live.outcome, live.closed_by = work.now, how, work.deciding
    work.touch(live)
    end_hold(work, work.round_holds.pop(live.pk, None))
    for step in live.run:
        for child in seats.children(work, step):
            if child.closed_at is None:
                close_round(work, child, "cancelled", why or how)
    ended = [step for step in live.run if step.state == "open"]
    for step in ended:
        _cancel(work, step, why or how)
    work.event(
        "round.closed",
        group=live.group,
        number=live.number,
        outcome=how,
        cancelled=[seats.seat_of(step) for step in ended],
        why=why or how,
    )


def end_hold(work: Work, hold: Hold | None) -> None:
    """End a hold, by resuming or because what it held has ended."""
    if hold is not None:
        hold.resumed_at, hold.resumed_by = work.now, work.actor
        work.touch(hold)


def end_step(work: Work, step: Step, why: str) -> None:
    """Cancel one step of a round that goes on, with its child rounds. A decision already made is never undone by it."""
    for child in seats.children(work, step):
        if child.closed_at is None:
            close_round(work, child, "cancelled", why)
    if step.state == "open":
        _cancel(work, step, why)
        work.event("step.closed", **at(step), state="cancelled", why=why)


def _cancel(work: Work, step: Step, why: str) -> None:
    step.cancel()
    step.closed_at, step.close_reason = work.now, why
    work.touch(step)


# --- after a taking back --------------------------------------------------------------------------------------------
def _seat_again(work: Work, live: Round, old: Step) -> Seated:
    assert old.holder is not None
    made, people = seat_signer(work, live, old, (old.holder, old.role, old.unit), old.lead)
    made.added_by, made.question = old.added_by, old.question
    dates.run_on(work, made, old)
    return made, people


def reopen_child(work: Work, old: Round, parent: Step, mine: Step) -> None:
    """A child round again after a signer took their decision back; the others' decisions count on."""
    place, _plan = work.route.plans[parent.plan]
    live = _new_round(work, place, effects.ALL, 0)
    live.kind, live.parent, live.carried = old.kind, parent, undone.carried(work, old)
    again = [step for step in old.run if step is mine or step in undone.unanswered(old)]
    _announce(work, live, [_seat_again(work, live, step) for step in again], word="asked")


def go_on(work: Work, ended: Round) -> None:
    """A child round that had ended goes on: one below it is asked again, and so is who had not answered."""
    again = undone.unanswered(ended)
    ended.closed_at, ended.outcome, ended.closed_by = None, "", None
    work.touch(ended)
    seat_more(work, ended, [_seat_again(work, ended, step) for step in again], word="asked")
