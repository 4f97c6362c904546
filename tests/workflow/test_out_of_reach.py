"""P6: a rule that those who are asked cannot meet is neither passed nor failed: it stands on the operations page until
somebody has the post, and the group is asked again."""

import pytest

from agreements.commands import policies
from tests import builders, light
from tests.workflow.test_rules_in_motion import group_of_three, open_of_group
from workflow import clock, hourly
from workflow.commands import mends, steps
from workflow.models import Case, Finding, Round, Step, User, kinds
from workflow.queries import invariants
from workflow.rules import routedoc

RULES = (("k_of_n", 3, 1), ("weighted", 5, 2))  # rule, threshold, weight of each


@pytest.fixture(autouse=True)
def _own_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The builders' agreements carry facts of their own."""
    monkeypatch.setattr(kinds, "DERIVERS", {"agreements.Agreement": lambda case: (case.facts, case.hashes)})


def each_reviewer(world: builders.World, rule: str, threshold: int, weight: int) -> Case:
    """A case whose town review asks every reviewer of the town: two are posted."""
    light.second(world, "reviewer_2", "town_reviewer", builders.HOME_TOWN)
    document = builders.policy() | {"modes": ["agri_dispersed"]}
    parts = dict(routedoc.parts(document))
    parts["group:town_review"] |= {"rule": rule, "threshold": threshold}
    parts["plan:town_review"] |= {"each_holder": True, "weight": weight}
    policies.install(document, world.units[builders.COUNTY], now=world.now)
    case = builders.walk(world, builders.agreement(world), "in_review")
    for plan in ("group_opinion", "village_opinion", "public_notice"):
        builders.approve(world, case, plan)
    return case


def all_approve(case: Case) -> None:
    for step in open_of_group(case):
        steps.decide(step.pk, actor=step.holder, verdict="approve")


def found(case: Case) -> set[str]:
    return {one.code for one in invariants.check(clock.now())[0] if one.case_id == case.pk}


@pytest.mark.parametrize(("rule", "threshold", "weight"), RULES)
def test_too_few_are_asked_so_all_their_approvals_do_not_pass(
    world: builders.World, rule: str, threshold: int, weight: int
) -> None:
    case = each_reviewer(world, rule, threshold, weight)
    assert {step.holder.username for step in open_of_group(case)} == {"town_reviewer", "reviewer_2"}
    assert "rule_unreachable" in found(case)
    all_approve(case)
    live = Round.objects.get(case=case, group="town_review")
    assert (live.closed_at, live.outcome) == (None, "")
    assert not Step.objects.filter(case=case, state="open").exists()
    assert "rule_unreachable" in found(case)


@pytest.mark.parametrize(("rule", "threshold", "weight"), RULES)
def test_once_enough_are_posted_the_group_is_asked_again(
    world: builders.World, rule: str, threshold: int, weight: int
) -> None:
    case = each_reviewer(world, rule, threshold, weight)
    all_approve(case)
    hourly.run()
    light.second(world, "reviewer_3", "town_reviewer", builders.HOME_TOWN)
    finding = Finding.objects.get(case=case, code="rule_unreachable")
    mends.mend(finding.pk, "again", actor=world.county_officer)
    assert len(open_of_group(case)) == 3
    assert "rule_unreachable" not in found(case)
    all_approve(case)
    assert Round.objects.filter(case=case, group="town_review").latest("id").outcome == "passed"


@pytest.mark.parametrize(("rule", "threshold", "weight"), [("k_of_n", 2, 1), ("weighted", 4, 2)])
def test_no_mend_passes_a_group_that_a_leaver_put_out_of_reach(
    world: builders.World, rule: str, threshold: int, weight: int
) -> None:
    """Asked again, the one who is left decides; the county's operator cannot decide for the one who is not (P25)."""
    case = each_reviewer(world, rule, threshold, weight)
    User.objects.filter(username="reviewer_2").update(is_active=False)
    hourly.run()
    finding = Finding.objects.get(case=case, code="rule_unreachable")
    mends.mend(finding.pk, "again", actor=world.county_officer)
    live = Round.objects.filter(case=case, group="town_review").latest("id")
    assert live.closed_at is None
    assert [step.holder.username for step in open_of_group(case)] == ["town_reviewer"]
    assert "rule_unreachable" in found(case)


@pytest.mark.parametrize("rule", ["k_of_n", "weighted"])
def test_a_step_whose_only_holder_has_voted_already_is_found(world: builders.World, rule: str) -> None:
    """One person, one vote: two more steps of the same post wait for nobody once the one reviewer has decided one."""
    case, people = group_of_three(world, rule)
    User.objects.filter(pk__in=[one.pk for one in people[1:]]).update(is_active=False)
    assert not {"excluded", "rule_unreachable"} & found(case)
    steps.decide(open_of_group(case)[0].pk, actor=people[0], verdict="approve")
    assert {"excluded", "rule_unreachable"} <= found(case)
