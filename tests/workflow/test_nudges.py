"""Urging (催办): by the drafter or a leader, once per step and day; the holder reads who it was."""

from datetime import timedelta
from functools import partial

import pytest

from agreements.commands import lifecycle
from notifications import wording
from notifications.models import Bundle
from tests import builders
from tests.concurrency import together
from tests.workflow.test_pages import signed_in
from workflow import clock, errors
from workflow.commands import cases, people, steps
from workflow.models import Case, Event, Notice, Nudge, Posting, Step
from workflow.queries import around, casepage, inbox


def _waiting(world: builders.World) -> tuple[Case, Step]:
    case = builders.walk(world, builders.agreement(world), "in_review")
    return case, builders.open_step(case, "village_opinion")


def test_the_drafter_urges_and_the_holder_reads_who_it_was(world: builders.World) -> None:
    case, step = _waiting(world)
    now = Case.objects.get(pk=case.pk).last_event_at
    assert steps.nudge(step.pk, actor=world.clerk, now=now) == {"step": step.pk, "told": 1, "state": "in_review"}
    notice = Notice.objects.get(word="nudged")
    assert (notice.recipient, notice.step_id) == (world.village_reviewer, step.pk)
    rows = inbox.pending(world.village_reviewer, now=now + timedelta(minutes=1)).rows
    assert [row.by for row in rows if row.word == "nudged"] == ["clerk"]
    assert Event.objects.get(kind="step.nudged").actor == world.clerk


def test_outside_the_house_nobody_is_named(world: builders.World) -> None:
    _case, step = _waiting(world)
    steps.nudge(step.pk, actor=world.clerk)
    notice = Notice.objects.get(word="nudged")
    message = wording.write(Bundle(recipient=notice.recipient), [notice])
    assert "clerk" not in message.subject + message.body


def test_once_per_step_and_day_whoever_asks(world: builders.World) -> None:
    case, step = _waiting(world)
    now = Case.objects.get(pk=case.pk).last_event_at
    steps.nudge(step.pk, actor=world.clerk, now=now)
    for person in (world.clerk, world.vice_leader):
        with pytest.raises(errors.AlreadyNudged, match="clerk"):
            steps.nudge(step.pk, actor=person, now=now + timedelta(hours=1))
    steps.nudge(step.pk, actor=world.vice_leader, now=now + timedelta(days=1))
    assert Nudge.objects.filter(step=step).count() == 2


def test_two_leaders_at_once_are_one_nudge(live_world: builders.World) -> None:
    case, step = _waiting(live_world)
    now = Case.objects.get(pk=case.pk).last_event_at
    people_ = (live_world.clerk, live_world.vice_leader, live_world.chair, live_world.town_reviewer)
    results = together([partial(steps.nudge, step.pk, actor=person, now=now) for person in people_])
    assert sum(isinstance(result, dict) for result in results) == 1, results
    assert sum(isinstance(result, errors.AlreadyNudged) for result in results) == 3
    assert (Nudge.objects.count(), Notice.objects.filter(word="nudged").count()) == (1, 1)


def test_a_colleague_of_the_same_town_may_not_urge(world: builders.World) -> None:
    _case, step = _waiting(world)
    with pytest.raises(errors.NotAllowed):
        steps.nudge(step.pk, actor=world.clerk_2)
    with pytest.raises(errors.NotFound):
        steps.nudge(step.pk, actor=world.stranger)
    assert not Nudge.objects.exists()


def test_a_leaders_substitute_urges_in_both_names(world: builders.World) -> None:
    _case, step = _waiting(world)
    posting, today = Posting.objects.get(user=world.vice_leader), clock.today()
    people.lend(posting.pk, actor=world.vice_leader, substitute=world.clerk_2, until=today + timedelta(days=2))
    steps.nudge(step.pk, actor=world.clerk_2)
    event = Event.objects.get(kind="step.nudged")
    assert (event.actor, event.on_behalf_of) == (world.clerk_2, world.vice_leader)


def test_a_held_or_closed_step_is_not_urged(world: builders.World) -> None:
    case, step = _waiting(world)
    cases.hold(case.pk, actor=world.clerk, cause="dispute")
    with pytest.raises(errors.OnHold):
        steps.nudge(step.pk, actor=world.clerk)
    cases.resume(case.pk, actor=world.clerk)
    builders.approve(world, case, "village_opinion")
    with pytest.raises(errors.AlreadyDecided):
        steps.nudge(step.pk, actor=world.clerk)


def test_who_holds_it_alone_has_nobody_to_urge(world: builders.World) -> None:
    case = builders.agreement(world)
    step = builders.open_step(case, "draft")
    steps.claim(step.pk, actor=world.clerk)
    with pytest.raises(errors.NobodyToUrge):
        steps.nudge(step.pk, actor=world.clerk)


def test_only_the_claimant_is_urged(world: builders.World) -> None:
    second = builders.user("town_reviewer_2", "town_reviewer", world.units[builders.HOME_TOWN])
    case = builders.walk(world, builders.agreement(world), "in_review")
    for plan in ("group_opinion", "village_opinion", "public_notice"):
        builders.approve(world, case, plan)
    step = builders.open_step(case, "town_review")
    steps.claim(step.pk, actor=second)
    steps.nudge(step.pk, actor=world.clerk)
    assert [n.recipient for n in Notice.objects.filter(word="nudged")] == [second]


def test_the_button_is_greyed_with_who_urged_last(world: builders.World) -> None:
    case, step = _waiting(world)
    client = signed_in(world.clerk)
    assert f"/steps/{step.pk}/nudge" in client.get(f"/cases/{case.reference}/").content.decode()
    assert client.post(f"/steps/{step.pk}/nudge", {"key": "n1"}).status_code == 302
    assert client.post(f"/steps/{step.pk}/nudge", {"key": "n1"}).status_code == 302  # the same click again
    assert client.post(f"/steps/{step.pk}/nudge", {"key": "n2"}).status_code == 409
    shown = around.around(casepage.case_page(world.vice_leader, case.reference).found).chases[step.pk]
    assert (shown.may, shown.today, shown.by) == (True, True, "clerk")
    page = client.get(f"/cases/{case.reference}/").content.decode()
    assert "disabled" in page.split(f"/steps/{step.pk}/nudge")[1].split("</form>")[0]
    assert not around.around(casepage.case_page(world.village_reviewer, case.reference).found).chases[step.pk].may


def test_a_step_that_ended_otherwise_says_how_in_words(world: builders.World) -> None:
    case, step = _waiting(world)
    lifecycle.withdraw(case.pk, actor=world.clerk, reason="自愿投亲靠友")
    with pytest.raises(errors.NoLongerOpen, match="协议已终结"):
        steps.nudge(step.pk, actor=world.clerk)
