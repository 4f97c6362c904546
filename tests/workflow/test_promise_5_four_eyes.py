"""P5: no person acts on two incompatible steps of a case, and nobody approves what they wrote, by any path."""

import os
from datetime import timedelta
from functools import partial

import pytest

from tests import builders
from tests.concurrency import together
from workflow.commands import people, steps
from workflow.errors import NotYours, Recused
from workflow.models import Case, Decision, Participant, Posting


def _give(world: builders.World, person: str, role: str, code: str) -> None:
    Posting.objects.create(
        user=world.people[person], role=role, unit=world.units[code], valid_from=builders.date(2020, 1, 1)
    )


def test_the_writer_never_approves_even_with_the_right_posting(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world), "in_review")
    for plan in ("group_opinion", "village_opinion", "public_notice"):
        builders.approve(world, case, plan)
    _give(world, "clerk", "town_reviewer", builders.HOME_TOWN)
    with pytest.raises(Recused):
        steps.decide(builders.open_step(case, "town_review").pk, actor=world.clerk, verdict="approve")


def test_nobody_decides_two_groups_of_one_stage(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world), "in_review")
    for plan in ("group_opinion", "village_opinion", "public_notice", "town_review"):
        builders.approve(world, case, plan)
    _give(world, "town_reviewer", "vice_leader", builders.HOME_TOWN)
    step = builders.open_step(case, "vice_approval")
    with pytest.raises(Recused):
        steps.decide(step.pk, actor=world.town_reviewer, verdict="approve", document_no="1")


def test_a_substitution_counts_both_names(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world), "in_review")
    for plan in ("group_opinion", "village_opinion", "public_notice"):
        builders.approve(world, case, plan)
    posting = Posting.objects.get(user=world.town_reviewer)
    until = builders.today_of(world) + timedelta(days=5)
    people.lend(posting.pk, actor=world.town_reviewer, substitute=world.clerk, until=until, now=world.now)
    step = builders.open_step(case, "town_review")
    with pytest.raises(Recused):  # lent to the writer: still the writer
        steps.decide(step.pk, actor=world.clerk, verdict="approve", now=world.now)
    people.lend(posting.pk, actor=world.town_reviewer, substitute=world.clerk_2, until=until, now=world.now)
    steps.decide(step.pk, actor=world.clerk_2, verdict="approve", now=world.now)
    decision = Decision.objects.get(step=step)
    assert (decision.actor, decision.on_behalf_of) == (world.clerk_2, world.town_reviewer)
    _give(world, "clerk_2", "vice_leader", builders.HOME_TOWN)
    _give(world, "town_reviewer", "chair", builders.HOME_TOWN)
    for person, plan in (("clerk_2", "vice_approval"), ("town_reviewer", "chair_approval")):
        with pytest.raises(Recused):
            steps.decide(
                builders.open_step(case, plan).pk, actor=world.people[person], verdict="approve", document_no="1"
            )


def test_a_lent_posting_does_not_wash_its_lender_clean(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world), "in_review")
    for plan in ("group_opinion", "village_opinion", "public_notice"):
        builders.approve(world, case, plan)
    _give(world, "clerk", "town_reviewer", builders.HOME_TOWN)
    posting = Posting.objects.get(user=world.clerk, role="town_reviewer")
    until = builders.today_of(world) + timedelta(days=5)
    people.lend(posting.pk, actor=world.clerk, substitute=world.clerk_2, until=until, now=world.now)
    with pytest.raises(Recused):  # clerk_2 has done nothing, but would act for the one who wrote it
        steps.decide(builders.open_step(case, "town_review").pk, actor=world.clerk_2, verdict="approve", now=world.now)


def test_a_contact_cadre_never_decides_their_own_household(world: builders.World) -> None:
    builders.user("another", "village_reviewer", world.units[builders.HOME_VILLAGE])  # else a superior would be asked
    case = builders.walk(world, builders.agreement(world, cadre=world.village_reviewer), "in_review")
    assert Participant.objects.filter(case=case, user=world.village_reviewer).exists()
    with pytest.raises(Recused):
        steps.decide(builders.open_step(case, "village_opinion").pk, actor=world.village_reviewer, verdict="approve")


def test_prepare_check_and_pay_are_three_persons(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world), "account_transfer")
    builders.approve(world, case, "payment_prepared")
    _give(world, "finance_preparer", "finance_reviewer", builders.COUNTY)
    with pytest.raises(Recused):
        steps.decide(
            builders.open_step(case, "payment_checked").pk,
            actor=world.finance_preparer,
            verdict="approve",
            document_no="1",
        )


def test_one_person_in_two_tabs_passes_one_group_only(live_world: builders.World) -> None:
    _give(live_world, "vice_leader", "town_reviewer", builders.HOME_TOWN)
    for _round in range(100 if os.environ.get("PROVE") == "1" else 5):
        case = builders.walk(live_world, builders.agreement(live_world), "in_review")
        for plan in ("group_opinion", "village_opinion", "public_notice"):
            builders.approve(live_world, case, plan)
        step = builders.open_step(case, "town_review")
        tab = partial(steps.decide, step.pk, actor=live_world.vice_leader, verdict="approve")
        together([tab, tab])
        after = builders.open_step(case, "vice_approval")
        results = together(
            [partial(steps.decide, after.pk, actor=live_world.vice_leader, verdict="approve", document_no="1")] * 2
        )
        assert all(isinstance(r, Recused) for r in results), results


def test_without_a_posting_over_the_unit_there_is_no_deciding(world: builders.World) -> None:
    case = builders.agreement(world)
    _give(world, "stranger", "county_officer", builders.COUNTY)  # sees it, but is no clerk of this town
    with pytest.raises(NotYours):
        steps.decide(builders.open_step(case, "draft").pk, actor=world.stranger, verdict="approve")
    assert Case.objects.get(pk=case.pk).state == "draft"
