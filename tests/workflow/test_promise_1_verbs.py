"""P1 and P6 for the verbs that hand, add, drop and take back: simultaneous clicks leave one outcome and a way on."""

from functools import partial
from typing import Any

from tests import builders
from tests.concurrency import together
from tests.workflow.test_signers import at_group_approval, at_town_review
from workflow import errors
from workflow.commands import steps
from workflow.models import Case, Decision, Event, Round, Step

ROUNDS = 4


def _won(results: list[Any]) -> list[Any]:
    unexpected = [r for r in results if not isinstance(r, dict | errors.Refusal)]
    assert unexpected == []
    return [r for r in results if isinstance(r, dict)]


def _sound(case: Case) -> None:
    """Decisions = decided steps = decision events, one live round a group, and something to do."""
    decided = Step.objects.filter(case=case, state__in=("approved", "returned", "refused")).count()
    made = Event.objects.filter(case=case, kind="step.decided").count()
    assert decided == Decision.objects.filter(case=case).count() == made
    live = Round.objects.filter(case=case, closed_at=None, parent=None).values_list("group", flat=True)
    assert len(live) == len(set(live))
    assert Step.objects.filter(case=case, state="open").exists()


def test_sixteen_clicks_on_reassign_move_the_step_once(live_world: builders.World) -> None:
    other = builders.user("town_reviewer_2", "town_reviewer", live_world.units[builders.HOME_TOWN])
    case, step = at_town_review(live_world)
    click = partial(steps.reassign, step.pk, actor=live_world.town_reviewer, to=other.pk)
    assert len(_won(together([click] * 16))) == 1
    assert Event.objects.filter(case=case, kind="step.reassigned").count() == 1
    _sound(case)


def test_a_decision_and_a_reassignment_at_once(live_world: builders.World) -> None:
    other = builders.user("town_reviewer_2", "town_reviewer", live_world.units[builders.HOME_TOWN])
    for _round in range(ROUNDS):
        case, step = at_town_review(live_world)
        calls = [
            partial(steps.decide, step.pk, actor=live_world.town_reviewer, verdict="approve"),
            partial(steps.reassign, step.pk, actor=live_world.town_reviewer, to=other.pk),
        ]
        assert len(_won(together(calls * 2))) == 1
        step.refresh_from_db()
        assert (step.state, step.holder_id) in {("approved", None), ("open", other.pk)}
        _sound(case)


def test_the_same_key_adds_signers_once(live_world: builders.World) -> None:
    case, step = at_town_review(live_world)
    click = partial(
        steps.add_signer,
        step.pk,
        actor=live_world.town_reviewer,
        users=[live_world.clerk_2.pk],
        where="before",
        key="k",
    )
    assert len(_won(together([click] * 8))) == 8
    assert Step.objects.filter(case=case, holder=live_world.clerk_2).count() == 1
    _sound(case)


def test_adding_a_signer_and_deciding_at_once(live_world: builders.World) -> None:
    for _round in range(ROUNDS):
        case, vice, chair = at_group_approval(live_world)
        calls = [
            partial(steps.decide, chair.pk, actor=live_world.chair, verdict="approve", document_no="1"),
            partial(
                steps.add_signer,
                vice.pk,
                actor=live_world.vice_leader,
                users=[live_world.clerk_2.pk],
                where="beside",
            ),
        ]
        _won(together(calls))
        _sound(case)
        signer = Step.objects.filter(case=case, holder=live_world.clerk_2).first()
        state = Case.objects.get(pk=case.pk).state
        assert state == ("in_review" if signer and signer.state == "open" else "signing")


def test_the_signer_decides_while_being_dropped(live_world: builders.World) -> None:
    for _round in range(ROUNDS):
        case, step = at_town_review(live_world)
        reviewer, clerk = live_world.town_reviewer, live_world.clerk_2
        steps.add_signer(step.pk, actor=reviewer, users=[clerk.pk], where="before")
        signer = Step.objects.get(case=case, holder=clerk, state="open")
        calls = [
            partial(steps.decide, signer.pk, actor=clerk, verdict="approve"),
            partial(steps.drop_signer, signer.pk, actor=reviewer, reason="不必"),
        ]
        assert len(_won(together(calls * 2))) == 1
        _sound(case)
        steps.decide(step.pk, actor=reviewer, verdict="approve")


def test_taking_back_while_the_next_decides(live_world: builders.World) -> None:
    for _round in range(ROUNDS):
        case, step = at_town_review(live_world)
        steps.decide(step.pk, actor=live_world.town_reviewer, verdict="approve")
        vice = builders.open_step(case, "vice_approval")
        calls = [
            partial(steps.take_back, step.pk, actor=live_world.town_reviewer),
            partial(steps.decide, vice.pk, actor=live_world.vice_leader, verdict="approve", document_no="1"),
        ]
        results = together(calls * 3)
        assert len(_won(results)) == 1
        assert all(isinstance(r, errors.Refusal) for r in results if not isinstance(r, dict))
        _sound(case)
        assert Case.objects.get(pk=case.pk).state in ("in_review", "signing")


def test_two_opinions_at_once_are_one(live_world: builders.World) -> None:
    case, step = at_town_review(live_world)
    steps.delegate(step.pk, actor=live_world.town_reviewer, to=live_world.clerk_2.pk)
    asked = Step.objects.get(case=case, holder=live_world.clerk_2, state="open")
    click = partial(steps.give_opinion, asked.pk, actor=live_world.clerk_2, leaning="agree", text="可以")
    assert len(_won(together([click] * 8))) == 1
    assert Event.objects.filter(case=case, kind="opinion.given").count() == 1
    _sound(case)
