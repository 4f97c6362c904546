"""Copies of a case (抄送) and the receipt of their reading (已阅): by whom, to whom, and who has it already. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Copied:
    """Who gets the copy now, and who had it and is not told again, whatever else they are in the case."""

    fresh: tuple[int, ...]
    already: tuple[int, ...]


def may_copy(*, drafted: bool, managing: bool) -> bool:
    """The drafter; and whoever acts on an open step or manages the cases of the home unit (`managing`)."""
    return drafted or managing


def are_colleagues(wanted: Collection[int], near: Collection[int]) -> bool:
    """Whether somebody is named, and everybody named is among the colleagues to whom a case may be copied."""
    return bool(wanted) and set(wanted) <= set(near)


def split(people: Iterable[int], have: Collection[int]) -> Copied:
    """One copy a person, ever: who gets it now, in the order of `people`, and who had it."""
    known = list(dict.fromkeys(people))
    fresh = tuple(person for person in known if person not in have)
    return Copied(fresh, tuple(sorted(set(known) - set(fresh))))


def is_unread(read_at: Iterable[datetime | None]) -> bool:
    """Whether a reader has a copy they have not read yet, by when each of theirs was read: a receipt is given once."""
    return any(when is None for when in read_at)
