"""Whom an opening step asks: its role, or a superior where nobody of it may answer; and decisions carried forward."""

from typing import Any

from workflow import reach
from workflow.commands.work import Work
from workflow.models import Decision, Round, Step, User
from workflow.rules import asking, four_eyes
from workflow.rules.route import Place, PlanSpec

CARRIED = "carried"


def choose(work: Work, live: Round, place: Place, plan: PlanSpec, unit: Any) -> tuple[str, list[User]]:
    """(role asked, who holds it). A case never waits for nobody: where the plan's role cannot answer, a superior is
    asked and the history says so. One look where nobody is excluded, which is nearly always."""
    holders = work.holders(plan.role, unit.code)
    if holders and not any(excluded(work, place, plan, frozenset({holder.pk})) for holder in holders):
        return plan.role, holders

    def climb(one: PlanSpec) -> asking.Asked | None:
        there = work.case.unit_for(one.resolver)
        return whom(work, place, one, there.code) if there else None

    asked = asking.opening(place.group, plan, live.conditions, climb)
    if asked.role == plan.role:
        return plan.role, holders
    work.event("step.redirected", plan=plan.key, group=live.group, number=live.number, role=asked.role, why=asked.why)
    return asked.role, work.holders(asked.role, unit.code)


def whom(work: Work, place: Place, plan: PlanSpec, unit_code: str) -> asking.Asked:
    """The role to ask over this unit on this case."""

    def able(role: str) -> tuple[bool, bool]:
        found = reach.authorities_over(role, unit_code, work.today)
        return bool(found), any(not excluded(work, place, plan, one.persons) for one in found)

    return asking.whom_to_ask(plan, able)


def excluded(work: Work, place: Place, plan: PlanSpec, persons: frozenset[int]) -> str:
    """Four eyes on this case, as a code; empty when these persons may decide."""
    return four_eyes.exclusion(persons, place, plan, work.acts(), work.case.authors, work.cadres)


def ask(step: Step, plan: PlanSpec, role: str) -> None:
    """Put the role that is asked on a step; the plan's own stays readable where it is another."""
    if role != plan.role:
        step.role, step.asked_role = role, plan.role
        step.supervisor_role = asking.next_superior(plan, role)


def carry(work: Work, step: Step, place: Place, plan: PlanSpec, holders: list[User]) -> bool:
    """Let the decision directly before count for this step too, where the route says so; never against four eyes.

    The step is skipped with the mark "carried" and an event that names the step whose decision it was: no second
    Decision row exists, because nobody decided twice.
    """
    if work.route.repeats != asking.CARRY:
        return False
    before = _directly_before(work)
    if before is None or before.on_behalf_of_id or before.verdict != "approve":
        return False
    decided = next(other for other in work.steps if other.pk == before.step_id)
    if decided.plan == step.plan:  # asked again because its own decision counts no more
        return False
    duty = work.route.plans[decided.plan][1].duty if decided.plan in work.route.plans else ""
    earlier = asking.Earlier(before.actor_id, duty, before.seen)
    only = [holder.pk for holder in holders]
    if not asking.may_carry(work.route.repeats, plan, only, earlier, work.case.hashes):
        return False
    if excluded(work, place, plan, frozenset({before.actor_id})):
        return False
    step.skip()
    step.closed_at, step.close_reason, step.carried_from = work.now, CARRIED, decided
    where = {"group": step.round.group, "number": step.round.number}
    work.event("step.carried", step=step.pk, plan=plan.key, **where, from_step=decided.pk)
    return True


def _directly_before(work: Work) -> Decision | None:
    if work.new_decisions:
        return work.new_decisions[-1]
    undone = {step.pk for step in work.steps if step.taken_back_at}
    standing = [decision for decision in work.decisions.values() if decision.step_id not in undone]
    return max(standing, key=lambda decision: (decision.at, decision.pk), default=None)
