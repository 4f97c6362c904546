"""Whom a step may be handed to (转办), who may be asked to sign or advise on it (加签, 委派), and to whom a post may be
lent (代理): the first reason why not, as a code. Pure."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

REASSIGN, SIGN, ADVISE = "reassign", "sign", "advise"
HOLDER, YOURSELF, ASKED_IT, ASKED = "holder", "yourself", "asked_it", "asked"
OUT_OF_SIGHT, OUT_OF_SCOPE, NEVER_DECIDES = "out_of_sight", "out_of_scope", "never_decides"


@dataclass(frozen=True)
class Asking:
    """A step for which somebody is looked for, by `actor`.

    added_by: who asked for this signature, None where the route asks. mine: it waits for a post of the actor's, and
    nobody holds it. beside: who else holds an open step of its group.
    """

    purpose: str
    actor: int | None = None
    holder: int | None = None
    added_by: int | None = None
    mine: bool = False
    beside: Collection[int] = ()


def why_not(asking: Asking, person: int, *, excluded: Callable[[], str], sees: Callable[[], bool]) -> str:
    """Why this person may not be asked; empty when they may. `excluded`: four eyes, as a code; `sees`: whether their
    posts show them what is to be approved. Both are asked last, and only where nothing simpler stands in the way.

    Who leads may take a step over; whom it waits for already would only send it to themselves.
    """
    handed = asking.purpose == REASSIGN
    if handed and person == asking.holder:
        return HOLDER
    if person == asking.actor and (not handed or asking.mine):
        return YOURSELF
    barred = _another(asking, person) if handed else _beside(asking, person)
    return barred or excluded() or ("" if sees() else OUT_OF_SIGHT)


def why_not_given(asking: Asking, person: int, *, excluded: Callable[[], str]) -> str:
    """Why a step may not be put into somebody's hands with the rest of a desk (离职转办): an added signature, and four
    eyes. That they hold a post which covers it is asked before."""
    return _another(asking, person) or excluded()


def _another(asking: Asking, person: int) -> str:
    """An added signature is another person's than those who asked for it or are asked beside it."""
    if asking.added_by is None:
        return ""
    return ASKED_IT if person == asking.added_by else _beside(asking, person)


def _beside(asking: Asking, person: int) -> str:
    return ASKED if person in asking.beside else ""


def is_asked(role: str, never: Collection[str], also: Collection[str] = ()) -> bool:
    """Whether a post is one whose holder may be asked: every role but those that never decide, and those of `also`."""
    return role not in never or role in also


def why_not_lent(held: Collection[str], post: str, never: Collection[str]) -> str:
    """Why a post may not go to somebody who holds these roles near it: none at all, or only such as never decide, so
    that they would under a borrowed name. Who holds the same post may have it whatever it is."""
    if not held:
        return OUT_OF_SCOPE
    return "" if any(is_asked(role, never, (post,)) for role in held) else NEVER_DECIDES
