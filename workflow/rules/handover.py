"""A leaver's desk (离职转办): who may hand it over and to whom, what lies on it, and what has to be so of each step.
Pure. Whom four eyes or an added signature keeps from a step: rules/handing.py."""

from collections.abc import Callable, Collection, Iterable

OFFICE, LEADER = "office", "leader"
NOT_ANOTHER, NO_POSTS, NO_POST = "not_another", "no_posts", "no_post"


def by_whom(*, office: bool, own: bool, led: Collection[bool]) -> str:
    """In what capacity somebody hands a desk over; empty when they may not. The security administrator (`office`); a
    leader over every unit of the leaver (`led`: of each, whether they lead it), though never their own desk."""
    if office:
        return OFFICE
    return LEADER if led and all(led) and not own else ""


def why_not(*, another: bool, active: bool, with_posts: bool, office: bool) -> str:
    """Why a desk may not go to somebody: it is the leaver, or an account that is off; only the office gives posts."""
    if not (another and active):
        return NOT_ANOTHER
    return NO_POSTS if with_posts and not office else ""


def is_on_desk(holder: int | None, leaver: int, could: Callable[[], Iterable[Collection[int]]]) -> bool:
    """Whether an open step waits for this person alone: held by them; or unclaimed, and every post under which somebody
    could take it is theirs, in their own name or another's (`could`: the persons of each)."""
    if holder is not None:
        return holder == leaver
    return all(leaver in persons for persons in could())


def is_still_there(*, is_open: bool, holder: int | None, leaver: int) -> bool:
    """Whether a step is still to be moved once its case is locked: what somebody decided or took meanwhile stays."""
    return is_open and holder in (None, leaver)


def why_not_given(*, covered: bool, barred: Callable[[], str]) -> str:
    """Why a successor cannot take a step: no post of their own covers it (one is never invented), or what bars them."""
    return barred() if covered else NO_POST


def posts_end(*, with_posts: bool, done: Iterable[bool]) -> bool:
    """Whether the leaver's posts end: only when everything they are needed for has gone over."""
    return with_posts and all(done)
