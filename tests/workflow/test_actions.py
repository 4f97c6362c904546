"""The list of verbs says what the commands then do: enabled exactly when they go through, with the same words."""

from typing import Any

import pytest
from django.utils import translation

from tests import builders
from tests.workflow.test_signers import ask, at_group_approval, at_town_review
from workflow import errors
from workflow.commands import cases, steps
from workflow.models import Case, Round, Step, User
from workflow.queries import actions
from workflow.queries.actions import Action

PEOPLE = ("town_reviewer", "vice_leader", "chair", "clerk", "clerk_2", "village_reviewer", "county_officer")


def by_verb(user: User, step: Step) -> dict[str, Action]:
    return {action.verb: action for action in actions.for_step(user, step.pk)}


def test_the_holder_finds_every_verb_with_a_label_and_what_it_does(world: builders.World) -> None:
    _case, step = at_town_review(world)
    found = by_verb(world.town_reviewer, step)
    assert set(found) == {
        "approve",
        "return",
        "refuse",
        "add_signer",
        "delegate",
        "reassign",
        "claim",
    }
    assert all(action.enabled and action.effects for action in found.values()), found
    assert [found[verb].key for verb in ("approve", "return", "reassign")] == ["A", "R", "C"]
    assert [field.name for field in found["return"].fields] == ["to", "resume", "reason_code", "comment"]


def test_out_of_sight_is_not_found(world: builders.World) -> None:
    _case, step = at_town_review(world)
    for person in (world.stranger, world.nobody, world.system_admin):
        with pytest.raises(errors.NotFound):
            actions.for_step(person, step.pk)


def _try(world: builders.World, step: Step, verb: str, person: User) -> errors.Refusal | None:
    other: Any = {"reassign": world.people["town_reviewer_2"].pk}
    calls: dict[str, Any] = {
        "approve": lambda: steps.decide(step.pk, actor=person, verdict="approve", document_no="1"),
        "refuse": lambda: steps.decide(step.pk, actor=person, verdict="refuse", comment="?"),
        "return": lambda: steps.decide(
            step.pk, actor=person, verdict="return", reason_code="other", to="previous", comment="?"
        ),
        "reassign": lambda: steps.reassign(step.pk, actor=person, to=other["reassign"]),
        "add_signer": lambda: steps.add_signer(step.pk, actor=person, users=[world.clerk_2.pk], where="before"),
        "delegate": lambda: steps.delegate(step.pk, actor=person, to=world.clerk_2.pk),
        "claim": lambda: steps.claim(step.pk, actor=person),
        "release": lambda: steps.release(step.pk, actor=person),
        "take_back": lambda: steps.take_back(step.pk, actor=person),
        "drop_signer": lambda: steps.drop_signer(step.pk, actor=person, reason="?"),
        "give_opinion": lambda: steps.give_opinion(step.pk, actor=person, leaning="agree", text="?"),
    }
    try:
        calls[verb]()
    except errors.Refusal as refusal:
        return refusal
    return None


@pytest.mark.parametrize("verb", actions.VERBS)
@pytest.mark.parametrize("who", ["town_reviewer", "vice_leader", "clerk", "village_reviewer"])
@pytest.mark.parametrize("state", ["open", "held", "decided"])
def test_a_verb_is_offered_exactly_when_its_command_goes_through(
    world: builders.World, verb: str, who: str, state: str
) -> None:
    world.people["town_reviewer_2"] = builders.user("town_reviewer_2", "town_reviewer", world.units[builders.HOME_TOWN])
    case, step = at_town_review(world)
    if state == "held":
        cases.hold(case.pk, actor=world.town_reviewer, cause="dispute")
    if state == "decided":
        steps.decide(step.pk, actor=world.town_reviewer, verdict="approve")
    said = actions.one(world.people[who], step.pk, verb)[1]
    refusal = _try(world, step, verb, world.people[who])
    assert said.why_not == (str(refusal) if refusal else "")
    assert said.status == (refusal.status if refusal else 200)


def test_the_consequence_of_an_approval_names_the_next_group(world: builders.World) -> None:
    case, step = at_town_review(world)
    said = by_verb(world.town_reviewer, step)["approve"].effects
    assert any("领导小组审定" in line for line in said), said
    steps.decide(step.pk, actor=world.town_reviewer, verdict="approve")
    vice = by_verb(world.vice_leader, builders.open_step(case, "vice_approval"))["approve"].effects
    assert any("组长" in line and "不再需要" in line for line in vice), vice
    assert any("签约" in line or "签订" in line or "随后进入" in line for line in vice), vice


def test_the_consequence_of_a_refusal_differs_by_rule(world: builders.World) -> None:
    case, step = at_town_review(world)
    refuse = by_verb(world.town_reviewer, step)["refuse"].effects
    assert any("不能通过" in line and "起草协议" in line for line in refuse), refuse
    steps.decide(step.pk, actor=world.town_reviewer, verdict="approve")
    vice = by_verb(world.vice_leader, builders.open_step(case, "vice_approval"))["refuse"].effects
    assert any("还需 1 份同意" in line for line in vice), vice


def test_a_refusal_after_signing_says_the_point_that_the_lifecycle_still_reaches(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world), "account_transfer")
    step = builders.open_step(case, "plot_allotment")
    holder = builders.holder(world, step)
    (said,) = [line for line in by_verb(holder, step)["refuse"].effects if "不能通过" in line]
    steps.decide(step.pk, actor=holder, verdict="refuse", comment="地块不合适")
    assert Round.objects.get(pk=step.round_id).return_to == "plot_allotment"
    assert "宅基地选定分配" in said and "起草协议" not in said


def test_what_waits_for_others_says_whom_and_lets_them_be_dropped(world: builders.World) -> None:
    _case, step = at_town_review(world)
    signer = ask(world, step, world.clerk_2, "before")
    mine = by_verb(world.town_reviewer, step)
    assert "clerk_2" in mine["approve"].why_not
    assert mine["add_signer"].enabled
    assert set(by_verb(world.town_reviewer, signer)) == {"drop_signer"}
    theirs = by_verb(world.clerk_2, signer)
    assert {"approve", "return", "refuse", "reassign"} <= set(theirs)
    assert any("town_reviewer" in line or "随后由" in line for line in theirs["approve"].effects)


def test_one_asked_for_an_opinion_finds_that_and_no_decision(world: builders.World) -> None:
    case, step = at_town_review(world)
    steps.delegate(step.pk, actor=world.town_reviewer, to=world.clerk_2.pk)
    asked = Step.objects.get(case=case, holder=world.clerk_2, state="open")
    assert set(by_verb(world.clerk_2, asked)) == {"give_opinion", "reassign"}


def test_candidates_come_with_the_reason_of_those_who_cannot_be_asked(world: builders.World) -> None:
    _case, vice, _chair = at_group_approval(world)
    found, action = actions.one(world.vice_leader, vice.pk, "add_signer")
    people = {one.user.username: one for one in actions.candidates_for(found, action.step, "add_signer")}
    assert people["clerk_2"].why == ""
    assert people["clerk"].why == "wrote_it"
    assert people["village_reviewer"].why == "same_stage"
    assert people["vice_leader"].why == "yourself"
    assert "stranger" not in people and "auditor" not in people and "system_admin" not in people
    few = actions.candidates_for(found, action.step, "add_signer", name="clerk_2")
    assert [one.user.username for one in few] == ["clerk_2"]


def test_every_word_is_there_in_both_languages(world: builders.World) -> None:
    _case, step = at_town_review(world)
    with translation.override("en"):
        english = [line for action in by_verb(world.town_reviewer, step).values() for line in action.effects]
    chinese = [line for action in by_verb(world.town_reviewer, step).values() for line in action.effects]
    assert not set(english) & set(chinese)


def test_what_i_decided_can_be_taken_back_until_somebody_acts(world: builders.World) -> None:
    case, step = at_town_review(world)
    steps.decide(step.pk, actor=world.town_reviewer, verdict="approve")
    action = by_verb(world.town_reviewer, step)["take_back"]
    assert action.enabled and any("镇移民办审核" in line for line in action.effects)
    vice = builders.open_step(case, "vice_approval")
    steps.decide(vice.pk, actor=world.vice_leader, verdict="approve", document_no="1")
    after = by_verb(world.town_reviewer, step)["take_back"]
    assert (after.enabled, after.status) == (False, 409)
    assert Case.objects.get(pk=case.pk).state == "signing"
