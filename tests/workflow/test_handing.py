"""Reassign (转办) moves a step; delegate (委派) asks for an opinion and the step comes back for the final word."""

from datetime import date, timedelta

import pytest

from tests import builders
from tests.builders import at
from tests.workflow.test_signers import at_group_approval, at_town_review
from workflow import audit, candidates, clock, errors
from workflow.commands import deadlines, people, steps
from workflow.models import Case, Decision, Notice, Opinion, Posting, Round, Step
from workflow.queries import bulk, moot


def test_a_reassigned_step_is_the_new_holders_alone(world: builders.World) -> None:
    case, step = at_town_review(world)
    other = builders.user("town_reviewer_2", "town_reviewer", world.units[builders.HOME_TOWN])
    steps.reassign(step.pk, actor=world.town_reviewer, to=other.pk, note="我去县里开会")
    step.refresh_from_db()
    assert (step.holder, step.assigned, step.question) == (other, True, "我去县里开会")
    with pytest.raises(errors.AskedOfAnother):
        steps.decide(step.pk, actor=world.town_reviewer, verdict="approve")
    with pytest.raises(errors.NotAllowed):
        steps.release(step.pk, actor=other)
    steps.decide(step.pk, actor=other, verdict="approve")
    assert builders.open_step(case, "vice_approval")
    assert Notice.objects.filter(case=case, word="reassigned", recipient=other).count() == 1


def test_a_step_may_go_to_the_post_above_and_then_carries_its_role(world: builders.World) -> None:
    case, step = at_town_review(world)
    steps.reassign(step.pk, actor=world.town_reviewer, to=world.vice_leader.pk)
    step.refresh_from_db()
    assert (step.role, step.asked_role) == ("vice_leader", "town_reviewer")
    steps.decide(step.pk, actor=world.vice_leader, verdict="approve")
    with pytest.raises(errors.Recused):  # and has then decided a group of this stage
        steps.decide(
            builders.open_step(case, "vice_approval").pk, actor=world.vice_leader, verdict="approve", document_no="1"
        )


def test_the_leader_over_a_step_may_hand_it_on_and_a_stranger_may_not(world: builders.World) -> None:
    _case, step = at_town_review(world)
    other = builders.user("town_reviewer_2", "town_reviewer", world.units[builders.HOME_TOWN])
    steps.claim(step.pk, actor=world.town_reviewer)
    with pytest.raises(errors.ClaimedByAnother):
        steps.reassign(step.pk, actor=world.chair, to=other.pk)
    steps.reassign(step.pk, actor=world.vice_leader, to=other.pk)
    step.refresh_from_db()
    assert step.holder == other


def test_never_to_someone_without_the_post_or_whom_four_eyes_excludes(world: builders.World) -> None:
    _case, step = at_town_review(world)
    Posting.objects.create(
        user=world.clerk,
        role="town_reviewer",
        unit=world.units[builders.HOME_TOWN],
        valid_from=builders.date(2020, 1, 1),
    )
    for person, code in ((world.clerk, "wrote_it"), (world.clerk_2, "out_of_scope"), (world.stranger, "out_of_scope")):
        with pytest.raises(errors.NoSuchCandidate) as refused:
            steps.reassign(step.pk, actor=world.town_reviewer, to=person.pk)
        assert str(refused.value.detail["why"]) == str(candidates.WHY[code])
    with pytest.raises(errors.NotFound):
        steps.reassign(step.pk, actor=world.town_reviewer, to=999999)


def test_who_is_recused_may_still_hand_the_step_on(world: builders.World) -> None:
    other = builders.user("village_reviewer_2", "village_reviewer", world.units[builders.HOME_VILLAGE])
    case = builders.walk(world, builders.agreement(world, cadre=world.village_reviewer), "in_review")
    step = builders.open_step(case, "village_opinion")
    with pytest.raises(errors.Recused):
        steps.decide(step.pk, actor=world.village_reviewer, verdict="approve")
    steps.reassign(step.pk, actor=world.village_reviewer, to=other.pk)
    steps.decide(step.pk, actor=other, verdict="approve")
    assert Decision.objects.get(step=step).actor == other


def test_a_substitute_acts_on_a_reassigned_step_with_both_names(world: builders.World) -> None:
    _case, step = at_town_review(world)
    other = builders.user("town_reviewer_2", "town_reviewer", world.units[builders.HOME_TOWN])
    steps.reassign(step.pk, actor=world.town_reviewer, to=other.pk, now=world.now)
    until = builders.today_of(world) + timedelta(days=5)
    posting = Posting.objects.get(user=other)
    people.lend(posting.pk, actor=other, substitute=world.clerk, until=until, now=world.now)
    with pytest.raises(errors.Recused):
        steps.decide(step.pk, actor=world.clerk, verdict="approve", now=world.now)
    people.lend(posting.pk, actor=other, substitute=world.clerk_2, until=until, now=world.now)
    steps.decide(step.pk, actor=world.clerk_2, verdict="approve", now=world.now)
    made = Decision.objects.get(step=step)
    assert (made.actor, made.on_behalf_of) == (world.clerk_2, other)


def test_an_opinion_is_no_decision_and_the_step_comes_back(world: builders.World) -> None:
    case, step = at_town_review(world)
    steps.delegate(step.pk, actor=world.town_reviewer, to=world.clerk_2.pk, question="补偿单价对吗")
    asked = Step.objects.get(case=case, holder=world.clerk_2, state="open")
    assert (asked.round.kind, asked.question) == (Round.OPINION, "补偿单价对吗")
    with pytest.raises(errors.WaitsForAnother):
        steps.decide(step.pk, actor=world.town_reviewer, verdict="approve")
    with pytest.raises(errors.OpinionAsked):
        steps.decide(asked.pk, actor=world.clerk_2, verdict="approve")
    with pytest.raises(errors.OpinionRequired):
        steps.give_opinion(asked.pk, actor=world.clerk_2, leaning="agree", text=" ")
    with pytest.raises(errors.InvalidInput):
        steps.give_opinion(asked.pk, actor=world.clerk_2, leaning="yes", text="对")
    before = Decision.objects.filter(case=case).count()
    steps.give_opinion(asked.pk, actor=world.clerk_2, leaning="against", text="单价不对")
    asked.refresh_from_db()
    assert (asked.state, Decision.objects.filter(case=case).count()) == ("answered", before)
    assert Opinion.objects.get(step=asked).leaning == "against"
    assert Notice.objects.filter(case=case, word="answered", recipient=world.town_reviewer).count() == 1
    step.refresh_from_db()
    assert step.holder == world.town_reviewer
    steps.decide(step.pk, actor=world.town_reviewer, verdict="approve")
    assert audit.verify(case.reference).ok


def test_who_waits_for_an_opinion_is_not_reminded_the_one_asked_and_superiors_are(world: builders.World) -> None:
    case, step = at_town_review(world)
    Step.objects.filter(pk=step.pk).update(due=date(2026, 3, 9), forward=date(2026, 3, 9), binding="forward")
    steps.claim(step.pk, actor=world.town_reviewer, now=at("2026-03-09"))
    steps.delegate(step.pk, actor=world.town_reviewer, to=world.clerk_2.pk, now=at("2026-03-09"))
    asked = Step.objects.get(case=case, holder=world.clerk_2, state="open")
    Step.objects.filter(pk=asked.pk).update(due=date(2026, 3, 9), forward=date(2026, 3, 9), binding="forward")

    def told(one: Step) -> set[tuple[str, int]]:
        rows = Notice.objects.filter(
            word="reminder", step=one, superseded_at=None, audience__in=("holder", "supervisor", "office_head")
        )
        return set(rows.values_list("recipient__username", "rung"))

    deadlines.sweep(at("2026-03-12"))
    assert told(asked) >= {("clerk_2", 3)}
    assert told(step) == {("vice_leader", 3)}  # the water does not wait: superiors still hear of it
    steps.give_opinion(asked.pk, actor=world.clerk_2, leaning="agree", text="可以", now=at("2026-03-12", 10))
    deadlines.sweep(at("2026-03-12", 11), thorough=True)
    assert told(step) == {("vice_leader", 3), ("town_reviewer", 3)}


def test_a_reminder_on_its_way_is_withdrawn_when_an_opinion_is_asked_for_and_owed_again_after_it(
    world: builders.World,
) -> None:
    case, step = at_town_review(world)
    Step.objects.filter(pk=step.pk).update(due=date(2026, 3, 9), forward=date(2026, 3, 9), binding="forward")
    steps.claim(step.pk, actor=world.town_reviewer, now=at("2026-03-09", 8))
    deadlines.sweep(at("2026-03-09", 8))
    steps.delegate(step.pk, actor=world.town_reviewer, to=world.clerk_2.pk, now=at("2026-03-09"))
    mine = Notice.objects.filter(word="reminder", step=step, rung=0, recipient=world.town_reviewer)
    assert moot.why_moot(list(mine), at("2026-03-09")) == {mine.get().pk: "waits_for_another"}
    mine.update(superseded_at=at("2026-03-09"), superseded_why="waits_for_another")
    deadlines.sweep(at("2026-03-09", 11), thorough=True)
    assert mine.get().superseded_at is not None
    asked = Step.objects.get(case=case, holder=world.clerk_2, state="open")
    steps.give_opinion(asked.pk, actor=world.clerk_2, leaning="agree", text="可以", now=at("2026-03-09", 12))
    deadlines.sweep(at("2026-03-09", 13), thorough=True)
    assert mine.get().superseded_at is None and moot.why_moot(list(mine), at("2026-03-09", 13)) == {}


def test_an_opinion_does_not_bar_its_giver_from_deciding_later(world: builders.World) -> None:
    case, step = at_town_review(world)
    steps.delegate(step.pk, actor=world.town_reviewer, to=world.chair.pk)
    asked = Step.objects.get(case=case, holder=world.chair, state="open")
    steps.give_opinion(asked.pk, actor=world.chair, leaning="agree", text="可以")
    steps.decide(step.pk, actor=world.town_reviewer, verdict="approve")
    steps.decide(builders.open_step(case, "chair_approval").pk, actor=world.chair, verdict="approve", document_no="1")
    assert Case.objects.get(pk=case.pk).state == "signing"


def test_the_question_can_be_withdrawn_and_nobody_else_answers_it(world: builders.World) -> None:
    case, step = at_town_review(world)
    steps.delegate(step.pk, actor=world.town_reviewer, to=world.clerk_2.pk)
    asked = Step.objects.get(case=case, holder=world.clerk_2, state="open")
    with pytest.raises(errors.AskedOfAnother):
        steps.give_opinion(asked.pk, actor=world.clerk, leaning="agree", text="?")
    with pytest.raises(errors.NoOpinionAsked):
        steps.give_opinion(step.pk, actor=world.town_reviewer, leaning="agree", text="?")
    steps.drop_signer(asked.pk, actor=world.town_reviewer, reason="已清楚")
    steps.decide(step.pk, actor=world.town_reviewer, verdict="approve")
    with pytest.raises(errors.NoLongerOpen):
        steps.give_opinion(asked.pk, actor=world.clerk_2, leaning="agree", text="晚了")


def test_never_ask_someone_excluded_for_an_opinion(world: builders.World) -> None:
    _case, step = at_town_review(world)
    for person in (world.clerk, world.contact_cadre, world.village_reviewer, world.town_reviewer):
        with pytest.raises(errors.NoSuchCandidate):
            steps.delegate(step.pk, actor=world.town_reviewer, to=person.pk)


def test_the_group_ending_ends_the_questions_in_it(world: builders.World) -> None:
    case, vice, chair = at_group_approval(world)
    steps.delegate(vice.pk, actor=world.vice_leader, to=world.clerk_2.pk)
    asked = Step.objects.get(case=case, holder=world.clerk_2, state="open")
    steps.decide(chair.pk, actor=world.chair, verdict="approve", document_no="1")
    asked.refresh_from_db()
    assert asked.state == "cancelled"
    assert not Round.objects.filter(case=case, group="group_approval", closed_at=None).exists()


def test_nobody_is_offered_what_waits_for_them_already(world: builders.World) -> None:
    _case, step = at_town_review(world)
    with pytest.raises(errors.NoSuchCandidate) as refused:
        steps.reassign(step.pk, actor=world.town_reviewer, to=world.town_reviewer.pk)
    assert str(refused.value.detail["why"]) == str(candidates.WHY["yourself"])
    found = bulk.preview(world.town_reviewer, [step.pk], clock.today(), "reassign")
    assert world.town_reviewer.pk not in {taker.user.pk for taker in found.people}
    steps.reassign(step.pk, actor=world.vice_leader, to=world.vice_leader.pk)  # who leads takes it over
    step.refresh_from_db()
    assert step.holder == world.vice_leader
