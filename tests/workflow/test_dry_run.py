"""The dry run names whom the engine then asks: the same judgement, a superior where the post cannot answer."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import Q
from django.urls import reverse

from tests import builders, light
from tests.builders import World
from tests.workflow.test_pages import signed_in
from workflow import reach
from workflow.models import Case, Posting, Route, Step, Substitution
from workflow.queries import routetrial
from workflow.routechecks import vocabulary
from workflow.rules import asking

REVIEWED = ("draft", "group_opinion", "village_opinion", "public_notice")


def trial(world: World, plan: str, newest: int = 1) -> routetrial.Asked:
    route = Route.objects.get(mode="agri_dispersed", status=Route.PUBLISHED)
    words = vocabulary(route.kind, route.mode)
    found = routetrial.dry_run(route, newest, builders.today_of(world), words, Q())
    return next(step for step in found[0].steps if step.plan.key == plan)


def vacant(world: World) -> None:
    Posting.objects.filter(role="town_reviewer").delete()


def drafter_alone(world: World) -> None:
    vacant(world)
    light.give(world, "clerk", "town_reviewer", builders.HOME_TOWN)


def drafter_and_another(world: World) -> None:
    light.give(world, "clerk", "town_reviewer", builders.HOME_TOWN)


def nobody_near(world: World) -> None:
    Posting.objects.filter(role__in=("town_reviewer", "vice_leader")).delete()


def lent(world: World) -> None:
    posting = Posting.objects.get(role="town_reviewer")
    Substitution.objects.create(
        posting=posting,
        substitute=world.nobody,
        valid_from=builders.today_of(world),
        valid_until=builders.today_of(world) + timedelta(days=9),
        created_at=world.now,
    )


def as_posted(world: World) -> None:
    pass


@pytest.mark.parametrize("change", [as_posted, vacant, drafter_alone, drafter_and_another, nobody_near, lent])
def test_whom_the_dry_run_names_is_whom_the_engine_asks(world: World, change: Callable[[World], None]) -> None:
    case = builders.agreement(world)
    change(world)
    said = trial(world, "town_review")
    for plan in REVIEWED:
        builders.approve(world, case, plan)
    step = builders.open_step(case, "town_review")
    asked = [person for person in reach.asked(step, builders.today_of(world)) if person != world.clerk]
    assert sorted(said.people) == sorted(str(person) for person in asked)
    assert bool(said.note) is (step.role != "town_reviewer")
    assert said == trial(world, "town_review")  # once it is asked as before


def test_why_it_goes_to_a_superior_is_said_and_who_may_not_is_not_named(world: World) -> None:
    builders.agreement(world)
    drafter_alone(world)
    said = trial(world, "town_review")
    assert (said.people, said.stuck) == (("vice_leader",), False)
    assert "均须回避" in said.note and "分管领导" in said.note
    vacant(world)
    assert "岗位无人" in trial(world, "town_review").note


def test_in_a_group_of_any_no_superior_is_troubled_while_another_can_answer(world: World) -> None:
    builders.agreement(world)
    Posting.objects.filter(role="vice_leader").delete()
    said = trial(world, "vice_approval")
    assert (said.people, said.stuck, said.note) == ((), False, "同组其他环节办理即可")
    assert trial(world, "chair_approval").people == ("chair",)


def test_where_nobody_may_decide_it_is_said_on_the_page(world: World) -> None:
    builders.agreement(world)
    Posting.objects.filter(role__in=("town_reviewer", *asking.LADDER)).delete()
    said = trial(world, "town_review")
    assert (said.people, said.stuck) == ((), True)
    route = Route.objects.get(mode="agri_dispersed", status=Route.PUBLISHED)
    text = signed_in(world.route_keeper).get(reverse("route_trial", args=[route.pk])).content.decode()
    assert "无人可以办理" in text and "镇移民办审核" in text


def test_what_was_done_on_the_case_counts(world: World) -> None:
    """The reviewer of the town has decided for the village: the town's review would go to a superior."""
    case = builders.agreement(world)
    Posting.objects.filter(role="village_reviewer").delete()
    for plan in REVIEWED[:3]:
        step = builders.open_step(case, plan)
        builders.approve(world, case, plan)
    assert (step.role, trial(world, "town_review").people) == ("town_reviewer", ("vice_leader",))
    assert Step.objects.filter(case=Case.objects.get(pk=case.pk), plan="village_opinion").get().state == "approved"
