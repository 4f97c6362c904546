"""Dates, amounts and yes/no as Chinese offices write them in spreadsheets. Pure; None means: not understood."""

import re
import unicodedata
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

DIGITS = {"〇": 0, "零": 0, "○": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
LARGEST = Decimal("1e20")
SERIAL_START, SERIAL_RANGE = date(1899, 12, 30), (20000, 80000)  # spreadsheet day numbers, 1954 to 2118
YES, NO = {"是", "yes", "y", "1", "true", "√"}, {"否", "no", "n", "0", "false", "×"}


def clean(value: Any) -> str:
    """Text without outer blanks, full-width characters folded (NFKC keeps Chinese)."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return unicodedata.normalize("NFKC", str(value)).strip()


def day(value: Any) -> date | None:
    """2012.6.1, 2012/6/1, 2012-06-01, 20120601, 2012年6月1日, 二〇一二年六月一日, or a spreadsheet's serial."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and SERIAL_RANGE[0] < value < SERIAL_RANGE[1]:
        return SERIAL_START + timedelta(days=int(value))
    text = clean(value)
    found = re.fullmatch(r"(\d{4})[.\-/年](\d{1,2})[.\-/月](\d{1,2})日?", text) or re.fullmatch(
        r"(\d{4})(\d\d)(\d\d)", text
    )
    parts = [int(part) for part in found.groups()] if found else _chinese(text)
    try:
        return date(*parts) if parts else None
    except ValueError:
        return None


def _chinese(text: str) -> list[int] | None:
    found = re.fullmatch(
        r"([〇零○一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})日", text
    )
    if not found:
        return None
    year = int("".join(str(DIGITS[c]) for c in found[1]))
    return [year, small(found[2]), small(found[3])]


def small(text: str) -> int:
    """十, 十二, 二十, 三十一."""
    tens, mark, ones = text.partition("十")
    if not mark:
        return DIGITS[tens]
    return (DIGITS[tens] if tens else 1) * 10 + (DIGITS[ones] if ones else 0)


def amount(value: Any) -> Decimal | None:
    """Yuan: 96310.5, 96,310.50, ¥96,310.50, 9.63万元."""
    text = clean(value).replace(",", "").replace("¥", "").replace("元", "")
    factor = 10000 if text.endswith("万") else 1
    try:
        found = Decimal(text.removesuffix("万")) * factor
    except InvalidOperation:
        return None
    # "nan" is a Decimal too, and more digits than it is exact to cannot be rounded
    return found.quantize(Decimal("0.01")) if found.is_finite() and 0 <= found < LARGEST else None


def yes_no(value: Any) -> bool | None:
    """是 / 否."""
    text = clean(value).lower()
    return True if text in YES else False if text in NO else None
