"""Undo: who is asked again because a decision was taken back hears it twice only where they believe it done."""

from datetime import datetime, timedelta

import pytest

from tests import builders
from tests.workflow.test_signers import ask, at_town_review
from tests.workflow.test_undo import LATE, SOON, at_village, colleague, last
from workflow import outbox
from workflow.commands import steps
from workflow.models import Notice, Step, User
from workflow.queries import inbox


def asking(user: User, now: datetime) -> list[tuple[int | None, bool]]:
    """The steps about which this person's inbox says that they wait for them, and whether that is unread."""
    rows = inbox.pending(user, now=now).rows
    return [(row.step_id, row.unread) for row in rows if row.word in ("step_opened", "asked")]


@pytest.mark.parametrize("verdict", ["approve", "return", "refuse"])
@pytest.mark.parametrize("read", [False, True])
def test_within_ten_seconds_nobody_is_asked_twice(world: builders.World, verdict: str, read: bool) -> None:
    case, step = at_town_review(world)
    mate = colleague()
    now = last(case) + LATE
    Notice.objects.create(
        case=case, step=step, recipient=mate, word="step_opened", created_at=last(case), not_before=last(case)
    )
    Notice.objects.filter(step=step).update(read_at=last(case) if read else None)
    said = Notice.objects.filter(case=case, word="step_opened").count()
    words = {
        "approve": {},
        "refuse": {"comment": "?"},
        "return": {"comment": "?", "to": "drafter", "reason_code": "other"},
    }[verdict]
    steps.decide(step.pk, actor=world.town_reviewer, verdict=verdict, now=now, **words)
    steps.take_back(step.pk, actor=world.town_reviewer, now=now + SOON)
    again = builders.open_step(case, "town_review")
    for person in (world.town_reviewer, mate):
        assert asking(person, now + SOON) == [(again.pk, not read)], person
    withdrawn = Notice.objects.filter(case=case, word="step_opened", superseded_why="taken_back").count()
    assert Notice.objects.filter(case=case, word="step_opened").count() == said + withdrawn


@pytest.mark.parametrize(
    ("read", "later", "told"),
    [
        (False, timedelta(days=3), False),  # it still stands on the bell
        (True, timedelta(days=3), True),  # they believe it done
        (True, timedelta(hours=1), False),  # they were asked this very day
    ],
)
def test_who_is_asked_beside_hears_again_only_after_having_read_on_an_earlier_day(
    world: builders.World, read: bool, later: timedelta, told: bool
) -> None:
    case, group, village = at_village(world)
    now = last(case)
    Notice.objects.filter(step=village).update(read_at=now if read else None)
    steps.decide(group.pk, actor=world.village_group_leader, verdict="approve", now=now)
    steps.take_back(group.pk, actor=world.village_group_leader, now=now + later)
    again = builders.open_step(case, "village_opinion")
    assert asking(world.village_reviewer, now + later) == [(again.pk, told or not read)]
    assert Notice.objects.filter(recipient=world.village_reviewer, word="step_opened").count() == 1 + told
    assert not Notice.objects.filter(recipient=world.village_group_leader, step__plan="group_opinion").exclude(
        created_at__lte=now
    )  # who takes back knows


def test_colleagues_are_not_asked_for_a_step_that_lies_with_who_took_it_back(world: builders.World) -> None:
    mate = colleague()
    case, step = at_town_review(world)
    now = last(case) + timedelta(minutes=1)
    Notice.objects.filter(step=step).update(read_at=now)
    steps.decide(step.pk, actor=world.town_reviewer, verdict="approve", now=now)
    steps.take_back(step.pk, actor=world.town_reviewer, now=now + timedelta(days=3))
    assert builders.open_step(case, "town_review").holder == world.town_reviewer
    assert asking(mate, now + timedelta(days=3)) == asking(world.town_reviewer, now + timedelta(days=3)) == []


def test_a_signer_beside_is_asked_once_when_the_step_is_taken_back(world: builders.World) -> None:
    case, step = at_town_review(world)
    ask(world, step, world.clerk_2, "beside", days=1)
    now = last(case) + LATE
    steps.decide(step.pk, actor=world.town_reviewer, verdict="approve", now=now)
    steps.take_back(step.pk, actor=world.town_reviewer, now=now + timedelta(hours=1))
    again = Step.objects.get(case=case, state="open", holder=world.clerk_2)
    assert asking(world.clerk_2, now + timedelta(hours=1)) == [(again.pk, True)]


def test_a_word_the_relay_withdrew_in_those_seconds_is_owed_again(world: builders.World) -> None:
    case, group, village = at_village(world)
    now = last(case)
    steps.decide(group.pk, actor=world.village_group_leader, verdict="refuse", comment="?", now=now)
    owed = Notice.objects.get(step=village, word="step_opened")
    outbox.settle([owed], now, {owed.pk: "step_closed"})
    steps.take_back(group.pk, actor=world.village_group_leader, now=now + SOON)
    owed.refresh_from_db()
    assert (owed.superseded_at, owed.step) == (None, builders.open_step(case, "village_opinion"))
