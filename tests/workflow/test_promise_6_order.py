"""P6: no step opens before its predecessors, and no open case is without an actionable step."""

import os
from functools import partial

import pytest

from tests import builders, light
from tests.concurrency import together
from workflow import errors
from workflow.commands import cases, steps
from workflow.models import Case, Event, Round, Step
from workflow.models.plan import spec


def _actionable(case: Case) -> bool:
    return Step.objects.filter(case=case, state="open").exists()


def test_every_open_case_has_an_actionable_step_at_every_commit(world: builders.World) -> None:
    case = builders.agreement(world)
    seen: list[str] = []
    while (current := Case.objects.get(pk=case.pk)).state != "completed":
        assert _actionable(case), current.state
        step = Step.objects.filter(case=case, state="open").order_by("id").first()
        assert step is not None
        builders.approve(world, case, step.plan)
        seen.append(step.plan)
    assert len(seen) == len(set(seen)) == Step.objects.filter(case=case, state="approved").count()


def test_groups_of_a_track_open_one_after_another(world: builders.World) -> None:
    case = builders.agreement(world)
    builders.walk(world, case)
    for stage in spec(case.route_id).stages:
        for track in stage.tracks:
            rounds = [Round.objects.filter(case=case, group=group.key).order_by("number") for group in track.groups]
            opened = [found[0].opened_at for found in rounds if found]
            closed = [found[0].closed_at for found in rounds if found]
            assert all(before <= after for before, after in zip(closed, opened[1:], strict=False))
    asked = Step.objects.filter(case=case, round__outcome="passed", state="approved").values_list("round_id", flat=True)
    assert set(asked) == set(Round.objects.filter(case=case, outcome="passed").values_list("pk", flat=True))


def test_early_tracks_open_with_the_transfer_and_gate_their_own_state(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world), "account_transfer")
    plans = set(Step.objects.filter(case=case, state="open").values_list("plan", flat=True))
    assert plans == {"transfer", "plot_allotment", "payment_prepared"}
    builders.approve(world, case, "transfer")
    builders.approve(world, case, "transfer_check")
    assert Case.objects.get(pk=case.pk).state == "homestead_adjustment"


def test_states_without_object_are_skipped_by_guard(world: builders.World) -> None:
    case = builders.agreement(world, area_changes=False, has_homestead=False, plot_state="")
    builders.walk(world, case)
    states = [e.body for e in Event.objects.filter(case=case, kind="case.moved")]
    assert not any("account_transfer" in body or "homestead_adjustment" in body for body in states)


def test_an_unmet_need_is_refused_in_plain_words(world: builders.World) -> None:
    case = builders.agreement(world, persons=0)
    with pytest.raises(errors.Unmet) as refused:
        steps.decide(builders.open_step(case, "draft").pk, actor=world.clerk, verdict="approve")
    assert refused.value.detail["items"]
    assert _actionable(case)


def test_a_held_case_decides_nothing_until_resumed_and_gives_the_days_back(world: builders.World) -> None:
    case = builders.agreement(world)
    step = builders.open_step(case, "draft")
    cases.hold(case.pk, actor=world.clerk, cause="household_absent", now=builders.at("2026-03-03"))
    with pytest.raises(errors.OnHold):
        steps.decide(step.pk, actor=world.clerk, verdict="approve", now=builders.at("2026-03-04"))
    cases.resume(case.pk, actor=world.clerk, now=builders.at("2026-03-06"))
    later = Step.objects.get(pk=step.pk)
    assert (later.forward - step.forward).days >= 3
    assert later.backward == step.backward
    assert later.due_version == step.due_version + 1
    assert steps.decide(step.pk, actor=world.clerk, verdict="approve")["state"] == "in_review"


def test_nobody_without_a_posting_sees_or_touches_a_case(world: builders.World) -> None:
    case = builders.agreement(world)
    for person in ("nobody", "stranger", "security_admin", "system_admin", "audit_admin"):
        with pytest.raises(errors.NotFound):
            cases.hold(case.pk, actor=world.people[person], cause="dispute")


@pytest.mark.parametrize("k", range(2, 17) if os.environ.get("PROVE") == "1" else (2, 5, 16))
def test_k_parallel_approvals_finishing_together_move_on_exactly_once(live_world: builders.World, k: int) -> None:
    everyone = [light.second(live_world, f"clerk_of_{k}_{n}", "clerk", builders.HOME_TOWN) for n in range(k - 2)]
    light.route(live_world, "agri_dispersed", "all")
    case = light.agreement(live_world, "agri_dispersed")
    for plan, who in (
        ("draft", "clerk"),
        ("leader", "village_group_leader"),
        ("village", "village_reviewer"),
        ("town", "town_reviewer"),
        ("vice", "vice_leader"),
        ("side", "county_officer"),
        ("receiving", "receiving_village"),
    ):
        steps.decide(builders.open_step(case, plan).pk, actor=live_world.people[who], verdict="approve")
    hands = {step.holder_id: step.pk for step in Step.objects.filter(case=case, plan="hands", state="open")}
    people = [live_world.clerk, live_world.clerk_2, *everyone]
    results = together([partial(steps.decide, hands[one.pk], actor=one, verdict="approve") for one in people])
    assert all(isinstance(result, dict) for result in results), results
    assert Case.objects.get(pk=case.pk).state == "final_check"
    assert Event.objects.filter(case=case, kind="case.moved", body__contains='"target":"final_check"').count() == 1
    assert Round.objects.filter(case=case, group="filed").count() == 1
