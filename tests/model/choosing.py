"""Whom and what the machine picks: mostly what is possible, now and then anything at all."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from tests.model.county import SEATED
from tests.model.model import Model
from tests.model.rights import Refused
from tests.model.votes import Seat

One = TypeVar("One")


def mostly(able: Sequence[One], every: Sequence[One], pick: int, odd: int = 4) -> One:
    """One of those that go, and once in `odd` times any."""
    pool = able if able and pick % odd != odd - 1 else every
    return pool[pick // odd % len(pool)]


def seat(model: Model, pick: int) -> Seat:
    """Mostly a step that is asked, now and then any that ever was."""
    return mostly(model.asked() or model.seats, model.seats, pick, 8)


def person(model: Model, pick: int, one: Seat) -> str:
    """Mostly somebody who may decide the step."""
    return mostly([who for who in SEATED if model.may(who, one)], SEATED, pick)


def colleague(model: Model, pick: int, one: Seat, who: str, hand_on: bool) -> str:
    """Mostly somebody who may be asked on it."""
    able = [user for user in SEATED if goes(model.candidate, one, user, who, hand_on)]
    return mostly(able, SEATED, pick)


def goes(question: Callable[..., Any], *given: Any) -> bool:
    """Whether the model does not refuse that."""
    try:
        question(*given)
    except Refused:
        return False
    return True
