"""Whole numbers out of addresses and forms: whatever a program may send, none of it is more than a refusal (P28)."""

import re
from collections.abc import Iterable

# ASCII only, once folded: "²" is a digit to str.isdigit and none to int, which also refuses thousands of digits.
# Eighteen of them always fit a bigint of the database.
WHOLE = re.compile(r"[0-9]{1,18}")
# what a Chinese keyboard writes in its full-width mode. Not NFKC: that makes a 2 of "²", which nobody types for one
FULL_WIDTH = {0xFF01 + offset: 0x21 + offset for offset in range(94)} | {0x3000: 0x20, 0x3002: 0x2E}
LAST_PAGE = 1_000_000  # so that the rows before it can be counted in a bigint too


def folded(raw: object) -> str:
    """A number or day as typed, with full-width digits and signs made plain, without outer blanks."""
    return str(raw).translate(FULL_WIDTH).strip()


def number(raw: object) -> int | None:
    """The number a person typed or a page sent, not negative; None for anything else."""
    text = folded(raw)
    return int(text) if WHOLE.fullmatch(text) else None


def page(raw: object) -> int:
    """The page that was asked for, from 1; nonsense is the first."""
    return min(max(1, number(raw) or 1), LAST_PAGE)


def numbers(raws: Iterable[object]) -> list[int]:
    """Those that are numbers, in their order."""
    return [found for raw in raws if (found := number(raw)) is not None]
