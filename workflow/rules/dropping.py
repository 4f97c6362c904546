"""Dropping an added signer again (减签): only by the holder of another step of the group, while it is open. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

NOT_ADDED, CLOSED, NOT_YOURS = "not_added", "closed", "not_yours"


@dataclass(frozen=True)
class Beside:
    """Another step of the signer's group: open, perhaps in somebody else's hands; or decided by whom, unless undone."""

    open: bool = False
    anothers: bool = False
    decided_by: int | None = None


def holds(one: Beside, me: int | None, added_by: int | None) -> bool:
    """Whether this step lets a person drop the signer, if they hold a post that covers it: an open one of theirs; or
    one they decided, for a signer whom they added themselves."""
    if one.open:
        return not one.anothers
    return me is not None and me == one.decided_by == added_by


def why_not(*, added: bool, closed: Callable[[], bool], holds_beside: Callable[[], bool]) -> str:
    """Why a signer may not be dropped, as a code; empty when they may: whom the route asks stays asked."""
    if not added:
        return NOT_ADDED
    if closed():
        return CLOSED
    return "" if holds_beside() else NOT_YOURS
