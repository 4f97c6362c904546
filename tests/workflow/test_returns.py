"""Returns and refusals: the round closes with its reason, the target reopens, what still stands is not asked again."""

import pytest

from tests import builders
from workflow import errors
from workflow.commands import cases, steps
from workflow.models import Case, Decision, Notice, Round, Step
from workflow.rules import canonical

REVIEWS = ("group_opinion", "village_opinion", "public_notice")


def _at_town_review(world: builders.World) -> Case:
    case = builders.walk(world, builders.agreement(world), "in_review")
    for plan in REVIEWS:
        builders.approve(world, case, plan)
    return case


def _return(world: builders.World, case: Case, to: str, resume: str) -> None:
    step = builders.open_step(case, "town_review")
    steps.decide(
        step.pk,
        actor=world.town_reviewer,
        verdict="return",
        comment="成员有误",
        to=to,
        resume=resume,
        reason_code="members_wrong",
    )


def test_resume_with_me_cascades_through_everything_that_still_stands(world: builders.World) -> None:
    case = _at_town_review(world)
    _return(world, case, "draft", "with_me")
    assert Case.objects.get(pk=case.pk).state == "draft"
    builders.approve(world, case, "draft")
    open_now = list(Step.objects.filter(case=case, state="open").values_list("plan", flat=True))
    assert open_now == ["town_review"]
    assert Round.objects.filter(case=case, group="town_review").count() == 2


def test_run_everything_again_asks_everyone_again(world: builders.World) -> None:
    case = _at_town_review(world)
    _return(world, case, "draft", "again")
    builders.approve(world, case, "draft")
    open_now = set(Step.objects.filter(case=case, state="open").values_list("plan", flat=True))
    assert open_now == {"group_opinion", "village_opinion"}


def test_changed_content_asks_those_again_who_approved_it(world: builders.World) -> None:
    case = _at_town_review(world)
    _return(world, case, "draft", "with_me")
    with cases.change(case.pk, actor=world.clerk, verb="edit") as work:
        work.case.hashes = work.case.hashes | {"members": canonical.digest("one more")}
    builders.approve(world, case, "draft")
    open_now = set(Step.objects.filter(case=case, state="open").values_list("plan", flat=True))
    assert open_now == {"group_opinion", "village_opinion"}


def test_a_return_needs_a_reason_and_an_earlier_point(world: builders.World) -> None:
    case = _at_town_review(world)
    step = builders.open_step(case, "town_review")
    with pytest.raises(errors.CommentRequired):
        steps.decide(step.pk, actor=world.town_reviewer, verdict="return", reason_code="other", to="draft")
    with pytest.raises(errors.NoSuchPoint):
        steps.decide(
            step.pk, actor=world.town_reviewer, verdict="return", reason_code="other", to="county_filing", comment="?"
        )


def test_a_refusal_of_the_receiving_side_goes_back_to_town_review_and_ends_nothing(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world), "signing")
    step = builders.open_step(case, "receiving_village")
    steps.decide(step.pk, actor=world.receiving_village, verdict="refuse", comment="名额已满", reason_code="quota_full")
    assert Case.objects.get(pk=case.pk).state == "in_review"
    assert list(Step.objects.filter(case=case, state="open").values_list("plan", flat=True)) == ["town_review"]
    builders.walk(world, case)
    assert Decision.objects.filter(case=case, verdict="refuse").count() == 1


def test_never_behind_signing_once_signed(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world, signatures=["household"]), "account_transfer")
    builders.approve(world, case, "transfer")
    step = builders.open_step(case, "transfer_check")
    with pytest.raises(errors.NoSuchPoint):
        steps.decide(
            step.pk, actor=world.town_reviewer, verdict="return", reason_code="other", to="county_filing", comment="?"
        )
    steps.decide(
        step.pk, actor=world.town_reviewer, verdict="return", reason_code="other", to="transfer", comment="缺一页"
    )
    open_now = set(Step.objects.filter(case=case, state="open").values_list("plan", flat=True))
    assert open_now == {"transfer", "plot_allotment", "payment_prepared"}


def test_the_drafter_is_told_of_a_return_once(world: builders.World) -> None:
    case = _at_town_review(world)
    _return(world, case, "draft", "with_me")
    assert Notice.objects.filter(case=case, word="returned", recipient=world.clerk).count() == 1


def _at_payment_check(world: builders.World) -> Case:
    case = builders.walk(world, builders.agreement(world), "account_transfer")
    builders.approve(world, case, "payment_prepared")
    return case


def test_a_track_opened_early_can_be_returned_within_itself(world: builders.World) -> None:
    case = _at_payment_check(world)
    step = builders.open_step(case, "payment_checked")
    steps.decide(
        step.pk,
        actor=world.finance_reviewer,
        verdict="return",
        reason_code="other",
        comment="金额有误",
        to="payment_prepared",
    )
    assert Case.objects.get(pk=case.pk).state == "account_transfer"
    assert builders.open_step(case, "payment_prepared")


def test_a_refusal_after_signing_goes_to_the_start_of_its_own_track(world: builders.World) -> None:
    case = _at_payment_check(world)
    step = builders.open_step(case, "payment_checked")
    steps.decide(step.pk, actor=world.finance_reviewer, verdict="refuse", comment="金额有误")
    assert Case.objects.get(pk=case.pk).state == "account_transfer"
    assert builders.open_step(case, "payment_prepared")


def test_refusing_the_draft_asks_for_it_again(world: builders.World) -> None:
    case = builders.agreement(world)
    steps.decide(builders.open_step(case, "draft").pk, actor=world.clerk, verdict="refuse", comment="资料不全")
    assert list(Round.objects.filter(case=case).values_list("number", "outcome")) == [(1, "refused"), (2, "")]


def test_content_changed_behind_an_approval_asks_again_and_ends_what_was_asked_after_it(world: builders.World) -> None:
    case = _at_town_review(world)
    builders.approve(world, case, "town_review")
    with cases.change(case.pk, actor=world.clerk, verb="edit") as work:
        work.case.hashes = work.case.hashes | {"papers": canonical.digest("one more")}
    assert set(Step.objects.filter(case=case, state="open").values_list("plan", flat=True)) == {"town_review"}
    assert Step.objects.filter(case=case, plan="vice_approval", close_reason="changed").exists()


def test_content_changed_while_a_group_is_asked_asks_those_again_who_had_approved(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world), "in_review")
    builders.approve(world, case, "group_opinion")
    with cases.change(case.pk, actor=world.clerk, verb="edit") as work:
        work.case.hashes = work.case.hashes | {"members": canonical.digest("one more")}
    builders.approve(world, case, "village_opinion")
    open_now = set(Step.objects.filter(case=case, state="open").values_list("plan", flat=True))
    assert open_now == {"group_opinion", "village_opinion"}
