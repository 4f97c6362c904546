"""Whom and what the machine picks: mostly what is possible, now and then anything at all."""

from collections.abc import Sequence
from typing import TypeVar

from tests.model.county import SEATED
from tests.model.model import Node
from tests.model.office import Office
from tests.model.pair import steps_of

One = TypeVar("One")


def mostly(able: Sequence[One], every: Sequence[One], pick: int, odd: int = 4) -> One:
    """One of those that go, and once in `odd` times any."""
    pool = able if able and pick % odd != odd - 1 else every
    return pool[pick // odd % len(pool)]


def asked(model: Office) -> list[Node]:
    """Whoever is asked, round after round as they were opened."""
    live = list(model.live)
    return sorted(model.asked(), key=lambda one: live.index(one.path[-1].place.key))


def seat(model: Office, pick: int) -> Node:
    """Mostly a step that is asked, now and then any that ever was."""
    return mostly(model.asked() or steps_of(model), steps_of(model), pick, 8)


def person(model: Office, pick: int, one: Node) -> str:
    """Mostly somebody who may decide the step."""
    return mostly([who for who in SEATED if model.may(who, one)], SEATED, pick)


def colleague(model: Office, pick: int, one: Node, who: str, hand_on: bool) -> str:
    """Mostly somebody who may be asked on it."""
    able = [user for user in SEATED if model.candidate(one, user, who, hand_on)]
    return mostly(able, SEATED, pick)
