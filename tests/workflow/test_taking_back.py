"""Take back (拿回): the previous decider, while nobody after them has acted; the Decision stays in history."""

from datetime import timedelta
from typing import Any

import pytest

from tests import builders
from tests.workflow.test_signers import REVIEWS, ask, at_group_approval, at_town_review
from workflow import audit, clock, errors
from workflow.commands import cases, steps
from workflow.models import Case, Decision, Event, Notice, Round, Step


def _open(case: Case) -> set[str]:
    return set(Step.objects.filter(case=case, state="open").values_list("plan", flat=True))


def _live_and_standing(case: Case, group: str) -> tuple[int, int]:
    rounds = Round.objects.filter(case=case, group=group, parent=None)
    return rounds.filter(closed_at=None).count(), rounds.filter(outcome="passed", void=False).count()


def test_an_approval_is_taken_back_and_asked_again_of_the_same_person(world: builders.World) -> None:
    case, step = at_town_review(world)
    steps.decide(step.pk, actor=world.town_reviewer, verdict="approve")
    assert _open(case) == {"vice_approval", "chair_approval"}
    steps.take_back(step.pk, actor=world.town_reviewer)
    again = builders.open_step(case, "town_review")
    assert (_open(case), again.holder) == ({"town_review"}, world.town_reviewer)
    assert _live_and_standing(case, "town_review") == (1, 0)
    assert Decision.objects.get(step=step).verdict == "approve"
    assert Step.objects.get(pk=step.pk).taken_back_at is not None
    steps.decide(again.pk, actor=world.town_reviewer, verdict="approve")
    assert _open(case) == {"vice_approval", "chair_approval"}
    assert audit.verify(case.reference).ok


@pytest.mark.parametrize("verdict", ["approve", "return"])
def test_deciding_and_taking_back_gives_nobody_new_days(world: builders.World, verdict: str) -> None:
    case, step = at_town_review(world)
    now = Case.objects.get(pk=case.pk).last_event_at + timedelta(days=21)
    words = {"comment": "?", "to": "drafter", "reason_code": "other"} if verdict == "return" else {}
    steps.decide(step.pk, actor=world.town_reviewer, verdict=verdict, now=now, **words)
    steps.take_back(step.pk, actor=world.town_reviewer, now=now + timedelta(seconds=9))
    again = builders.open_step(case, "town_review")
    before = Step.objects.get(pk=step.pk)
    assert before.due < clock.date_of(now)  # it was late, and still is
    assert (again.due, again.opened_at, again.due_version) == (before.due, before.opened_at, before.due_version)
    assert Round.objects.get(pk=again.round_id).opened_at > before.opened_at


def test_days_at_the_others_are_not_counted_against_who_takes_back(world: builders.World) -> None:
    case, step = at_town_review(world)
    now = Case.objects.get(pk=case.pk).last_event_at
    steps.decide(step.pk, actor=world.town_reviewer, verdict="approve", now=now)
    steps.take_back(step.pk, actor=world.town_reviewer, now=now + timedelta(days=14))
    again = builders.open_step(case, "town_review")
    assert (again.held_days, again.due > Step.objects.get(pk=step.pk).due) == (10, True)


def test_taking_back_a_submission_brings_the_draft_back(world: builders.World) -> None:
    case = builders.agreement(world)
    step = builders.open_step(case, "draft")
    cases.submit(case.pk, actor=world.clerk)
    assert Case.objects.get(pk=case.pk).state == "in_review"
    steps.take_back(step.pk, actor=world.clerk)
    assert (Case.objects.get(pk=case.pk).state, _open(case)) == ("draft", {"draft"})
    cases.submit(case.pk, actor=world.clerk)
    assert _open(case) == {"group_opinion", "village_opinion"}


def test_a_return_taken_back_puts_everything_where_it_was(world: builders.World) -> None:
    case, step = at_town_review(world)
    steps.decide(
        step.pk,
        actor=world.town_reviewer,
        verdict="return",
        reason_code="other",
        to="drafter",
        comment="?",
        resume="again",
    )
    assert (Case.objects.get(pk=case.pk).state, _open(case)) == ("draft", {"draft"})
    steps.take_back(step.pk, actor=world.town_reviewer)
    assert (Case.objects.get(pk=case.pk).state, _open(case)) == ("in_review", {"town_review"})
    assert builders.open_step(case, "town_review").holder == world.town_reviewer  # and nobody else is asked
    assert all(_live_and_standing(case, group) == (0, 1) for group in ("draft", "village_review", "public_notice"))
    builders.walk(world, case)


def test_a_refusal_taken_back_puts_everything_where_it_was(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world), "signing")
    step = builders.open_step(case, "receiving_village")
    steps.decide(step.pk, actor=world.receiving_village, verdict="refuse", comment="名额")
    assert _open(case) == {"town_review"}
    steps.take_back(step.pk, actor=world.receiving_village)
    assert (Case.objects.get(pk=case.pk).state, _open(case)) == ("signing", {"receiving_village"})
    builders.walk(world, case)


def test_others_of_the_round_keep_their_decisions(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world), "in_review")
    builders.approve(world, case, "group_opinion")
    step = builders.open_step(case, "village_opinion")
    builders.approve(world, case, "village_opinion")
    assert _open(case) == {"public_notice"}
    steps.take_back(step.pk, actor=world.village_reviewer)
    assert _open(case) == {"village_opinion"}  # the village group is not asked again
    live = Round.objects.get(case=case, group="village_review", closed_at=None)
    assert live.carried == list(Step.objects.filter(case=case, plan="group_opinion").values_list("pk", flat=True))
    builders.approve(world, case, "village_opinion")
    assert _open(case) == {"public_notice"}


def test_inside_a_round_that_is_still_open(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world), "in_review")
    step = builders.open_step(case, "group_opinion")
    builders.approve(world, case, "group_opinion")
    steps.take_back(step.pk, actor=world.village_group_leader)
    assert _open(case) == {"group_opinion", "village_opinion"}
    assert _live_and_standing(case, "village_review") == (1, 0)
    builders.approve(world, case, "village_opinion")
    assert _open(case) == {"group_opinion"}


def test_after_a_change_of_content_what_lies_before_it_is_asked_first(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world), "in_review")
    for plan in ("group_opinion", "village_opinion", "public_notice"):
        builders.approve(world, case, plan)
    step = builders.open_step(case, "town_review")
    builders.approve(world, case, "town_review")
    with cases.change(case.pk, actor=world.clerk, verb="edit") as work:
        work.case.hashes = builders.hashes(members="one more")
    before = _open(case)
    assert "town_review" not in before
    steps.take_back(step.pk, actor=world.town_reviewer)
    assert _open(case) == before
    assert Step.objects.filter(case=case, plan="town_review").count() == 1
    for plan in ("draft", "group_opinion", "village_opinion", "public_notice"):
        if Step.objects.filter(case=case, plan=plan, state="open").exists():
            builders.approve(world, case, plan)
    assert "town_review" in _open(case)


def test_content_changed_meanwhile_still_asks_the_carried_again(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world), "in_review")
    for plan in ("group_opinion", "village_opinion"):
        step = builders.open_step(case, plan)
        builders.approve(world, case, plan)
    steps.take_back(step.pk, actor=world.village_reviewer)
    builders.approve(world, case, "village_opinion")
    notice = builders.open_step(case, "public_notice")
    steps.decide(notice.pk, actor=world.clerk, verdict="return", reason_code="other", to="drafter", comment="改")
    with cases.change(case.pk, actor=world.clerk, verb="edit") as work:
        work.case.hashes = builders.hashes(members="one more")
    builders.approve(world, case, "draft")
    assert _open(case) == {"group_opinion", "village_opinion"}


def test_nobody_takes_back_what_somebody_built_on(world: builders.World) -> None:
    case, step = at_town_review(world)
    steps.decide(step.pk, actor=world.town_reviewer, verdict="approve")
    vice = builders.open_step(case, "vice_approval")
    steps.decide(vice.pk, actor=world.vice_leader, verdict="approve", document_no="1")
    with pytest.raises(errors.ActedSince) as refused:
        steps.take_back(step.pk, actor=world.town_reviewer)
    assert "vice_leader" in str(refused.value)
    steps.take_back(vice.pk, actor=world.vice_leader)
    assert _open(case) == {"vice_approval", "chair_approval"}


def test_nor_what_one_of_several_has_answered_while_the_others_are_asked(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world), "in_review")
    draft = Step.objects.get(case=case, plan="draft")
    builders.approve(world, case, "group_opinion")
    assert builders.open_step(case, "village_opinion").round.closed_at is None
    with pytest.raises(errors.ActedSince):
        steps.take_back(draft.pk, actor=world.clerk)


def test_asking_a_further_signer_is_acting_too(world: builders.World) -> None:
    case, step = at_town_review(world)
    steps.decide(step.pk, actor=world.town_reviewer, verdict="approve")
    ask(world, builders.open_step(case, "vice_approval"), world.clerk_2, "before", actor=world.vice_leader)
    with pytest.raises(errors.ActedSince):
        steps.take_back(step.pk, actor=world.town_reviewer)


def test_parallel_tracks_do_not_stand_in_the_way(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world), "account_transfer")
    step = builders.open_step(case, "transfer")
    builders.approve(world, case, "transfer")
    builders.approve(world, case, "plot_allotment")
    steps.take_back(step.pk, actor=world.police_liaison)
    assert _open(case) == {"transfer", "plot_approval", "payment_prepared"}


def test_never_behind_signing_and_never_from_the_end(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world, signatures=["household"]), "signing")
    while Case.objects.get(pk=case.pk).state == "signing":
        step = Step.objects.filter(case=case, state="open").get()
        builders.approve(world, case, step.plan)
    with pytest.raises(errors.PastTakingBack):
        steps.take_back(step.pk, actor=builders.holder(world, step))
    assert Case.objects.get(pk=case.pk).state == "account_transfer"
    done = builders.walk(world, case)
    last = Decision.objects.filter(case=case).latest("pk")
    with pytest.raises(errors.PastTakingBack):
        steps.take_back(last.step_id, actor=last.actor)
    assert done.state == "completed"


def test_only_ones_own_decision_and_only_once(world: builders.World) -> None:
    case, step = at_town_review(world)
    with pytest.raises(errors.NotYourDecision):
        steps.take_back(step.pk, actor=world.town_reviewer)
    steps.decide(step.pk, actor=world.town_reviewer, verdict="approve")
    with pytest.raises(errors.NotYourDecision):
        steps.take_back(step.pk, actor=world.vice_leader)
    for _twice in range(2):
        steps.take_back(step.pk, actor=world.town_reviewer, key="same")
    with pytest.raises(errors.NotYourDecision):
        steps.take_back(step.pk, actor=world.town_reviewer)
    assert Event.objects.filter(case=case, kind="step.taken_back").count() == 1


def test_within_ten_seconds_nobody_hears_of_it(world: builders.World) -> None:
    case, step = at_town_review(world)
    now = Case.objects.get(pk=case.pk).last_event_at + timedelta(minutes=1)
    steps.decide(step.pk, actor=world.town_reviewer, verdict="approve", now=now)
    owed = Notice.objects.filter(case=case, word="step_opened", step__plan="vice_approval")
    assert [notice.not_before for notice in owed] == [now + timedelta(seconds=10)]
    steps.take_back(step.pk, actor=world.town_reviewer, now=now + timedelta(seconds=5))
    assert [(n.superseded_why, n.relayed_at) for n in owed.all()] == [("taken_back", None)]
    assert not Notice.objects.filter(case=case, word="taken_back").exists()


def test_a_day_later_the_drafter_hears_of_it_unless_it_was_theirs(world: builders.World) -> None:
    case, step = at_town_review(world)
    now = Case.objects.get(pk=case.pk).last_event_at + timedelta(minutes=1)
    steps.decide(step.pk, actor=world.town_reviewer, verdict="approve", now=now)
    steps.take_back(step.pk, actor=world.town_reviewer, now=now + timedelta(days=1))
    assert world.clerk.pk in set(
        Notice.objects.filter(case=case, word="taken_back").values_list("recipient", flat=True)
    )
    own = builders.agreement(world)
    draft = builders.open_step(own, "draft")
    steps.decide(draft.pk, actor=world.clerk, verdict="approve", now=now)
    steps.take_back(draft.pk, actor=world.clerk, now=now + timedelta(days=1))
    assert not Notice.objects.filter(case=own, word="taken_back", recipient=world.clerk).exists()


@pytest.mark.parametrize("where", ["before", "after", "beside"])
def test_a_signer_takes_back_too(world: builders.World, where: str) -> None:
    case, step = at_town_review(world)
    signer = ask(world, step, world.clerk_2, where, comment="同意")
    steps.decide(signer.pk, actor=world.clerk_2, verdict="approve")
    steps.take_back(signer.pk, actor=world.clerk_2)
    assert Case.objects.get(pk=case.pk).state == "in_review"
    assert not Step.objects.filter(case=case, plan="vice_approval", state="open").exists()
    assert Step.objects.filter(case=case, plan="town_review", state="open").exists()
    _finish(world, case)


def test_a_signers_refusal_taken_back_does_not_haunt_the_group(world: builders.World) -> None:
    case, vice, chair = at_group_approval(world)
    signer = ask(world, vice, world.clerk_2, "before", actor=world.vice_leader)
    steps.decide(signer.pk, actor=world.clerk_2, verdict="refuse", comment="?")
    assert _open(case) == {"chair_approval"}
    steps.take_back(signer.pk, actor=world.clerk_2)
    assert _open(case) == {"vice_approval", "chair_approval"}
    again = builders.open_step(case, "vice_approval")
    steps.decide(again.pk, actor=world.vice_leader, verdict="approve", document_no="1")
    assert Case.objects.get(pk=case.pk).state == "signing"
    assert chair.case_id == case.pk


def _finish(world: builders.World, case: Case) -> None:
    for _turn in range(4):
        for step in Step.objects.filter(case=case, plan="town_review", state="open").order_by("-id"):
            actor: Any = step.holder or world.town_reviewer
            try:
                steps.decide(step.pk, actor=actor, verdict="approve")
            except (errors.WaitsForAnother, errors.NoLongerOpen):
                continue
    assert _open(case) == {"vice_approval", "chair_approval"}
    assert set(REVIEWS) & _open(case) == set()
