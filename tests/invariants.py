"""What holds for a case at every commit, asked of the rows with nothing of the engine's own rules."""

import json
from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date, datetime, time
from itertools import combinations

from django.utils import timezone

from workflow import audit
from workflow.models import FINAL_STATES, Case, Decision, Event, Posting, Round, Step, Substitution, Watch, plan
from workflow.queries.invariants import dead_steps

DECIDED = {"approved": "approve", "returned": "return", "refused": "refuse"}
JUDGES = {"review", "approve", "receive", "accept", "check", "pay"}
NEVER_BOTH = ({"measure", "accept"}, {"prepare", "check"}, {"check", "pay"}, {"prepare", "pay"})


def holds(case_id: int, today: date, *, chain: bool = True) -> None:
    """Everything below; `chain=False` leaves the hashes of the chain for later."""
    case = Case.objects.select_related("home_unit").get(pk=case_id)
    rounds = list(Round.objects.filter(case_id=case_id).order_by("id"))
    steps = list(Step.objects.filter(case_id=case_id).select_related("unit", "round").order_by("id"))
    decisions = list(Decision.objects.filter(case_id=case_id))
    events = list(Event.objects.filter(case_id=case_id).order_by("sequence"))
    one_decision_one_event(steps, decisions, events)
    stuck = one_live_round_a_group(rounds, steps)
    assert not stuck or stuck <= reported(case, today), "a rule is out of reach and nobody is told"
    armed(steps)
    someone_can_go_on(case, rounds, steps, today, stuck)
    four_eyes(case, steps, decisions)
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert case.events == len(events) and case.head == events[-1].hash
    if chain:
        found = audit.verify(case.reference)
        assert found.ok, found


def one_decision_one_event(steps: Iterable[Step], decisions: Iterable[Decision], events: Iterable[Event]) -> None:
    """Finally decided steps = Decision rows = decision events, one each, saying the same."""
    decided = {step.pk: DECIDED[step.state] for step in steps if step.state in DECIDED}
    rows = {row.step_id: row.verdict for row in decisions}
    told = [json.loads(event.body)["facts"] for event in events if event.kind == "step.decided"]
    assert decided == rows, f"steps {decided} but decisions {rows}"
    assert Counter((fact["step"], fact["verdict"]) for fact in told) == Counter(rows.items())
    assert {fact["decision"] for fact in told} == {row.digest for row in decisions}


def reported(case: Case, today: date) -> set[int]:
    """Rounds of the case of which the hourly check says that too few are asked."""
    noon = timezone.make_aware(datetime.combine(today, time(12)))
    return {one.detail["round"] for one in dead_steps(noon) if (one.case_id, one.code) == (case.pk, "rule_unreachable")}


def armed(steps: Iterable[Step]) -> None:
    """Every open step has a due date, and the row by which the sweep comes to remind of it; no other step has one."""
    opened = {step.pk: step.due for step in steps if step.state == "open"}
    assert all(opened.values()), f"no due date: {opened}"
    watched = Watch.objects.filter(step__in=[step.pk for step in steps]).values_list("step_id", flat=True)
    assert set(watched) == set(opened), f"open {set(opened)}, armed {set(watched)}"


def one_live_round_a_group(rounds: Iterable[Round], steps: Iterable[Step]) -> set[int]:
    """A group has at most one live round; open steps stand in live rounds only. The live rounds that ask nobody."""
    live = {one.pk: one.group for one in rounds if one.closed_at is None}
    own = [one.group for one in rounds if one.closed_at is None and not getattr(one, "parent_id", None)]
    assert len(own) == len(set(own)), f"two live rounds of one group: {own}"
    open_in = {step.round_id for step in steps if step.state == "open"}
    assert open_in <= set(live), "an open step in a closed round"
    waiting = {step.round_id for step in steps if any(c.parent_id == step.pk for c in rounds if c.pk in live)}
    return set(live) - open_in - waiting


def someone_can_go_on(
    case: Case, rounds: Iterable[Round], steps: Iterable[Step], today: date, stuck: Collection[int]
) -> None:
    """An open case has an open step in a live round that somebody alive is posted for; or it stands with the operators
    because too few are asked."""
    opened = [step for step in steps if step.state == "open"]
    if case.state in FINAL_STATES:
        assert opened == [] and all(one.closed_at for one in rounds), "something is open in an ended case"
        return
    assert opened or stuck, f"nothing to do in {case.state}"
    assert stuck or any(holders(step, today) for step in opened), (
        f"nobody is there for {[step.plan for step in opened]}"
    )


def holders(step: Step, today: date) -> set[int]:
    """Whoever may be reminded of a step: its holder, or who is posted for its role over its unit, or stands in."""
    postings = Posting.objects.filter(role=step.role, user__is_active=True, valid_from__lte=today)
    rows = [p for p in postings.select_related("unit") if p.valid_until is None or p.valid_until >= today]
    fit = [p for p in rows if step.unit.code.startswith(p.unit.code.split(".")[0])]
    lent = Substitution.objects.filter(posting__in=fit, revoked_at=None, valid_from__lte=today, valid_until__gte=today)
    found = {p.user_id for p in fit} | {s.substitute_id for s in lent}
    return found | ({step.holder_id} if step.holder_id and step.holder and step.holder.is_active else set())


def four_eyes(case: Case, steps: Iterable[Step], decisions: Iterable[Decision]) -> None:
    """No person, for themselves or for another, decided what they wrote, two groups of a stage, or clashing duties."""
    by_id = {step.pk: step for step in steps}
    plans = {one.key: one for one in plan.rows_of([case.route_id])[-1]}
    for row in decisions:
        asked = plans.get(by_id[row.step_id].plan)
        wrote = {pk for aspect in (asked.aspects if asked else ()) for pk in case.authors.get(aspect, ())}
        assert not (asked and asked.duty in JUDGES and wrote & persons(row)), f"{persons(row)} approved what they wrote"
    for one, other in combinations(decisions, 2):
        here, there = by_id[one.step_id], by_id[other.step_id]
        if not persons(one) & persons(other) or here.round.group == there.round.group:
            continue
        assert here.round.stage != there.round.stage, f"{persons(one)} decided {here.plan} and {there.plan}"
        duties = {plans[s.plan].duty for s in (here, there) if s.plan in plans}
        assert not any(pair <= duties for pair in NEVER_BOTH), f"{persons(one)} did {duties}"


def persons(row: Decision) -> set[int]:
    """Who decided, and for whom."""
    return {pk for pk in (row.actor_id, row.on_behalf_of_id) if pk}
