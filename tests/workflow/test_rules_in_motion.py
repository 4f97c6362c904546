"""What each rule asks in turn, and who may vote. What an act does to the others, for every rule: test_aftermath.py."""

from typing import Any

import pytest

from agreements.commands import policies
from tests import builders
from workflow import errors
from workflow.commands import steps
from workflow.models import Case, Step, User
from workflow.queries import actions
from workflow.rules import routedoc

THRESHOLD = {"k_of_n": 2, "weighted": 3}


def group_of_three(world: builders.World, rule: str) -> tuple[Case, list[User]]:
    """A case at town review, which three reviewers decide under this rule (weights 1, 2, 1)."""
    town = world.units[builders.HOME_TOWN]
    people = [world.town_reviewer] + [builders.user(f"reviewer_{n}", "town_reviewer", town) for n in (2, 3)]
    document = builders.policy() | {"modes": ["agri_dispersed"]}
    group = dict(routedoc.parts(document))["group:town_review"]
    group |= {"rule": rule, "threshold": THRESHOLD.get(rule, 0), "on_refuse": "draft"}
    first = group["plans"][0]
    group["plans"] += [first | {"key": f"town_review_{n}", "weight": weight} for n, weight in ((2, 2), (3, 1))]
    policies.install(document, world.units[builders.COUNTY], now=world.now)
    case = builders.walk(world, builders.agreement(world), "in_review")
    for plan in ("group_opinion", "village_opinion", "public_notice"):
        builders.approve(world, case, plan)
    return case, people


def act(step: Step, person: User, verdict: str) -> None:
    more: dict[str, Any] = {} if verdict == "approve" else {"comment": "理由"}
    if verdict == "return":
        more |= {"to": "previous", "reason_code": "other"}
    steps.decide(step.pk, actor=person, verdict=verdict, **more)


def open_of_group(case: Case) -> list[Step]:
    return list(Step.objects.filter(case=case, state="open", round__group="town_review").order_by("id"))


def test_one_after_another_asks_one_at_a_time_and_in_order(world: builders.World) -> None:
    case, people = group_of_three(world, "in_order")
    seen = []
    for person in people:
        (step,) = open_of_group(case)
        seen.append(step.plan)
        act(step, person, "approve")
    assert seen == ["town_review", "town_review_2", "town_review_3"]
    assert Step.objects.filter(case=case, plan="vice_approval", state="open").exists()


@pytest.mark.parametrize("rule", ["k_of_n", "weighted"])
def test_nobody_votes_twice_where_heads_or_weights_are_counted(world: builders.World, rule: str) -> None:
    case, people = group_of_three(world, rule)
    first, second, _third = open_of_group(case)
    act(first, people[0], "approve")
    said = {one.verb: one for one in actions.for_step(people[0], second.pk)}
    assert not said["approve"].enabled and "一票" in said["approve"].why_not
    with pytest.raises(errors.Recused):
        act(second, people[0], "approve")


def test_a_weighted_vote_passes_by_weight(world: builders.World) -> None:
    case, people = group_of_three(world, "weighted")
    first, second, third = open_of_group(case)
    act(first, people[0], "approve")
    assert open_of_group(case)
    act(second, people[1], "approve")  # 1 + 2 reaches 3
    third.refresh_from_db()
    assert (third.state, third.close_reason) == ("cancelled", "passed")
