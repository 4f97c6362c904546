"""Added and dropped signers: who may ask whom, what waits for whom, and what the others' acts then mean."""

from datetime import timedelta
from typing import Any

import pytest

from tests import builders, folding, invariants
from tests.workflow.test_pages import signed_in
from workflow import errors
from workflow.commands import steps
from workflow.models import Case, Decision, Event, Notice, Participant, Posting, Round, Step, User
from workflow.queries import actions, consequences

REVIEWS = ("group_opinion", "village_opinion", "public_notice")


def at_town_review(world: builders.World) -> tuple[Case, Step]:
    """A case whose town review is open, with its step."""
    case = builders.walk(world, builders.agreement(world), "in_review")
    for plan in REVIEWS:
        builders.approve(world, case, plan)
    return case, builders.open_step(case, "town_review")


def at_group_approval(world: builders.World) -> tuple[Case, Step, Step]:
    """The group of which any one decides: vice leader or chair."""
    case, step = at_town_review(world)
    steps.decide(step.pk, actor=world.town_reviewer, verdict="approve")
    return case, builders.open_step(case, "vice_approval"), builders.open_step(case, "chair_approval")


def ask(world: builders.World, step: Step, who: User, where: str, actor: User | None = None, **more: Any) -> Step:
    """Add a signer; returns their step."""
    steps.add_signer(step.pk, actor=actor or world.town_reviewer, users=[who.pk], where=where, **more)
    return Step.objects.get(case=step.case_id, holder=who, state="open", added_by__isnull=False)


def test_a_signer_before_is_waited_for_and_then_the_step_goes_on(world: builders.World) -> None:
    case, step = at_town_review(world)
    signer = ask(world, step, world.clerk_2, "before", question="面积请核一下", days=3)
    assert (signer.round.kind, signer.round.parent_id, signer.question) == ("before", step.pk, "面积请核一下")
    with pytest.raises(errors.WaitsForAnother) as refused:
        steps.decide(step.pk, actor=world.town_reviewer, verdict="approve")
    assert "clerk_2" in str(refused.value)
    steps.decide(signer.pk, actor=world.clerk_2, verdict="approve")
    assert Round.objects.get(pk=signer.round_id).outcome == "passed"
    assert Case.objects.get(pk=case.pk).state == "in_review"
    steps.decide(step.pk, actor=world.town_reviewer, verdict="approve")
    assert builders.open_step(case, "vice_approval")


def test_the_signers_own_signer_is_waited_for_too(world: builders.World) -> None:
    _case, step = at_town_review(world)
    signer = ask(world, step, world.clerk_2, "before")
    colleague = builders.user("colleague", "town_reviewer", world.units[builders.HOME_TOWN])
    own = ask(world, signer, colleague, "after", actor=world.clerk_2, comment="同意")
    with pytest.raises(errors.WaitsForAnother) as refused:
        steps.decide(step.pk, actor=world.town_reviewer, verdict="approve")
    assert "colleague" in str(refused.value) and "clerk_2" not in str(refused.value)
    steps.decide(own.pk, actor=colleague, verdict="approve")
    steps.decide(step.pk, actor=world.town_reviewer, verdict="approve")


def test_a_signer_after_signs_once_the_holder_has_approved(world: builders.World) -> None:
    case, step = at_town_review(world)
    signer = ask(world, step, world.clerk_2, "after", comment="同意")
    assert Decision.objects.get(step=step).verdict == "approve"
    assert not Step.objects.filter(case=case, plan="vice_approval").exists()
    steps.decide(signer.pk, actor=world.clerk_2, verdict="approve")
    assert builders.open_step(case, "vice_approval")


def test_a_signer_beside_must_also_approve_and_the_unneeded_are_released(world: builders.World) -> None:
    case, vice, chair = at_group_approval(world)
    signer = ask(world, vice, world.clerk_2, "beside", actor=world.vice_leader)
    assert signer.round_id == vice.round_id
    steps.decide(vice.pk, actor=world.vice_leader, verdict="approve", document_no="纪要1")
    chair.refresh_from_db()
    assert (chair.state, chair.close_reason) == ("cancelled", "passed")
    assert Case.objects.get(pk=case.pk).state == "in_review"
    steps.decide(signer.pk, actor=world.clerk_2, verdict="approve")
    assert Case.objects.get(pk=case.pk).state == "signing"


def test_signers_after_an_approval_nobody_needs_any_more_are_let_go_and_it_stays_approved(
    world: builders.World,
) -> None:
    case, vice, chair = at_group_approval(world)
    colleague = builders.user("colleague", "town_reviewer", world.units[builders.HOME_TOWN])
    after = ask(world, vice, world.clerk_2, "after", actor=world.vice_leader, document_no="纪要1")
    beside = ask(world, chair, colleague, "beside", actor=world.chair)
    found = actions.look(world.chair, chair.pk, builders.today_of(world))
    said = " ".join(consequences.of(found, actions.step_in(found, chair.pk), "approve"))
    assert str(world.clerk_2) in said and str(world.vice_leader) not in said
    steps.decide(chair.pk, actor=world.chair, verdict="approve", document_no="纪要2")
    for one in (after, vice):
        one.refresh_from_db()
    assert (after.state, after.close_reason, after.round.outcome) == ("cancelled", "passed", "cancelled")
    assert (vice.state, vice.close_reason, Decision.objects.get(step=vice).verdict) == ("approved", "", "approve")
    invariants.holds(case.pk, builders.today_of(world))
    told = folding.fold(case.pk, dict.fromkeys([*User.objects.values_list("pk", flat=True), None], ""))
    assert [seat[:2] for seat in told.rounds[vice.round.group, 1][2]] == [
        ("vice_approval", "approved"),
        ("chair_approval", "approved"),
        ("chair_approval", "open"),
    ]
    steps.decide(beside.pk, actor=colleague, verdict="approve")
    assert Case.objects.get(pk=case.pk).state == "signing"


@pytest.mark.parametrize("where", ["before", "after", "beside"])
def test_a_signer_who_refuses_refuses_for_the_step(world: builders.World, where: str) -> None:
    case, step = at_town_review(world)
    signer = ask(world, step, world.clerk_2, where, comment="同意")
    steps.decide(signer.pk, actor=world.clerk_2, verdict="refuse", comment="面积不对")
    step.refresh_from_db()
    assert step.state == ("approved" if where == "after" else "cancelled")
    assert Case.objects.get(pk=case.pk).state == "draft"
    assert builders.open_step(case, "draft")


def test_where_any_one_decides_a_refusing_signer_before_leaves_it_to_the_other(world: builders.World) -> None:
    case, vice, chair = at_group_approval(world)
    signer = ask(world, vice, world.clerk_2, "before", actor=world.vice_leader)
    steps.decide(signer.pk, actor=world.clerk_2, verdict="refuse", comment="?")
    vice.refresh_from_db()
    assert (vice.state, vice.close_reason) == ("cancelled", "signer_refused")
    steps.decide(chair.pk, actor=world.chair, verdict="approve", document_no="纪要2")
    assert Case.objects.get(pk=case.pk).state == "signing"


def test_a_signer_returns_for_the_whole_group(world: builders.World) -> None:
    case, step = at_town_review(world)
    signer = ask(world, step, world.clerk_2, "before")
    steps.decide(signer.pk, actor=world.clerk_2, verdict="return", reason_code="other", to="drafter", comment="重写")
    assert Case.objects.get(pk=case.pk).state == "draft"
    step.refresh_from_db()
    assert step.state == "cancelled"
    assert set(Round.objects.filter(case=case, group="town_review").values_list("outcome", flat=True)) == {"returned"}


def test_dropping_asks_the_rule_again_and_keeps_the_reason(world: builders.World) -> None:
    case, vice, _chair = at_group_approval(world)
    signer = ask(world, vice, world.clerk_2, "beside", actor=world.vice_leader)
    steps.decide(vice.pk, actor=world.vice_leader, verdict="approve", document_no="纪要1")
    with pytest.raises(errors.CommentRequired):
        steps.drop_signer(signer.pk, actor=world.vice_leader, reason=" ")
    steps.drop_signer(signer.pk, actor=world.vice_leader, reason="已由分管领导核过")
    signer.refresh_from_db()
    assert (signer.state, signer.close_reason, signer.close_note) == ("cancelled", "dropped", "已由分管领导核过")
    assert Case.objects.get(pk=case.pk).state == "signing"


def test_the_step_goes_on_when_the_one_asked_before_it_is_dropped(world: builders.World) -> None:
    case, step = at_town_review(world)
    signer = ask(world, step, world.clerk_2, "before")
    steps.drop_signer(signer.pk, actor=world.town_reviewer, reason="不必")
    assert Round.objects.get(pk=signer.round_id).outcome == "cancelled"
    steps.decide(step.pk, actor=world.town_reviewer, verdict="approve")
    assert builders.open_step(case, "vice_approval")


def test_only_added_signers_are_dropped_and_only_by_who_is_in_the_round(world: builders.World) -> None:
    case, vice, chair = at_group_approval(world)
    with pytest.raises(errors.NotAnAddedSigner):
        steps.drop_signer(chair.pk, actor=world.vice_leader, reason="?")
    signer = ask(world, vice, world.clerk_2, "beside", actor=world.vice_leader)
    for person in (world.town_reviewer, world.clerk_2):
        with pytest.raises(errors.NotYoursToDrop):
            steps.drop_signer(signer.pk, actor=person, reason="?")
    steps.drop_signer(signer.pk, actor=world.chair, reason="组长认为不必")
    assert Event.objects.filter(case=case, kind="signer.dropped").count() == 1


@pytest.mark.parametrize("where", ["before", "beside"])
def test_who_handed_their_step_on_drops_nobody_any_more_and_the_new_holder_does(
    world: builders.World, where: str
) -> None:
    _case, step = at_town_review(world)
    colleague = builders.user("colleague", "town_reviewer", world.units[builders.HOME_TOWN])
    signer = ask(world, step, world.clerk_2, where)
    steps.reassign(step.pk, actor=world.town_reviewer, to=colleague.pk)
    assert "drop_signer" not in {one.verb for one in actions.for_step(world.town_reviewer, signer.pk)}
    with pytest.raises(errors.NotYoursToDrop):
        steps.drop_signer(signer.pk, actor=world.town_reviewer, reason="不必")
    steps.drop_signer(signer.pk, actor=colleague, reason="不必")


@pytest.mark.parametrize("where", ["after", "beside"])
def test_who_has_approved_still_drops_the_signer_they_added_and_nobody_elses(world: builders.World, where: str) -> None:
    case, step = at_town_review(world)
    signer = ask(world, step, world.clerk_2, where, comment="同意")
    if where == "beside":
        steps.decide(step.pk, actor=world.town_reviewer, verdict="approve")
        colleague = builders.user("colleague", "town_reviewer", world.units[builders.HOME_TOWN])
        own = ask(world, signer, colleague, "before", actor=world.clerk_2)
        with pytest.raises(errors.NotYoursToDrop):
            steps.drop_signer(own.pk, actor=world.town_reviewer, reason="不必")
    steps.drop_signer(signer.pk, actor=world.town_reviewer, reason="不必")
    assert builders.open_step(case, "vice_approval")


def test_only_the_holder_asks_and_only_within_their_scope(world: builders.World) -> None:
    _case, step = at_town_review(world)
    with pytest.raises(errors.NotYours):
        steps.add_signer(step.pk, actor=world.vice_leader, users=[world.clerk_2.pk], where="before")
    with pytest.raises(errors.NotFound):
        steps.add_signer(step.pk, actor=world.stranger, users=[world.clerk_2.pk], where="before")
    for person in (world.stranger, world.receiving_town, world.auditor, world.system_admin, world.nobody):
        with pytest.raises(errors.NoSuchCandidate):
            steps.add_signer(step.pk, actor=world.town_reviewer, users=[person.pk], where="before")
    with pytest.raises(errors.NobodyNamed):
        steps.add_signer(step.pk, actor=world.town_reviewer, users=[], where="before")
    with pytest.raises(errors.InvalidInput):
        steps.add_signer(step.pk, actor=world.town_reviewer, users=[world.clerk_2.pk], where="above")
    with pytest.raises(errors.InvalidInput):
        steps.add_signer(step.pk, actor=world.town_reviewer, users=[world.clerk_2.pk], where="before", days=0)


def test_nobody_is_asked_whom_four_eyes_excludes_and_nobody_has_two_votes(world: builders.World) -> None:
    _case, step = at_town_review(world)
    for person in (world.clerk, world.village_reviewer, world.contact_cadre, world.town_reviewer):
        with pytest.raises(errors.NoSuchCandidate):
            steps.add_signer(step.pk, actor=world.town_reviewer, users=[person.pk], where="before")
    ask(world, step, world.clerk_2, "before")
    with pytest.raises(errors.NoSuchCandidate):
        steps.add_signer(step.pk, actor=world.town_reviewer, users=[world.clerk_2.pk], where="beside")


def test_an_added_signer_votes_once_in_the_group_whatever_posts_they_hold(world: builders.World) -> None:
    _case, vice, chair = at_group_approval(world)
    Posting.objects.create(
        user=world.clerk_2, role="chair", unit=world.units[builders.HOME_TOWN], valid_from=builders.date(2020, 1, 1)
    )
    signer = ask(world, vice, world.clerk_2, "beside", actor=world.vice_leader)
    steps.decide(signer.pk, actor=world.clerk_2, verdict="approve")
    with pytest.raises(errors.Recused):
        steps.decide(chair.pk, actor=world.clerk_2, verdict="approve", document_no="1")


def test_four_eyes_is_asked_again_when_the_signer_decides(world: builders.World) -> None:
    _case, step = at_town_review(world)
    signer = ask(world, step, world.clerk_2, "before")
    Case.objects.filter(pk=step.case_id).update(authors={"members": [world.clerk_2.pk]})
    with pytest.raises(errors.Recused):
        steps.decide(signer.pk, actor=world.clerk_2, verdict="approve")


def test_a_signer_without_sight_is_granted_it_and_loses_it_when_dropped(world: builders.World) -> None:
    neighbour = builders.user("neighbour", "village_reviewer", world.units[builders.PARTNER_VILLAGE])
    case = builders.walk(world, builders.agreement(world), "account_transfer")
    step = builders.open_step(case, "plot_allotment")
    Case.objects.filter(pk=case.pk).update(partner_since=None)  # nobody of that side may look by their post
    seeing = {"case": case, "role": "cc", "valid_from": builders.date(2020, 1, 1)}
    Participant.objects.create(user=world.receiving_village, **seeing)
    signer = ask(world, step, neighbour, "before", actor=world.receiving_village)
    assert Participant.objects.filter(case=case, user=neighbour, role="signer", valid_until=None).exists()
    assert Event.objects.filter(case=case, kind="sight.granted", body__contains='"role":"signer"').count() == 1
    steps.drop_signer(signer.pk, actor=world.receiving_village, reason="不必")
    assert not Participant.objects.filter(case=case, user=neighbour, role="signer", valid_until=None).exists()
    assert Event.objects.filter(case=case, kind="sight.ended").count() == 1


def test_the_signer_is_told_and_has_dates_of_their_own(world: builders.World) -> None:
    case, step = at_town_review(world)
    signer = ask(world, step, world.clerk_2, "before", days=1)
    assert Notice.objects.filter(case=case, step=signer, word="asked", recipient=world.clerk_2).count() == 1
    assert (signer.lead, signer.forward > signer.opened_at.date()) == (1, True)
    assert signer.backward == step.backward
    assert signer.due <= signer.opened_at.date() + timedelta(days=5)


def test_the_same_key_adds_once_and_another_body_is_refused(world: builders.World) -> None:
    case, step = at_town_review(world)
    for _twice in range(2):
        steps.add_signer(step.pk, actor=world.town_reviewer, users=[world.clerk_2.pk], where="before", key="k")
    assert Step.objects.filter(case=case, holder=world.clerk_2).count() == 1
    with pytest.raises(errors.KeyReused):
        steps.add_signer(step.pk, actor=world.town_reviewer, users=[world.clerk_2.pk], where="beside", key="k")


def test_an_added_signer_cannot_put_the_step_back_for_colleagues(world: builders.World) -> None:
    _case, step = at_town_review(world)
    signer = ask(world, step, world.clerk_2, "before")
    with pytest.raises(errors.NotAllowed):
        steps.release(signer.pk, actor=world.clerk_2)
    with pytest.raises(errors.AskedOfAnother):
        steps.decide(signer.pk, actor=world.clerk, verdict="approve")


def test_who_is_asked_to_sign_is_told_which_later_step_they_could_not_decide(world: builders.World) -> None:
    case, step = at_town_review(world)
    found, action = actions.one(world.town_reviewer, step.pk, "add_signer")
    said = {one.user: one.loses for one in actions.candidates_for(found, action.step, "add_signer")}
    assert "分管领导审定" in said[world.vice_leader]
    assert "组长审定" in said[world.chair]
    assert said[world.clerk_2] == ""
    form = signed_in(world.town_reviewer).get(f"/steps/{step.pk}/add_signer").content.decode()
    assert said[world.vice_leader] in form
    assert all(not one.loses for one in actions.candidates_for(found, action.step, "delegate"))
    signer = ask(world, step, world.vice_leader, "before")
    steps.decide(signer.pk, actor=world.vice_leader, verdict="approve")
    builders.approve(world, case, "town_review")
    with pytest.raises(errors.Refusal):  # what was said is what happens
        steps.decide(
            builders.open_step(case, "vice_approval").pk, actor=world.vice_leader, verdict="approve", document_no="1"
        )
