"""P1: a step is decided once, however many clicks arrive together; the losers are told who decided and when."""

import os
from functools import partial

from tests import builders
from tests.concurrency import together
from workflow.commands import steps
from workflow.errors import AlreadyDecided, NoLongerOpen
from workflow.models import Decision, Event, Round, Step

PROVE = os.environ.get("PROVE") == "1"
CLIENTS, ROUNDS = (64, 50) if PROVE else (16, 10)


def test_sixteen_clicks_of_one_official_give_one_decision(live_world: builders.World) -> None:
    for _round in range(ROUNDS):
        case = builders.agreement(live_world)
        step = builders.open_step(case, "draft")
        click = partial(steps.decide, step.pk, actor=live_world.clerk, verdict="approve", now=live_world.now)
        results = together([click] * CLIENTS)
        won = [r for r in results if isinstance(r, dict)]
        lost = [r for r in results if isinstance(r, AlreadyDecided)]
        assert (len(won), len(lost)) == (1, CLIENTS - 1), results
        assert all("clerk" in str(refusal) for refusal in lost)
        assert Decision.objects.filter(step=step).count() == 1
        assert Event.objects.filter(case=case, kind="step.decided").count() == 1
        assert Event.objects.filter(case=case, kind="case.moved").count() == 1


def test_two_eligible_officials_and_a_return_at_once_give_one_outcome(live_world: builders.World) -> None:
    for _round in range(ROUNDS):
        case = builders.agreement(live_world)
        builders.walk(live_world, case, "in_review")
        for plan in ("group_opinion", "village_opinion", "public_notice", "town_review"):
            builders.approve(live_world, case, plan)
        vice, chair = builders.open_step(case, "vice_approval"), builders.open_step(case, "chair_approval")
        calls = [
            partial(steps.decide, vice.pk, actor=live_world.vice_leader, verdict="approve", document_no="1"),
            partial(steps.decide, chair.pk, actor=live_world.chair, verdict="approve", document_no="2"),
            partial(
                steps.decide,
                chair.pk,
                actor=live_world.chair,
                verdict="return",
                reason_code="other",
                comment="改",
                to="town_review",
            ),
        ]
        results = together(calls * 3)
        won = [r for r in results if isinstance(r, dict)]
        assert len(won) == 1, results
        assert all(isinstance(r, AlreadyDecided | NoLongerOpen) for r in results if not isinstance(r, dict)), results
        assert Decision.objects.filter(step__in=[vice, chair]).count() == 1
        assert Round.objects.filter(case=case, group="group_approval", closed_at=None).count() == 0


def test_the_same_key_gives_the_same_answer_and_does_nothing_twice(live_world: builders.World) -> None:
    case = builders.agreement(live_world)
    step = builders.open_step(case, "draft")
    click = partial(steps.decide, step.pk, actor=live_world.clerk, verdict="approve", key="k-1", now=live_world.now)
    results = together([click] * CLIENTS)
    assert all(isinstance(r, dict) for r in results), results
    assert {r["state"] for r in results} == {"in_review"}
    assert Decision.objects.filter(step=step).count() == 1


def test_parallel_approvals_finishing_together_move_on_exactly_once(live_world: builders.World) -> None:
    for _round in range(ROUNDS):
        case = builders.agreement(live_world)
        builders.walk(live_world, case, "in_review")
        pair = [
            partial(steps.decide, builders.open_step(case, plan).pk, actor=live_world.people[role], verdict="approve")
            for plan, role in (("group_opinion", "village_group_leader"), ("village_opinion", "village_reviewer"))
        ]
        assert all(isinstance(r, dict) for r in together(pair))
        assert Round.objects.filter(case=case, group="public_notice").count() == 1
        assert Step.objects.filter(case=case, state="open").count() == 1
