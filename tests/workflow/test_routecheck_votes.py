"""The check before publishing where heads are counted, and where no household stands yet: what the posts give."""

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations, product
from typing import Any

import pytest

from agreements.models import Household
from tests import builders, light
from tests.builders import World
from tests.workflow.test_routecheck import WORDS, draft, places, seated, spec
from workflow import errors
from workflow.commands import routes
from workflow.models import Posting, Route, Unit
from workflow.routechecks import check
from workflow.rules import routecheck, routedoc, staffing
from workflow.rules.routeshape import Fault

REVIEW = "group:town_review"
PLAN = next(plan for _place, plan in spec().plans.values())


# --- one person, one vote, as a search ------------------------------------------------------------------------------
def brute(rule: str, votes: list[staffing.Vote]) -> int:
    """Every set of votes with every choice of people: the heaviest in which nobody votes twice."""
    found = 0
    for size in range(len(votes) + 1):
        for chosen in combinations(votes, size):
            if any(len(set(people)) == size for people in product(*(vote[1] for vote in chosen))):
                found = max(found, sum(vote[0].weight if rule == "weighted" else 1 for vote in chosen))
    return found


@pytest.mark.parametrize("rule", ["k_of_n", "weighted"])
def test_the_most_that_comes_together_is_what_trying_everything_finds(rule: str) -> None:
    holders = [(1,), (2,), (1, 2), (2, 3)]
    for people in product(holders, repeat=3):
        for weights in ((1, 1, 1), (1, 2, 3), (3, 1, 2)):
            votes = [(replace(PLAN, weight=weight), who) for weight, who in zip(weights, people, strict=True)]
            assert staffing.most(rule, votes) == brute(rule, votes)


TWO = {"group:group_approval": {"rule": "k_of_n", "threshold": 2}}
HEAVY = {"group:group_approval": {"rule": "weighted", "threshold": 2}}


@pytest.mark.parametrize("changes", [TWO, HEAVY])
def test_one_person_cannot_fill_two_seats_where_heads_are_counted(changes: dict[str, dict[str, Any]]) -> None:
    only = {"vice_approval": (1,), "chair_approval": (1,)}
    desks = staffing.desks(spec(changes), dict.fromkeys(spec().plans, True), lambda plan: only.get(plan.key, (9,)))
    assert next(desk for desk in desks if desk.key == "group_approval").options == ()
    assert seated(spec(changes), {"vice_approval": (1,), "chair_approval": (1, 2)})
    assert seated(spec({"group:group_approval": {"rule": "all"}}), only)


def test_an_each_holder_plan_that_does_not_apply_helps_no_rule() -> None:
    changes = {
        **TWO,
        "plan:chair_approval": {"condition": {"fact": "amount", "at_least": 500000}, "each_holder": True},
    }
    assert places(routecheck.reach(spec(changes), WORDS)) == ["group:group_approval"]


# --- from the rows --------------------------------------------------------------------------------------------------
def doubled(world: World, policies: dict[str, str] | None = None) -> Route:
    """The town's review asked twice of the same post, two votes needed."""
    made = draft(world, {REVIEW: {"rule": "k_of_n", "threshold": 2}})

    def change(document: routedoc.Document) -> routedoc.Document:
        plans = dict(routedoc.parts(document))[REVIEW]["plans"]
        plans.append(plans[0] | {"key": "second_look", "names": light.names("second_look")})
        return document | {"policies": policies or {}}

    return routes.edit(made.pk, change, actor=world.route_keeper, now=world.now)[0]


def found(world: World, route: Route) -> list[Fault]:
    return check(route, builders.today_of(world))


@pytest.mark.parametrize(
    ("group", "plan", "needed", "posted"),
    [
        ({"rule": "k_of_n", "threshold": 3}, {}, "3 人", "河口镇 2"),
        ({"rule": "weighted", "threshold": 5}, {"weight": 2}, "权重合计 5", "河口镇 4"),
    ],
)
def test_more_votes_than_people_posted_stop_the_publish(
    world: World, group: dict[str, Any], plan: dict[str, Any], needed: str, posted: str
) -> None:
    light.second(world, "town_2", "town_reviewer", builders.HOME_TOWN)
    made = draft(world, {REVIEW: group, "plan:town_review": plan | {"each_holder": True}})
    (fault,) = found(world, made)
    assert (fault.address, fault.blocking) == (REVIEW, True)
    assert "镇移民办审核" in fault.text and needed in fault.text and posted in fault.text
    with pytest.raises(errors.NotPublishable):
        routes.publish(made.pk, actor=world.route_keeper, seen=made.digest, provisional=True, now=world.now)
    light.second(world, "town_3", "town_reviewer", builders.HOME_TOWN)
    assert found(world, made) == []


@pytest.mark.parametrize("policies", [{}, {"nobody": "stop_publish", "self_approval": "stop_publish"}])
def test_two_plans_of_one_post_need_two_people(world: World, policies: dict[str, str]) -> None:
    made = doubled(world, policies)
    (fault,) = found(world, made)
    assert (fault.address, fault.blocking) == (REVIEW, True)
    assert "2 人" in fault.text and "河口镇 1" in fault.text
    light.second(world, "town_2", "town_reviewer", builders.HOME_TOWN)
    assert found(world, made) == []


def test_the_facts_are_told_where_too_few_may_vote_only_for_some(world: World) -> None:
    many = {"fact": "amount", "at_least": 500000}
    made = doubled(world)
    light.second(world, "town_2", "town_reviewer", builders.HOME_TOWN)

    def change(document: routedoc.Document) -> routedoc.Document:
        parts = dict(routedoc.parts(document))
        parts["plan:second_look"] |= {"each_holder": True, "role": "chair"}
        parts["plan:town_review"] |= {"each_holder": True, "condition": many}
        parts[REVIEW]["threshold"] = 3
        return document

    made = routes.edit(made.pk, change, actor=world.route_keeper, now=world.now)[0]
    fault = next(fault for fault in found(world, made) if fault.address == REVIEW)
    assert fault.blocking and "补偿金额" in fault.text and "河口镇" in fault.text


# --- with superiors, in the order in which the engine asks ----------------------------------------------------------
@pytest.mark.parametrize(
    ("changes", "teams", "wanted"),
    [
        ({}, {}, True),
        # the only reviewer of the town has reviewed for the village: a superior is asked
        ({}, {"village_opinion": [(1,)], "town_review": [(1,), (2,)]}, True),
        ({}, {"village_opinion": [(1,)], "town_review": [(1,), (1,)]}, False),
        # nobody is asked in the place of a reviewer of the village who is free
        (
            {"plan:town_review": {"each_holder": True}},
            {"village_opinion": [(1,), (3,)], "town_review": [(1, 2)]},
            False,
        ),
        ({"plan:town_review": {"each_holder": True}}, {"village_opinion": [(3,)], "town_review": [(1, 2)]}, True),
        # both steps would go to the same superior, who has one vote
        (TWO, {"town_review": [(1,)], "vice_approval": [(1,), (2,)], "chair_approval": [(1,), (2,)]}, False),
        (TWO, {"town_review": [(1,)], "vice_approval": [(1,), (2,)], "chair_approval": [(1,), (3,)]}, True),
        # any of them: the superior of one suffices
        ({}, {"town_review": [(1,)], "vice_approval": [(1,)], "chair_approval": [(1,), (2,)]}, True),
    ],
)
def test_superiors_are_asked_when_nobody_of_the_post_is_free_and_only_then(
    changes: dict[str, dict[str, Any]], teams: dict[str, list[tuple[int, ...]]], wanted: bool
) -> None:
    route = spec(changes)
    numbers = {key: number for number, key in enumerate(route.plans, start=1000)}
    applies = dict.fromkeys(route.plans, True)
    assert staffing.in_turn(route, applies, lambda plan: teams.get(plan.key, [(numbers[plan.key],)])) is wanted


def test_people_of_the_same_posts_are_tried_once() -> None:
    """A county with five people of every role and a last group that nobody can decide: settled, not given up."""
    route = spec()
    roles = sorted({plan.role for _place, plan in route.plans.values()})
    five = {role: tuple(range(10 * number, 10 * number + 5)) for number, role in enumerate(roles)}
    last = list(route.plans)[-1]
    applies = dict.fromkeys(route.plans, True)
    assert staffing.in_turn(route, applies, lambda plan: [five[plan.role]])
    assert not staffing.in_turn(route, applies, lambda plan: [] if plan.key == last else [five[plan.role]])


def test_a_holder_who_was_free_before_and_is_barred_later_stops_the_publish(world: World) -> None:
    """Both reviewers must vote; one of them is the only reviewer of the village, and decides there first."""
    light.second(world, "town_2", "town_reviewer", builders.HOME_TOWN)
    Posting.objects.filter(role="village_reviewer").update(user=world.people["town_2"])
    two = {REVIEW: {"rule": "k_of_n", "threshold": 2}, "plan:town_review": {"each_holder": True}}
    (fault,) = found(world, draft(world, two))
    assert fault.blocking and "town_2" in fault.text


# --- where no household stands yet ----------------------------------------------------------------------------------
def empty_town(*posted: str) -> None:
    town = Unit.objects.create(code="990101103", name="空镇")
    Unit.objects.create(code="990101103001", name="空村")
    group = Unit.objects.create(code="99010110300101", name="空组")
    roles = {row["role"]: row["unit"] for row in _home_plans()}
    for role in posted or roles:
        at = {"home_town": town, "home_village": Unit.objects.get(code="990101103001")}.get(roles[role], group)
        builders.user(f"{role}_103", role, at)


def _home_plans() -> list[dict[str, Any]]:
    every = (part for address, part in routedoc.parts(builders.policy()) if address.startswith("plan:"))
    return [part for part in every if part["unit"].startswith("home_")]


def test_a_town_without_a_household_is_remarked_with_the_posts_nobody_holds_there(world: World) -> None:
    made = draft(world)
    empty_town("clerk", "chair", "vice_leader")
    (fault,) = found(world, made)
    assert (fault.address, fault.blocking) == ("route:", False)
    assert "空镇" in fault.text and "镇移民办审核人" in fault.text and "云江" not in fault.text
    routes.publish(made.pk, actor=world.route_keeper, seen=made.digest, provisional=True, now=world.now)


def close(_world: World) -> None:
    Unit.objects.filter(code__startswith="990101103").update(valid_until="2026-01-01")


def settle_elsewhere(_world: World) -> None:
    Household.objects.update(destination=Unit.objects.get(code="99010110300101"))


@pytest.mark.parametrize("make_quiet", [lambda world: empty_town(), close, settle_elsewhere])
def test_a_town_is_not_remarked_that_is_posted_closed_or_moved_to(
    world: World, make_quiet: Callable[[World], None]
) -> None:
    made = draft(world)
    if make_quiet in (close, settle_elsewhere):
        empty_town("clerk")
    make_quiet(world)
    assert [fault for fault in found(world, made) if "空镇" in fault.text and "尚无" in fault.text] == []


def test_too_few_votes_in_a_town_without_a_household_are_a_remark(world: World) -> None:
    light.second(world, "town_2", "town_reviewer", builders.HOME_TOWN)
    made = draft(world, {REVIEW: {"rule": "k_of_n", "threshold": 2}, "plan:town_review": {"each_holder": True}})
    assert found(world, made) == []
    empty_town()
    (fault,) = found(world, made)
    assert (fault.address, fault.blocking) == (REVIEW, False)
    assert "空镇 1" in fault.text and "尚无" in fault.text
