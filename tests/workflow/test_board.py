"""The leaders' board: households and steps are told apart, what is on hold is not late, and every column adds up."""

from datetime import date

import pytest
from django.test import Client

from tests import builders
from tests.builders import at
from workflow.commands import cases
from workflow.models import Step
from workflow.queries import board

NOW = at("2026-03-09")


@pytest.fixture(name="found")
def stuck_households(world: builders.World) -> board.Board:
    """Three late: one twice over, one on hold, one in draft; and one in time."""
    twice = builders.walk(world, builders.agreement(world, now=at("2026-02-02")), "in_review")
    Step.objects.filter(case=twice, state="open").update(due=date(2026, 2, 27), opened_at=at("2026-02-20", 23))
    held = builders.agreement(world, now=at("2026-02-02"))
    cases.hold(held.pk, actor=world.clerk, cause="funds_short", now=at("2026-02-03"))
    builders.agreement(world, now=at("2026-02-02"))
    builders.agreement(world, now=at("2026-03-06"))
    return board.board(world.vice_leader, now=NOW)


def test_a_household_late_in_two_steps_counts_once_and_one_on_hold_not_at_all(found: board.Board) -> None:
    assert (found.late_households, found.held, found.total[0]) == (2, 1, 4)
    review = next(line for line in found.states if line.key == "in_review")
    assert (review.late_households, review.late_steps, review.open_steps) == (1, 2, 2)
    draft = next(line for line in found.states if line.key == "draft")
    assert (draft.late_households, draft.late_steps, draft.open_steps, draft.held) == (1, 1, 3, 1)
    assert sum(post.late_steps for post in found.call) == 3


def test_states_and_towns_add_up_to_the_same_headline(found: board.Board) -> None:
    for lines in (found.states, found.towns):
        assert sum(line.late_households for line in lines) == found.late_households
        assert sum(line.held for line in lines) == found.held
        assert sum(line.late_steps for line in lines) == 3
        assert sum(line.households for line in lines) == 4


def test_waits_are_whole_calendar_days_as_in_the_queue(found: board.Board) -> None:
    review = next(line for line in found.states if line.key == "in_review")
    assert (review.median, review.longest) == (17, 17)  # opened late in the evening: a day is a day


def test_the_page_heads_households_and_steps_apart(client: Client, world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world), "in_review")
    Step.objects.filter(case=case, state="open").update(due=date(2020, 1, 6))
    client.force_login(world.vice_leader)
    page = client.get("/board/").content.decode()
    assert "逾期户" in page and "逾期 / 在办环节" in page
    assert "1</b> 户逾期" in page and "停在“<b>审核中</b>”的最多（1 户）" in page
    client.cookies["django_language"] = "en"
    english = client.get("/board/").content.decode()
    assert "Late households" in english and "Late / open steps" in english
