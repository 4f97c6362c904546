"""Urging the holder of a step (催办): who may, whom it reaches, and how often. Pure."""

from collections.abc import Iterable
from datetime import date

CLOSED, HELD, NOT_ALLOWED = "closed", "held", "not_allowed"


def why_not(*, is_open: bool, held: bool, entitled: bool) -> str:
    """Why somebody may not urge a step, as a code: only an open one whose clock runs, by who drafted the case or leads
    over the step (`entitled`)."""
    if not is_open:
        return CLOSED
    if held:
        return HELD
    return "" if entitled else NOT_ALLOWED


def is_offered(*, entitled: bool, mine: bool, held: bool) -> bool:
    """Whether a page offers it for an open step: nobody urges what they could do themselves."""
    return not mine and not why_not(is_open=True, held=held, entitled=entitled)


def reached(asked: Iterable[int], me: int) -> list[int]:
    """Whom it reaches: everybody the step waits for but oneself. Where nobody is left there is nobody to urge."""
    return [person for person in asked if person != me]


def is_used(last: date | None, today: date) -> bool:
    """Whether the step was urged today already, by whomever: once per step and day."""
    return last == today
