"""Resident ID numbers (GB 11643-1999): check digit, birth date and sex. Pure."""

import re
from datetime import date

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
SHAPE = re.compile(r"[0-9]{17}[0-9X]")


def check_digit(first_seventeen: str) -> str:
    """The eighteenth character."""
    return CHECKS[sum(int(c) * w for c, w in zip(first_seventeen, WEIGHTS, strict=True)) % 11]


def fault(number: str, today: date) -> str:
    """What is wrong with a number, as a code; empty when it may stand: shape, check, birth."""
    if not SHAPE.fullmatch(number):
        return "shape"
    if check_digit(number[:17]) != number[17]:
        return "check"
    born = birth(number)
    return "" if born and born <= today else "birth"


def birth(number: str) -> date | None:
    """Birth date in the number; None when it is no date."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def sex(number: str) -> str:
    """M or F from the seventeenth digit."""
    return "M" if int(number[16]) % 2 else "F"
