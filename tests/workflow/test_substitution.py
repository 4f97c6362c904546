"""Substitution (代理): lends a posting until a date, never widens it; claims end with it, reminders go to both."""

from datetime import timedelta

import pytest

from tests import builders
from tests.workflow.test_pages import signed_in
from workflow import candidates, clock, errors, policies, reach
from workflow.commands import claims, deadlines, people, staffing, steps
from workflow.models import Case, Decision, Event, Notice, Posting, Role, Step, Substitution
from workflow.queries import queue


def _lent(world: builders.World, days: int = 3) -> Substitution:
    """The village reviewer lends the post to the second clerk."""
    posting = Posting.objects.get(user=world.village_reviewer)
    until = clock.today() + timedelta(days=days)
    return people.lend(posting.pk, actor=world.village_reviewer, substitute=world.clerk_2, until=until)


def _waiting(world: builders.World) -> Step:
    case = builders.walk(world, builders.agreement(world), "in_review")
    return builders.open_step(case, "village_opinion")


def test_nothing_is_widened(world: builders.World) -> None:
    _lent(world)
    lent = [a for a in policies.postings_of(world.clerk_2, clock.today()) if a.lender]
    assert [(a.role, a.unit.code) for a in lent] == [("village_reviewer", builders.HOME_VILLAGE)]
    with pytest.raises(errors.NotFound):  # what is lent cannot be lent on
        people.lend(lent[0].posting_id, actor=world.clerk_2, substitute=world.clerk, until=clock.today())


def test_when_the_lenders_posting_ends_the_loan_ends(world: builders.World) -> None:
    step = _waiting(world)
    _lent(world)
    Posting.objects.filter(user=world.village_reviewer).update(valid_until=clock.today() - timedelta(days=1))
    with pytest.raises(errors.NotYours):
        steps.decide(step.pk, actor=world.clerk_2, verdict="approve")


def test_both_names_stand_in_history(world: builders.World) -> None:
    step = _waiting(world)
    _lent(world)
    steps.decide(step.pk, actor=world.clerk_2, verdict="approve")
    decision = Decision.objects.get(step=step)
    event = Event.objects.get(kind="step.decided", case=step.case, actor=world.clerk_2)
    assert (decision.actor, decision.on_behalf_of) == (world.clerk_2, world.village_reviewer)
    assert event.on_behalf_of == world.village_reviewer


def test_a_claim_ends_when_the_loan_is_taken_back(world: builders.World) -> None:
    step, lent = _waiting(world), _lent(world)
    steps.claim(step.pk, actor=world.clerk_2)
    people.revoke(lent.pk, actor=world.village_reviewer)
    assert Step.objects.get(pk=step.pk).holder is None
    event = Event.objects.get(kind="step.released")
    assert (event.actor, f'"lapsed":{world.clerk_2.pk}' in event.body) == (None, True)
    mine = queue.open_steps(world.village_reviewer, policies.postings_of(world.village_reviewer, clock.today()), "mine")
    assert step.pk in set(mine.values_list("pk", flat=True))


def test_a_claim_ends_with_the_last_day_and_others_may_decide_at_once(world: builders.World) -> None:
    step, lent = _waiting(world), _lent(world)
    steps.claim(step.pk, actor=world.clerk_2)
    builders.user("third", "village_reviewer", world.units[builders.HOME_VILLAGE])
    assert claims.end_lapsed() == 0
    yesterday = clock.today() - timedelta(days=1)
    Substitution.objects.filter(pk=lent.pk).update(valid_from=yesterday, valid_until=yesterday)
    steps.decide(step.pk, actor=builders.User.objects.get(username="third"), verdict="approve")  # no tick was needed
    other = _waiting(world)
    Step.objects.filter(pk=other.pk).update(holder=world.clerk_2)
    assert claims.end_lapsed() == 1
    assert claims.end_lapsed() == 0
    assert Step.objects.get(pk=other.pk).holder is None


@pytest.mark.parametrize("how", ["the post", "the account"])
def test_a_claim_ends_with_the_post_or_the_account_and_counts_nowhere(world: builders.World, how: str) -> None:
    step = _waiting(world)
    leaver = builders.user("third", "village_reviewer", world.units[builders.HOME_VILLAGE])
    steps.claim(step.pk, actor=leaver)
    if how == "the post":
        staffing.end_post(leaver.postings.get(), actor=world.security_admin)
    else:
        staffing.set_active(leaver, False, actor=world.security_admin)
    assert Step.objects.get(pk=step.pk).holder is None
    held = policies.postings_of(leaver, clock.today()) if how == "the post" else []
    assert queue.counts(leaver, held, clock.today())["mine"] == 0
    mine = queue.open_steps(world.village_reviewer, policies.postings_of(world.village_reviewer, clock.today()), "mine")
    assert step.pk in set(mine.values_list("pk", flat=True))


def test_a_claim_in_ones_own_name_survives_the_end_of_a_loan(world: builders.World) -> None:
    step, lent = _waiting(world), _lent(world)
    steps.claim(step.pk, actor=world.village_reviewer)
    people.revoke(lent.pk, actor=world.village_reviewer)
    assert Step.objects.get(pk=step.pk).holder == world.village_reviewer


def test_reminders_go_to_the_substitute_and_to_the_lender(world: builders.World) -> None:
    step = _waiting(world)
    _lent(world)
    today = clock.today()
    Step.objects.filter(pk=step.pk).update(due=today, opened_at=clock.now() - timedelta(days=20))
    deadlines.sweep_all(clock.now())
    told = Notice.objects.filter(step=step, word="reminder", audience="holder", rung=0)
    assert set(told.values_list("recipient__username", flat=True)) == {"village_reviewer", "clerk_2"}


def test_both_are_urged(world: builders.World) -> None:
    step = _waiting(world)
    _lent(world)
    assert {str(person) for person in reach.asked(step, clock.today())} == {"village_reviewer", "clerk_2"}
    steps.claim(step.pk, actor=world.clerk_2)
    step.refresh_from_db()
    assert {str(person) for person in reach.asked(step, clock.today())} == {"village_reviewer", "clerk_2"}
    assert Case.objects.get(pk=step.case_id).state == "in_review"


@pytest.mark.parametrize("who", ["household_viewer", "auditor", "supervisor_monitor", "route_keeper", "contact_cadre"])
def test_a_desk_is_lent_only_to_who_may_be_asked_to_sign(world: builders.World, who: str) -> None:
    posting, until = Posting.objects.get(user=world.town_reviewer), clock.today() + timedelta(days=3)
    watcher = builders.user("watcher", who, world.units[builders.HOME_TOWN])
    with pytest.raises(errors.NeverDecides, match=str(Role(who).label)):
        people.lend(posting.pk, actor=world.town_reviewer, substitute=watcher, until=until)
    assert not Substitution.objects.exists()
    Posting.objects.create(user=watcher, role="clerk", unit=world.units[builders.HOME_TOWN], valid_from=clock.today())
    people.lend(posting.pk, actor=world.town_reviewer, substitute=watcher, until=until)


def test_a_desk_is_not_lent_outside_the_county(world: builders.World) -> None:
    posting, until = Posting.objects.get(user=world.town_reviewer), clock.today() + timedelta(days=3)
    for person in (world.stranger, world.nobody):
        with pytest.raises(errors.InvalidInput):
            people.lend(posting.pk, actor=world.town_reviewer, substitute=person, until=until)


def test_one_contact_cadre_stands_in_for_another(world: builders.World) -> None:
    other = builders.user("other_cadre", "contact_cadre", world.units[builders.HOME_TOWN])
    posting, until = Posting.objects.get(user=world.contact_cadre), clock.today() + timedelta(days=3)
    people.lend(posting.pk, actor=world.contact_cadre, substitute=other, until=until)


def test_the_list_shows_those_who_may_with_unit_and_post_the_own_unit_first(world: builders.World) -> None:
    page = signed_in(world.town_reviewer).get("/substitutions/")
    offered = page.context["colleagues"]
    assert {one.role for one in offered}.isdisjoint(candidates.NEVER_ASKED)
    assert {one.user for one in offered}.isdisjoint({world.stranger, world.nobody, world.town_reviewer})
    own = [one.unit.code.startswith(builders.HOME_TOWN) for one in offered]
    assert own == sorted(own, reverse=True)
    assert True in own and False in own
    assert f"clerk_2 · 河口镇 · {Role.CLERK.label}" in page.content.decode()
