"""The check before publishing: reach, posts, four eyes and deadlines; each fault names its place and blocks or not."""

from datetime import date, timedelta
from typing import Any

import pytest

from agreements.models import Agreement
from tests import builders
from tests.builders import World
from workflow import errors, timelines
from workflow.commands import routes
from workflow.models import Posting, Route, Schedule, SchedulePoint
from workflow.routechecks import check
from workflow.rules import routecheck, routedoc, staffing
from workflow.rules.route import PlanSpec, RouteSpec
from workflow.rules.routeshape import Fault

WORDS = Agreement.vocabulary().of_mode("agri_dispersed")


def spec(changes: dict[str, dict[str, Any]] | None = None) -> RouteSpec:
    return routedoc.spec_of(routedoc.tidy(builders.policy(changes)), kind="agreements.Agreement", mode="agri_dispersed")


def without(*states: str) -> RouteSpec:
    document = builders.policy()
    document["stages"] = [stage for stage in document["stages"] if stage["state"] not in states]
    return routedoc.spec_of(document, kind="agreements.Agreement", mode="agri_dispersed")


def places(found: list[Fault], blocking: bool = True) -> list[str]:
    return [fault.address for fault in found if fault.blocking is blocking]


# --- reach ------------------------------------------------------------------------------------------------------
def test_the_default_route_is_reachable_everywhere() -> None:
    assert routecheck.reach(spec(), WORDS) == []


CONTRADICTION = {"all": [{"fact": "persons", "at_least": 5}, {"fact": "persons", "at_most": 4}]}


@pytest.mark.parametrize(
    "condition",
    [
        CONTRADICTION,
        {"fact": "persons", "at_least": 61},
        {"fact": "mode", "is": "pension"},  # this route is of another mode
        {"all": [{"fact": "has_homestead", "is": True}, {"not": {"fact": "has_homestead", "is": True}}]},
    ],
)
def test_a_condition_that_no_case_can_meet_is_named(condition: dict[str, Any]) -> None:
    found = routecheck.reach(spec({"plan:town_review": {"condition": condition}}), WORDS)
    assert places(found) == ["plan:town_review", "group:town_review"]


def test_a_condition_that_always_holds_is_only_remarked() -> None:
    always = {"fact": "mode", "is": "agri_dispersed"}
    found = routecheck.reach(spec({"plan:town_review": {"condition": always}}), WORDS)
    assert (places(found), places(found, blocking=False)) == ([], ["plan:town_review"])


def test_a_rule_that_some_households_could_never_meet_is_named_with_those_facts() -> None:
    changes = {
        "group:group_approval": {"rule": "k_of_n", "threshold": 2},
        "plan:chair_approval": {"condition": {"fact": "amount", "at_least": 500000}},
    }
    found = routecheck.reach(spec(changes), WORDS)
    assert places(found) == ["group:group_approval"]
    assert "补偿金额为" in found[0].text


def test_a_refusal_that_leads_forward_is_named() -> None:
    found = routecheck.reach(spec({"group:town_review": {"on_refuse": "receiving_town"}}), WORDS)
    assert places(found) == ["group:town_review"]


def test_a_state_without_a_stage_and_a_stage_without_the_laws_guard_are_named() -> None:
    assert places(routecheck.reach(without("final_check"), WORDS)) == ["stage:final_check"]
    changes = {"plan:transfer": {"needs": []}, "plan:transfer_check": {"needs": []}}
    assert places(routecheck.reach(spec(changes), WORDS)) == ["stage:account_transfer"]


def test_the_first_group_is_the_drafters() -> None:
    assert places(routecheck.reach(spec({"plan:draft": {"duty": "collect"}}), WORDS)) == ["stage:draft"]


def test_a_key_keeps_its_duty_for_ever() -> None:
    assert routecheck.duties(spec(), {"town_review": "review"}) == []
    assert places(routecheck.duties(spec(), {"town_review": "approve"})) == ["plan:town_review"]


# --- four eyes, as a search -------------------------------------------------------------------------------------
def seated(route: RouteSpec, people: dict[str, tuple[int, ...]]) -> bool:
    everyone: dict[str, tuple[int, ...]] = {}
    for number, key in enumerate(route.plans):
        everyone[key] = people.get(key, (1000 + number,))
    applies = dict.fromkeys(route.plans, True)

    def holders(plan: PlanSpec) -> tuple[int, ...]:
        return everyone[plan.key]

    return staffing.assign(staffing.desks(route, applies, holders)) is not None


TWO = {"plan:vice_approval": {}, "group:group_approval": {"rule": "k_of_n", "threshold": 2}}


@pytest.mark.parametrize(
    ("changes", "people", "wanted"),
    [
        ({}, {}, True),
        # one person for two groups of one stage
        ({}, {"public_notice": (1,), "town_review": (1,)}, False),
        ({}, {"public_notice": (1, 2), "town_review": (1,)}, True),
        # three groups, two persons: no pair of groups is the trouble
        ({}, {"public_notice": (1, 2), "town_review": (1, 2), "village_opinion": (1, 2)}, False),
        # the writer does not judge, in whatever stage
        ({}, {"draft": (1,), "county_filing": (1,)}, False),
        ({}, {"draft": (1, 2), "county_filing": (1,)}, True),
        # but collects
        ({}, {"draft": (1,), "public_notice": (1,)}, True),
        # any: one of two suffices
        ({}, {"town_review": (1,), "vice_approval": (1,), "chair_approval": (2,)}, True),
        ({}, {"town_review": (1,), "vice_approval": (1,), "chair_approval": (1,)}, False),
        # two of two: both are needed
        (TWO, {"town_review": (1,), "vice_approval": (1,), "chair_approval": (2,)}, False),
        # prepare, check and pay exclude each other over the life of a case
        ({}, {"payment_prepared": (1,), "payment_made": (1,)}, False),
        ({}, {"payment_prepared": (1,), "county_filing": (1,)}, False),
        # the same person may hold two plans of one group
        ({}, {"move_in": (1,), "land_handed_over": (1,)}, True),
        # an exclusion of the route itself
        ({"plan:file_complete": {"excludes": ["draft"]}}, {"draft": (1,), "file_complete": (1,)}, False),
        ({}, {"draft": (1,), "file_complete": (1,)}, True),
        # each holder takes part
        ({"plan:town_review": {"each_holder": True}}, {"town_review": (1, 2), "public_notice": (2,)}, False),
    ],
)
def test_four_eyes_over_the_whole_route(
    changes: dict[str, dict[str, Any]], people: dict[str, tuple[int, ...]], wanted: bool
) -> None:
    assert seated(spec(changes), people) is wanted


def test_weights_may_be_met_by_any_sufficient_set() -> None:
    changes = {
        "group:group_approval": {"rule": "weighted", "threshold": 3},
        "plan:vice_approval": {"weight": 1},
        "plan:chair_approval": {"weight": 3},
    }
    assert seated(spec(changes), {"town_review": (1,), "vice_approval": (1,), "chair_approval": (2,)})
    changes["plan:chair_approval"] = {"weight": 2}
    assert not seated(spec(changes), {"town_review": (1,), "vice_approval": (1,), "chair_approval": (2,)})


def test_the_core_of_a_clash_names_the_groups_concerned_and_no_other() -> None:
    route = spec()
    people = {key: (number,) for number, key in enumerate(route.plans, start=10)}
    people |= {"public_notice": (1, 2), "town_review": (1, 2), "village_opinion": (1, 2)}
    desks = staffing.desks(route, dict.fromkeys(route.plans, True), lambda plan: people[plan.key])
    assert {desk.key for desk in staffing.core(desks)} == {"public_notice", "town_review", "village_review"}


# --- time -------------------------------------------------------------------------------------------------------
def missed(route: RouteSpec, schedule: Schedule, facts: dict[str, Any], start: date) -> dict[str, int]:
    line = timelines.of(schedule)
    return routecheck.late(route, facts, line.points, line.leads, start, line.calendar)


def test_a_case_begun_on_the_latest_possible_day_fits_and_a_day_later_it_does_not(world: World) -> None:
    schedule, route, facts = world.programme.schedule, spec(), {"has_homestead": True}
    line = timelines.of(schedule)
    latest = line.backward(route, facts)
    first = line.calendar.add_working_days(latest["draft"], -5)  # drafting takes five working days
    assert missed(route, schedule, facts, first) == {}
    assert max(missed(route, schedule, facts, line.calendar.add_working_days(first, 1)).values()) == 1


def test_leads_that_do_not_fit_block_unless_the_version_in_force_is_as_late() -> None:
    new, same = [{"signing": 7}], [{"signing": 7}]
    assert places(routecheck.deadlines(new, None, "P1", WORDS)) == ["stage:signing"]
    assert places(routecheck.deadlines(new, [{"signing": 6}], "P1", WORDS)) == ["stage:signing"]
    found = routecheck.deadlines(new, same, "P1", WORDS)
    assert (places(found), places(found, blocking=False)) == ([], ["stage:signing"])
    assert "7 个工作日" in found[0].text


# --- from the rows ----------------------------------------------------------------------------------------------
def draft(world: World, changes: dict[str, dict[str, Any]] | None = None) -> Route:
    builders.agreement(world)  # a household of this mode exists
    published = Route.objects.get(mode="agri_dispersed", status=Route.PUBLISHED)
    made = routes.draft(published.pk, actor=world.route_keeper, now=world.now)

    def change(document: routedoc.Document) -> routedoc.Document:
        found = dict(routedoc.parts(document))
        for address, values in (changes or {}).items():
            found[address].update(values)
        return document

    return routes.edit(made.pk, change, actor=world.route_keeper, now=world.now)[0]


def test_the_default_route_may_be_published_where_every_role_is_posted(world: World) -> None:
    assert check(draft(world), builders.today_of(world)) == []


def test_a_role_that_nobody_holds_is_told_with_the_unit_and_goes_to_a_superior(world: World) -> None:
    Posting.objects.filter(role="village_reviewer").delete()
    found = check(draft(world), builders.today_of(world))
    # the superior is the town's reviewer, who then could not review as well: the next superior would be asked
    assert places(found, blocking=False) == ["plan:village_opinion", "group:town_review"]
    assert "上坝村" in found[0].text


def test_where_the_route_says_so_a_missing_holder_stops_the_publish(world: World) -> None:
    Posting.objects.filter(role="village_reviewer").delete()
    made = draft(world)
    routes.edit(
        made.pk, lambda d: d | {"policies": {"nobody": "stop_publish"}}, actor=world.route_keeper, now=world.now
    )
    made.refresh_from_db()
    with pytest.raises(errors.NotPublishable) as refused:
        routes.publish(made.pk, actor=world.route_keeper, seen=made.digest, provisional=True, now=world.now)
    assert "plan:village_opinion" in refused.value.detail["faults"][0]
    assert Route.objects.get(mode="agri_dispersed", status=Route.PUBLISHED).version == 1


def test_a_role_without_any_superior_blocks_whatever_the_policy(world: World) -> None:
    Posting.objects.filter(role__in=("finance_payer", "county_officer", "vice_leader", "chair")).delete()
    found = check(draft(world), builders.today_of(world))
    assert "plan:payment_made" in places(found)


def test_a_missing_unit_in_the_register_is_told(world: World) -> None:
    made = draft(world)
    Agreement.unit_code = classmethod(lambda cls, resolver, home, partner: None)  # type: ignore[method-assign]
    try:
        found = check(made, builders.today_of(world))
    finally:
        del Agreement.unit_code
    assert "plan:draft" in places(found)


def test_one_person_in_two_posts_of_a_stage_breaks_four_eyes(world: World) -> None:
    Posting.objects.filter(role="village_reviewer").update(user=world.town_reviewer)
    made = draft(world)
    found = check(made, builders.today_of(world))
    assert [fault.blocking for fault in found] == [False]  # a superior would be asked
    assert "town_reviewer" in found[0].text
    routes.edit(
        made.pk, lambda d: d | {"policies": {"self_approval": "stop_publish"}}, actor=world.route_keeper, now=world.now
    )
    made.refresh_from_db()
    assert places(check(made, builders.today_of(world))) in (["group:town_review"], ["group:village_review"])


def test_longer_leads_than_the_deadline_allows_block(world: World) -> None:
    schedule = world.programme.schedule
    signed = builders.today_of(world) + timedelta(days=75)
    SchedulePoint.objects.filter(schedule=schedule, point="all_signed").update(due_on=signed)
    timelines.forget()
    assert check(draft(world), builders.today_of(world)) == []
    found = check(draft(world, {"plan:town_review": {"lead": 60}}), builders.today_of(world))
    assert places(found) == ["stage:signing"] or places(found) == ["stage:in_review", "stage:signing"]
    assert "白鹤" in found[0].text


def test_without_a_household_of_the_mode_the_posts_are_remarked_as_unchecked(world: World) -> None:
    published = Route.objects.get(mode="kin_reliance", status=Route.PUBLISHED)
    made = routes.draft(published.pk, actor=world.route_keeper, now=world.now)
    found = check(made, builders.today_of(world))
    assert [(fault.address, fault.blocking) for fault in found] == [("route:", False)] * 2
    assert "锦屏镇" in found[1].text  # nobody is posted for those who live there
