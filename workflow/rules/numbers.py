"""Whole numbers out of addresses and forms: whatever a program may send, none of it is more than a refusal (P28)."""

import re
from collections.abc import Iterable

# ASCII only: "²" is a digit to str.isdigit and none to int, which also refuses thousands of digits.
# Eighteen of them always fit a bigint of the database.
WHOLE = re.compile(r"[0-9]{1,18}")
LAST_PAGE = 1_000_000  # so that the rows before it can be counted in a bigint too


def number(raw: object) -> int | None:
    """The number a person typed or a page sent, not negative; None for anything else."""
    text = str(raw).strip()
    return int(text) if WHOLE.fullmatch(text) else None


def page(raw: object) -> int:
    """The page that was asked for, from 1; nonsense is the first."""
    return min(max(1, number(raw) or 1), LAST_PAGE)


def numbers(raws: Iterable[object]) -> list[int]:
    """Those that are numbers, in their order."""
    return [found for raw in raws if (found := number(raw)) is not None]
