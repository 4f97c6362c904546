"""Handing over a leaver's desk (离职转办): preview, one line per step, never against four eyes, both chains say so."""

from datetime import timedelta
from functools import partial

import pytest

from tests import builders
from tests.concurrency import together
from tests.workflow.test_pages import signed_in
from tests.workflow.test_rules_in_motion import group_of_three, open_of_group
from tests.workflow.test_signers import ask
from workflow import clock, errors
from workflow.commands import handover as handing
from workflow.commands import steps
from workflow.models import Case, Decision, Event, Notice, Posting, Step, User
from workflow.queries import handover


def _waiting(world: builders.World) -> Step:
    """A step that waits for the village reviewer alone."""
    case = builders.walk(world, builders.agreement(world), "in_review")
    return builders.open_step(case, "village_opinion")


def _successor(world: builders.World) -> User:
    return builders.user("successor", "village_reviewer", world.units[builders.HOME_VILLAGE])


def test_with_posts_the_whole_desk_moves_and_the_leavers_posts_end(world: builders.World) -> None:
    claimed, free = _waiting(world), _waiting(world)
    steps.claim(claimed.pk, actor=world.village_reviewer)
    new = builders.user("newcomer", "clerk", world.units[builders.HOME_TOWN])
    lines = steps.hand_over(world.village_reviewer, new, actor=world.security_admin, with_posts=True, key="h1")
    assert all(line.done for line in lines), lines
    assert set(Step.objects.filter(holder=new).values_list("pk", flat=True)) == {claimed.pk, free.pk}
    assert not Posting.objects.filter(user=world.village_reviewer, valid_until=None).exists()
    assert Posting.objects.filter(user=new, role="village_reviewer", valid_until=None).count() == 1
    assert Event.objects.filter(kind="step.handed_over", case=claimed.case).count() == 1
    chain = Event.objects.get(kind="desk.handed_over")
    assert chain.stream == f"unit:{world.units[builders.HOME_VILLAGE].pk}"
    assert '"moved":2' in chain.body
    assert Notice.objects.filter(word="reassigned", recipient=new).count() == 2
    steps.decide(claimed.pk, actor=new, verdict="approve")
    assert Decision.objects.get(step=claimed).actor == new
    with pytest.raises(errors.Refusal):
        steps.decide(free.pk, actor=world.village_reviewer, verdict="approve")


def test_a_post_is_never_invented(world: builders.World) -> None:
    step = _waiting(world)
    lines = steps.hand_over(world.village_reviewer, world.clerk_2, actor=world.security_admin)
    assert [(line.step_id, line.done) for line in lines] == [(step.pk, False)]
    assert "clerk_2" in lines[0].message
    assert Step.objects.get(pk=step.pk).holder is None


def test_never_to_someone_excluded_by_four_eyes_the_others_still_move(world: builders.World) -> None:
    mine = builders.walk(world, builders.agreement(world), "in_review")
    barred = builders.open_step(mine, "village_opinion")
    new = builders.user("newcomer", "village_reviewer", world.units[builders.HOME_VILLAGE])
    other_case = builders.walk(world, builders.agreement(world, cadre=new), "in_review")
    own_household = builders.open_step(other_case, "village_opinion")
    for step in (barred, own_household):
        steps.claim(step.pk, actor=world.village_reviewer)
    desk = handover.desk(world.village_reviewer, new, clock.today())
    assert {line.step_id: bool(line.why_not) for line in desk.lines} == {barred.pk: False, own_household.pk: True}
    lines = steps.hand_over(world.village_reviewer, new, actor=world.security_admin)
    assert {line.step_id: line.done for line in lines} == {barred.pk: True, own_household.pk: False}
    assert Step.objects.get(pk=own_household.pk).holder == world.village_reviewer


def test_what_others_of_the_post_can_do_stays_with_them(world: builders.World) -> None:
    free = _waiting(world)
    new = _successor(world)
    assert not handover.desk(world.village_reviewer, new, clock.today()).lines
    assert steps.hand_over(world.village_reviewer, new, actor=world.security_admin) == []
    assert Step.objects.get(pk=free.pk).holder is None


def test_a_leader_over_the_unit_may_but_gives_no_posts(world: builders.World) -> None:
    step, new = _waiting(world), _successor(world)
    steps.claim(step.pk, actor=world.village_reviewer)
    with pytest.raises(errors.NotAllowed):
        steps.hand_over(world.village_reviewer, new, actor=world.vice_leader, with_posts=True)
    assert steps.hand_over(world.village_reviewer, new, actor=world.vice_leader)[0].done
    for person in (world.clerk, world.stranger, world.vice_leader_2):
        with pytest.raises(errors.NotFound):
            steps.hand_over(world.village_reviewer, new, actor=person)


def test_the_same_request_again_moves_nothing_twice(world: builders.World) -> None:
    step, new = _waiting(world), _successor(world)
    steps.claim(step.pk, actor=world.village_reviewer)
    for _time in range(2):
        steps.hand_over(world.village_reviewer, new, actor=world.security_admin, key="h2")
    assert Event.objects.filter(kind="step.handed_over").count() == 1


def test_a_hand_over_against_a_decision_has_one_winner(live_world: builders.World) -> None:
    new = _successor(live_world)
    for number in range(4):
        step = _waiting(live_world)
        steps.claim(step.pk, actor=live_world.village_reviewer)
        lines, decided = together(
            [
                partial(
                    steps.hand_over, live_world.village_reviewer, new, actor=live_world.security_admin, key=f"r{number}"
                ),
                partial(steps.decide, step.pk, actor=live_world.village_reviewer, verdict="approve"),
            ]
        )
        after = Step.objects.get(pk=step.pk)
        moved = isinstance(lines, list) and any(line.done for line in lines)
        assert moved != isinstance(decided, dict), (lines, decided)
        assert after.state == ("open" if moved else "approved")
        assert after.holder == (new if moved else live_world.village_reviewer)
        assert Decision.objects.filter(step=step).count() == (0 if moved else 1)


def test_the_page_previews_without_writing_and_shows_no_family(world: builders.World) -> None:
    step, new = _waiting(world), _successor(world)
    steps.claim(step.pk, actor=world.village_reviewer)
    events = Event.objects.count()
    client = signed_in(world.security_admin)
    url = f"/people/hand-over/?leaver={world.village_reviewer.pk}&to={new.pk}"
    page = client.get(url).content.decode()
    case = Case.objects.get(pk=step.case_id)
    assert case.reference in page
    assert case.title not in page
    assert Event.objects.count() == events
    form = {"leaver": world.village_reviewer.pk, "to": new.pk, "key": "p"}
    assert client.get("/people/hand-over/do").status_code == 405
    done = client.post("/people/hand-over/do", form)
    assert done.status_code == 200
    assert case.reference in done.content.decode()
    assert Step.objects.get(pk=step.pk).holder == new
    for person in (world.clerk, world.stranger, world.audit_admin):
        assert signed_in(person).get(url).status_code == 404
        assert signed_in(person).post("/people/hand-over/do", form).status_code == 404


@pytest.mark.parametrize("who", ["auditor", "clerk_2", "security_admin_2", "newcomer"])
def test_the_preview_with_posts_is_what_then_happens(world: builders.World, who: str) -> None:
    county = world.units[builders.COUNTY]
    builders.user("security_admin_2", "security_admin", county)
    builders.user("newcomer")
    new, step = User.objects.get(username=who), _waiting(world)
    given = handing.posts_for(world.village_reviewer, new, actor=world.security_admin)
    able = [post for post, why in given if not why]
    said = handover.desk(world.village_reviewer, new, builders.today_of(world), giving=able)
    url = f"/people/hand-over/?leaver={world.village_reviewer.pk}&to={new.pk}&posts=1"
    page = signed_in(world.security_admin).get(url).content.decode()
    assert all(why in page for _post, why in given) and ("由接任人员担任" in page) == bool(able)
    lines = steps.hand_over(world.village_reviewer, new, actor=world.security_admin, with_posts=True)
    posts = [line for line in lines if line.step_id is None]
    assert [line.done for line in posts[: len(given)]] == [not why for _post, why in given]
    assert [line.done for line in lines if line.step_id] == [not line.why_not for line in said.lines]
    assert bool(able) == (who in ("clerk_2", "newcomer")) == (Step.objects.get(pk=step.pk).holder == new)


def test_a_newcomer_gets_every_post_whichever_comes_first(world: builders.World) -> None:
    """A post that only watches, given first, had refused the next one."""
    new, village = builders.user("newcomer"), world.units[builders.HOME_VILLAGE]
    Posting.objects.filter(user=world.village_reviewer).delete()
    for role in ("auditor", "village_reviewer"):
        Posting.objects.create(
            user=world.village_reviewer, role=role, unit=village, valid_from=builders.date(2020, 1, 1)
        )
    steps.hand_over(world.village_reviewer, new, actor=world.security_admin, with_posts=True)
    held = Posting.objects.filter(user=new).values_list("role", flat=True)
    assert set(held) == {"auditor", "village_reviewer"}


def test_the_desk_of_someone_whose_posts_have_ended_is_still_found(world: builders.World) -> None:
    step, new = _waiting(world), _successor(world)
    steps.claim(step.pk, actor=world.village_reviewer)
    Posting.objects.filter(user=world.village_reviewer).update(valid_until=clock.today() - timedelta(days=1))
    assert steps.hand_over(world.village_reviewer, new, actor=world.vice_leader)[0].done


def test_never_to_who_has_a_vote_in_the_group_already(world: builders.World) -> None:
    case, people = group_of_three(world, "k_of_n")
    mine, second, _third = open_of_group(case)
    steps.claim(second.pk, actor=people[1])
    steps.decide(mine.pk, actor=people[0], verdict="approve")
    assert "已有一票" in _why_not(world, people[1], people[0])[second.pk]
    lines = steps.hand_over(people[1], people[0], actor=world.security_admin)
    assert [(line.step_id, line.done) for line in lines] == [(second.pk, False)]
    assert Step.objects.get(pk=second.pk).holder == people[1]


def test_an_added_signature_goes_neither_to_who_asked_for_it_nor_to_who_is_asked_beside_it(
    world: builders.World,
) -> None:
    case, people = group_of_three(world, "all")
    mine, second, _third = open_of_group(case)
    signer = builders.user("signer", "town_reviewer", world.units[builders.HOME_TOWN])
    steps.claim(second.pk, actor=people[1])
    added = ask(world, mine, signer, "before", actor=people[0])
    for successor, why in ((people[0], "提出"), (people[1], "办理人之列")):
        assert why in _why_not(world, signer, successor)[added.pk]
        lines = steps.hand_over(signer, successor, actor=world.security_admin)
        assert [(line.step_id, line.done) for line in lines] == [(added.pk, False)]
    assert Step.objects.get(pk=added.pk).holder == signer
    free = people[2]
    assert not _why_not(world, signer, free)[added.pk]
    assert all(line.done for line in steps.hand_over(signer, free, actor=world.security_admin))
    assert Step.objects.get(pk=added.pk).holder == free


def _why_not(world: builders.World, leaver: User, to: User) -> dict[int, str]:
    """What the preview says of each step."""
    return {line.step_id: line.why_not for line in handover.desk(leaver, to, builders.today_of(world)).lines}
