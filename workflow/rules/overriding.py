"""Override (特批): which group the chair may pass, what it does not replace, and who has to learn of it. Pure."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

RECUSED, UNMET, EARLY = "recused", "unmet", "early"
LEAST = 10  # characters of a reason: 同意 is none


@dataclass(frozen=True)
class Live:
    """A live round as an override sees it. `child`: it hangs on a step and is no group's own; `drafting`: nothing has
    been asked for yet that could be passed over."""

    key: int
    group: str
    child: bool = False
    drafting: bool = False


@dataclass(frozen=True)
class Bar:
    """Why not: recused (the code of four eyes), unmet (what is missing, in words), early (the day it waits for)."""

    code: str
    why: str = ""
    missing: tuple[str, ...] = ()
    until: date | None = None


def is_reason(text: str) -> bool:
    """Whether the words are a reason."""
    return len(text.strip()) >= LEAST


def one_group(live: Iterable[Live], named: str) -> Live | None:
    """The round to pass: the one group past drafting, named by its key where several are live; else None."""
    found = [one for one in live if not (one.child or one.drafting) and named in ("", one.group)]
    return found[0] if len(found) == 1 else None


def why_not(
    excluded: Iterable[str], missing: Callable[[], Sequence[str]], waits: Iterable[date | None], today: date
) -> Bar | None:
    """What an override never replaces: four eyes of every plan of the group (`excluded`, as codes), what its open steps
    need as a fact (`missing`, in words), and the day before which each may not be decided."""
    if recused := next(filter(None, excluded), ""):
        return Bar(RECUSED, why=recused)
    if lacking := missing():
        return Bar(UNMET, missing=tuple(lacking))
    later = next((day for day in waits if day and today < day), None)
    return Bar(EARLY, until=later) if later else None


def witnesses(holders: Iterable[int], acting: Collection[int]) -> list[int]:
    """Who is told at the county: somebody else there, else it is no override."""
    return [person for person in holders if person not in acting]


def waived(asked: Iterable[str], on_file: Collection[str]) -> list[str]:
    """The papers that the open steps asked for and that are not there: they are named in the history."""
    return sorted(set(asked) - set(on_file))
