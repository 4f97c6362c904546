"""Who is asked when the role cannot answer, and decisions carried forward: the pure rules, then the engine."""

from itertools import product

import pytest
import yaml

from agreements.commands import policies as route_policies
from tests import builders
from tests.workflow.test_pages import signed_in
from workflow import errors
from workflow.commands import steps
from workflow.models import Case, Decision, Event, Posting, Route, Step
from workflow.rules import asking, routedoc
from workflow.rules.route import PlanSpec

COUNTY_CHECK = {
    "role": "county_officer",
    "unit": "county",
    "duty": "check",
    "needs": [],
    "aspects": ["text"],
    "papers": [],
}
REVIEWS = ("group_opinion", "village_opinion", "public_notice")


def _plan(**fields: object) -> PlanSpec:
    given = {"duty": "review", "aspects": ("text",), "supervisor_role": "town_reviewer"} | fields
    return PlanSpec(key="p", names={}, role="village_reviewer", resolver="home_village", lead=3, **given)  # type: ignore[arg-type]


# --- pure ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("held", "free"), [(False, False), (True, False), (True, True)])
def test_the_own_role_is_asked_whenever_it_can_answer(held: bool, free: bool) -> None:
    found = asking.whom_to_ask(_plan(), lambda role: (held, free) if role == "village_reviewer" else (True, True))
    if free:
        assert found == asking.Asked("village_reviewer", "", True)
    else:
        assert found == asking.Asked("town_reviewer", "excluded" if held else "nobody", True)


def test_the_ladder_is_climbed_to_the_first_who_can_and_ends(world: builders.World) -> None:
    for able in product((False, True), repeat=3):
        rungs = dict(zip(("vice_leader", "chair", "county_officer"), able, strict=True))
        found = asking.whom_to_ask(_plan(), lambda role, rungs=rungs: (rungs.get(role, False),) * 2)  # type: ignore[misc]
        first = next((role for role, can in rungs.items() if can), None)
        assert (found.role, found.found) == (first or "village_reviewer", first is not None)


def test_the_superior_of_a_superior_is_the_next_rung() -> None:
    assert asking.next_superior(_plan(), "town_reviewer") == "vice_leader"
    assert asking.next_superior(_plan(), "county_officer") == "county_officer"
    assert asking.ladder(_plan(supervisor_role="chair")) == (
        "village_reviewer",
        "chair",
        "vice_leader",
        "county_officer",
    )


EARLIER = asking.Earlier(7, "review", {"text": "h", "members": "m"})
SAME = {"text": "h", "members": "m"}


def test_only_one_and_the_same_approver_of_unchanged_content_is_carried() -> None:
    assert asking.may_carry("carry", _plan(), [7], EARLIER, SAME)
    assert not asking.may_carry("ask", _plan(), [7], EARLIER, SAME)
    assert not asking.may_carry("carry", _plan(), [7, 8], EARLIER, SAME)
    assert not asking.may_carry("carry", _plan(), [8], EARLIER, SAME)
    assert not asking.may_carry("carry", _plan(), [], EARLIER, SAME)
    assert not asking.may_carry("carry", _plan(), [7], None, SAME)
    assert not asking.may_carry("carry", _plan(), [7], EARLIER, {"text": "changed"})
    assert not asking.may_carry("carry", _plan(aspects=("amounts",)), [7], EARLIER, SAME | {"amounts": "a"})
    assert not asking.may_carry("carry", _plan(aspects=()), [7], EARLIER, SAME)
    assert not asking.may_carry("carry", _plan(duty="collect"), [7], EARLIER, SAME)
    assert not asking.may_carry("carry", _plan(), [7], asking.Earlier(7, "draft", SAME), SAME)


@pytest.mark.parametrize(
    "own", [{"attest": True}, {"papers": ("minutes",)}, {"needs": ("notice_is_over",)}, {"not_before_days": 1}]
)
def test_a_plan_that_asks_for_something_of_its_own_is_never_carried(own: dict[str, object]) -> None:
    assert not asking.may_carry("carry", _plan(**own), [7], EARLIER, SAME)


# --- the engine ------------------------------------------------------------------------------------------------------
def with_plan(world: builders.World, key: str, policies: dict[str, str] | None = None, **changed: object) -> None:
    """Publish the default route with one plan changed, and with these policies."""
    document = yaml.safe_load(route_policies.DEFAULT.read_text(encoding="utf-8"))
    document["policies"] |= policies or {}
    for stage in document["stages"]:
        for track in stage["tracks"]:
            for plan in (plan for group in track["groups"] for plan in group["plans"] if plan["key"] == key):
                plan.update(changed)
    route_policies.install(document, world.units[builders.COUNTY], now=world.now)


def _same_person_twice(world: builders.World, repeats: str = "carry", **changed: object) -> Case:
    """County filing, and then first thing in account transfer a county check of the same text by the same officer."""
    with_plan(world, "transfer", {"repeats": repeats}, **(COUNTY_CHECK | changed))
    return builders.agreement(world)


def test_the_same_approver_twice_in_a_row_is_not_asked_again(world: builders.World) -> None:
    case = builders.walk(world, _same_person_twice(world), "account_transfer")
    step = Step.objects.get(case=case, plan="transfer")
    before = Step.objects.get(case=case, plan="county_filing", state="approved")
    assert (step.state, step.close_reason, step.carried_from) == ("skipped", "carried", before)
    assert not Decision.objects.filter(step=step).exists()
    assert f'"from_step":{before.pk}' in Event.objects.get(kind="step.carried").body
    decided = Step.objects.filter(case=case, state__in=("approved", "returned", "refused")).count()
    events = Event.objects.filter(case=case, kind="step.decided").count()
    assert decided == Decision.objects.filter(case=case).count() == events
    assert builders.open_step(case, "transfer_check")
    page = signed_in(world.clerk).get(f"/cases/{case.reference}/").content.decode()
    assert "沿用前次审批" in page


def test_one_after_another_a_decision_carried_to_the_next_lets_the_group_go_on(world: builders.World) -> None:
    document = builders.policy() | {"modes": ["agri_dispersed"], "policies": {"repeats": "carry"}}
    group = dict(routedoc.parts(document))["group:town_review"]
    plain = {"needs": [], "papers": [], "attest": False}
    first = group["plans"][0]
    again, other = ({"key": "town_review_2"}, {"key": "town_review_3", "role": "vice_leader"})
    group |= {"rule": "in_order", "plans": [first, first | plain | again, first | plain | other]}
    route_policies.install(document, world.units[builders.COUNTY], now=world.now)
    case = builders.walk(world, builders.agreement(world), "in_review")
    for plan in (*REVIEWS, "town_review"):
        builders.approve(world, case, plan)
    assert Step.objects.get(case=case, plan="town_review_2").close_reason == "carried"
    builders.approve(world, case, "town_review_3")
    assert builders.open_step(case, "vice_approval")


def test_where_any_one_suffices_a_decision_carried_to_one_leaves_nobody_asked(world: builders.World) -> None:
    document = builders.policy() | {"modes": ["agri_dispersed"], "policies": {"repeats": "carry"}}
    parts = dict(routedoc.parts(document))
    group = next(
        one for name, one in parts.items() if name.startswith("group:") and parts["plan:transfer"] in one["plans"]
    )
    first = group["plans"][0] | COUNTY_CHECK
    other = first | {"key": "transfer_2", "role": "finance_reviewer"}
    group |= {"rule": "any", "plans": [first, other]}
    route_policies.install(document, world.units[builders.COUNTY], now=world.now)
    case = builders.walk(world, builders.agreement(world), "account_transfer")
    found = dict(Step.objects.filter(case=case, plan__startswith="transfer").values_list("plan", "state"))
    assert (found["transfer"], found["transfer_2"]) == ("skipped", "cancelled")
    assert builders.open_step(case, "transfer_check")


def test_without_the_policy_they_are_asked_again(world: builders.World) -> None:
    case = builders.walk(world, _same_person_twice(world, repeats="ask"), "account_transfer")
    assert builders.open_step(case, "transfer").carried_from is None


def test_two_officers_are_two_pairs_of_eyes_and_nothing_is_carried(world: builders.World) -> None:
    builders.user("second", "county_officer", world.units[builders.COUNTY])
    case = builders.walk(world, _same_person_twice(world), "account_transfer")
    assert builders.open_step(case, "transfer")


def test_never_against_four_eyes(world: builders.World) -> None:
    case = _same_person_twice(world, duty="receive", excludes=["check"])  # the filing was a check
    builders.walk(world, case, "account_transfer")
    assert not Step.objects.filter(case=case, carried_from__isnull=False).exists()


def test_a_carried_decision_counts_in_four_eyes(world: builders.World) -> None:
    case = builders.walk(world, _same_person_twice(world), "account_transfer")
    Posting.objects.create(
        user=world.county_officer,
        role="town_reviewer",
        unit=world.units[builders.HOME_TOWN],
        valid_from=builders.date(2020, 1, 1),
    )
    with pytest.raises(errors.Recused):  # of this stage they have "decided" a group already
        steps.decide(builders.open_step(case, "transfer_check").pk, actor=world.county_officer, verdict="approve")


def test_nobody_holds_the_role_so_the_supervisor_is_asked(world: builders.World) -> None:
    Posting.objects.filter(role="village_reviewer").update(valid_until=builders.date(2021, 1, 1))
    case = builders.walk(world, builders.agreement(world), "in_review")
    step = builders.open_step(case, "village_opinion")
    assert (step.role, step.asked_role, step.supervisor_role) == ("town_reviewer", "village_reviewer", "vice_leader")
    event = Event.objects.get(kind="step.redirected")
    assert '"why":"nobody"' in event.body
    steps.decide(step.pk, actor=world.town_reviewer, verdict="approve", now=Case.objects.get(pk=case.pk).last_event_at)
    # and that reviewer is excluded from the town's own group of this stage: the next superior is asked there
    builders.approve(world, case, "group_opinion")
    builders.approve(world, case, "public_notice")
    assert builders.open_step(case, "town_review").role == "vice_leader"


def test_whoever_wrote_it_does_not_approve_it_their_superior_does(world: builders.World) -> None:
    case = builders.agreement(world)
    now = Case.objects.get(pk=case.pk).last_event_at
    from_all = {"text": [world.village_reviewer.pk], "members": [world.clerk.pk]}
    with builders.changed_facts(case, world.clerk, now):
        pass
    Case.objects.filter(pk=case.pk).update(authors=from_all)
    builders.walk(world, case, "in_review")
    step = builders.open_step(case, "village_opinion")
    assert (step.role, step.asked_role) == ("town_reviewer", "village_reviewer")
    assert '"why":"excluded"' in Event.objects.get(kind="step.redirected").body


def test_any_of_needs_no_superior_while_one_plan_can_answer(world: builders.World) -> None:
    Posting.objects.filter(role="vice_leader", unit__code=builders.HOME_TOWN).update(
        valid_until=builders.date(2021, 1, 1)
    )
    case = builders.walk(world, builders.agreement(world), "in_review")
    for plan in (*REVIEWS, "town_review"):
        builders.approve(world, case, plan)
    assert not Event.objects.filter(kind="step.redirected").exists()
    builders.approve(world, case, "chair_approval")
    assert Case.objects.get(pk=case.pk).state == "signing"


def test_policies_of_the_file_are_those_of_the_route(world: builders.World) -> None:
    route = Route.objects.filter(status="published").first()
    assert route is not None
    assert (route.repeats, route.self_approval, route.nobody) == ("ask", "superior", "superior")
    assert route_policies.publish(world.units[builders.COUNTY], now=world.now) == []
