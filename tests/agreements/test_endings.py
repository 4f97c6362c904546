"""Withdraw, terminate, supersede, reopen (撤回 解除 变更替代 恢复): by the lifecycle's guards, by who approves them."""

from collections.abc import Callable
from typing import Any

import pytest

from agreements.commands import lifecycle
from tests import builders
from tests.agreements import families
from tests.builders import World
from workflow import audit, errors
from workflow.commands import cases, steps
from workflow.models import Case, Hold, Notice, Round, Step

NUMBER = "云移〔2026〕9号"
BY_COUNTY: dict[str, Callable[..., Any]] = {
    "terminate": lifecycle.terminate,
    "supersede": lifecycle.supersede,
    "reopen": lifecycle.reopen,
}
UNSIGNED, SIGNED = ("draft", "in_review", "signing"), ("account_transfer", "homestead_adjustment", "final_check")


def _quiet(case: Case) -> None:
    """Nothing of an ended case is open any more, and its history is whole."""
    assert not Step.objects.filter(case=case, state="open").exists()
    assert not Round.objects.filter(case=case, closed_at=None).exists()
    assert not Hold.objects.filter(case=case, resumed_at=None).exists()
    assert audit.verify(case.reference).ok


@pytest.mark.parametrize("state", UNSIGNED)
def test_an_unsigned_agreement_is_withdrawn_from_every_state_with_a_reason(world: World, state: str) -> None:
    case = builders.walk(world, builders.agreement(world), state)
    with pytest.raises(errors.CommentRequired):
        lifecycle.withdraw(case.pk, actor=world.clerk, reason=" ", now=families.later(case))
    lifecycle.withdraw(case.pk, actor=world.town_reviewer, reason="农户改变意愿", now=families.later(case))
    assert Case.objects.get(pk=case.pk).state == "withdrawn"
    _quiet(case)
    assert Notice.objects.filter(case=case, word="withdrawn", recipient=world.clerk).count() == 1


def test_nothing_signed_is_withdrawn(world: World) -> None:
    case = builders.walk(world, builders.agreement(world, signatures=["household"]), "signing")
    with pytest.raises(errors.Refusal):
        lifecycle.withdraw(case.pk, actor=world.clerk, reason="?", now=families.later(case))
    assert Case.objects.get(pk=case.pk).state == "signing"


@pytest.mark.parametrize("move", ["terminate", "supersede"])
@pytest.mark.parametrize("state", SIGNED)
def test_a_signed_agreement_ends_by_the_county_with_a_document(world: World, move: str, state: str) -> None:
    facts = {} if state != "homestead_adjustment" else {"area_changes": False}
    case = builders.walk(world, builders.agreement(world, **facts), state)
    end = BY_COUNTY[move]
    with pytest.raises(errors.DocumentRequired):
        end(case.pk, actor=world.county_officer, document_no="", now=families.later(case))
    for person in (world.clerk, world.town_reviewer, world.chair):
        with pytest.raises(errors.NotAllowed):
            end(case.pk, actor=person, document_no=NUMBER, now=families.later(case))
    end(case.pk, actor=world.county_officer, document_no=NUMBER, now=families.later(case))
    assert Case.objects.get(pk=case.pk).state == {"terminate": "terminated", "supersede": "superseded"}[move]
    _quiet(case)


@pytest.mark.parametrize("move", ["terminate", "supersede"])
@pytest.mark.parametrize("state", [*UNSIGNED, "completed"])
def test_neither_before_signing_nor_after_completion(world: World, move: str, state: str) -> None:
    case = builders.walk(world, builders.agreement(world), state)
    with pytest.raises(errors.Refusal):
        BY_COUNTY[move](case.pk, actor=world.county_officer, document_no=NUMBER, now=families.later(case))
    assert Case.objects.get(pk=case.pk).state == state


def test_an_end_closes_holds_added_signers_and_questions_too(world: World) -> None:
    case = builders.walk(world, builders.agreement(world), "in_review")
    for plan in ("group_opinion", "village_opinion", "public_notice"):
        builders.approve(world, case, plan)
    step = builders.open_step(case, "town_review")
    steps.add_signer(step.pk, actor=world.town_reviewer, users=[world.clerk_2.pk], where="before")
    steps.delegate(step.pk, actor=world.town_reviewer, to=world.chair.pk)
    cases.hold(case.pk, actor=world.town_reviewer, cause="dispute")
    lifecycle.withdraw(case.pk, actor=world.clerk, reason="不搬了", now=families.later(case))
    _quiet(case)


def test_a_reopened_agreement_is_checked_anew_and_completes_again(world: World) -> None:
    case = builders.walk(world, builders.agreement(world), "completed")
    before = Round.objects.filter(case=case).count()
    lifecycle.reopen(case.pk, actor=world.county_officer, document_no=NUMBER, now=families.later(case))
    assert Case.objects.get(pk=case.pk).state == "final_check"
    opened = Round.objects.filter(case=case, closed_at=None)
    assert opened.exists() and {one.stage for one in opened} == {"final_check"}
    assert Round.objects.filter(case=case).count() > before
    builders.walk(world, case)
    assert Case.objects.get(pk=case.pk).closed_at is not None
    _quiet(case)


@pytest.mark.parametrize("state", [*UNSIGNED, *SIGNED])
def test_only_a_completed_agreement_is_reopened(world: World, state: str) -> None:
    facts = {} if state != "homestead_adjustment" else {"area_changes": False}
    case = builders.walk(world, builders.agreement(world, **facts), state)
    with pytest.raises(errors.Refusal):
        lifecycle.reopen(case.pk, actor=world.county_officer, document_no=NUMBER, now=families.later(case))


def test_the_same_key_ends_once(world: World) -> None:
    case = builders.walk(world, builders.agreement(world), "account_transfer")
    now = families.later(case)
    answers = [
        lifecycle.terminate(case.pk, actor=world.county_officer, document_no=NUMBER, key="k", now=now) for _ in range(2)
    ]
    assert answers[0] == answers[1]
    with pytest.raises(errors.KeyReused):
        lifecycle.terminate(case.pk, actor=world.county_officer, document_no="另一文号", key="k", now=now)
