"""P2: what random sequences once found or could find, told as short stories on engine and model."""

from collections.abc import Callable
from typing import Any

import pytest

from tests import builders
from tests.model.county import MODES
from tests.model.model import Node
from tests.model.pair import Pair, steps_of
from tests.model.test_table import go_on, settled

__all__ = ["settled"]


def asked(pair: Pair, plan: str) -> Node:
    """The first step of a plan that is asked."""
    return next(one for one in pair.model.asked() if one.plan["key"] == plan)


def returned(pair: Pair, resume: str) -> Node:
    """In signing, the receiving side has agreed; the money's preparer sends it back there. The step that did."""
    go_on(pair, lambda pair: "receiving" in pair.model.passed)
    one = asked(pair, "prepared")
    assert pair.both("decide", "finance_preparer", one, "returned", "receiving", resume)
    return one


def migrate(pair: Pair) -> None:
    """The other version asks the receiving side otherwise: its open round is asked again."""
    assert pair.both("migrate", "route_keeper", pair.other_version())


def change(pair: Pair) -> None:
    pair.change("text", 5)


BETWEEN: dict[str, Callable[[Pair], Any]] = {
    "nothing": lambda pair: None,
    "migrated": migrate,
    "changed": change,
}


@pytest.mark.parametrize("between", BETWEEN)
@pytest.mark.parametrize("resume", ["with_me", "again"])
@pytest.mark.parametrize("rule", ["in_order", "all"])
def test_a_return_taken_back_leaves_standing_what_stood(
    settled: builders.World, rule: str, resume: str, between: str
) -> None:
    pair = Pair(settled, MODES[rule], 5)
    one = returned(pair, resume)
    BETWEEN[between](pair)
    assert pair.both("take_back", "finance_preparer", one)
    assert "receiving" in pair.model.passed
    go_on(pair, lambda pair: False)
    assert pair.state == "completed"
    pair.finish()


@pytest.mark.parametrize("resume", ["with_me", "again"])
def test_a_return_is_not_taken_back_once_what_it_opened_was_ended_by_another(
    settled: builders.World, resume: str
) -> None:
    """Somebody on the track beside sends the whole case back meanwhile."""
    pair = Pair(settled, MODES["all"], 5)
    one = returned(pair, "with_me")
    beside = asked(pair, "confirm")
    chair = next(who for who in ("chair", "county_officer") if pair.model.may(who, beside))
    assert pair.both("decide", chair, beside, "returned", "panel", resume)
    assert not pair.both("take_back", "finance_preparer", one)
    assert pair.both("take_back", chair, beside)
    assert pair.both("take_back", "finance_preparer", one)
    go_on(pair, lambda pair: False)
    assert pair.state == "completed"
    pair.finish()


def test_a_decision_is_not_taken_back_once_the_group_after_it_was_overridden(settled: builders.World) -> None:
    pair = Pair(settled, MODES["all"], 5)
    go_on(pair, lambda pair: "panel" in pair.model.passed)
    last = max(steps_of(pair.model), key=lambda seat: seat.when)
    assert last.path[-1].place.key == "panel"
    assert pair.both("override", "chair", "approval")
    assert not pair.both("take_back", last.actor, last)
    pair.finish()
