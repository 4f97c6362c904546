"""Days of a working calendar as people hand them in, by form, csv or xlsx; every fault has its place. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

WORKING, OFF, INHERIT = "working", "off", "inherit"
KINDS = (OFF, WORKING, INHERIT)
WORDS = {
    WORKING: {"working", "work", "1", "班", "上班", "工作", "工作日", "调休上班", "补班", "调休"},
    OFF: {"off", "holiday", "0", "休", "放假", "休息", "休息日", "节假日", "停工"},
    INHERIT: {"inherit", "national", "同国家", "恢复", "按国家"},
}
HEADERS = {
    "day": {"日期", "date", "day"},
    "kind": {"类型", "班休", "working/off", "working", "type", "kind"},
    "source": {"依据", "文号", "来源", "source", "notice", "source notice"},
    "name": {"名称", "说明", "name", "note"},
}
FIRST, LAST = date(2001, 1, 1), date(2100, 12, 31)
MOST = 2000
_DAY = re.compile(r"^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?$")


@dataclass(frozen=True)
class DayChange:
    """One day: working, off, or again as the parent calendar has it."""

    day: date
    kind: str
    name: str = ""
    source: str = ""


class BadCell(NamedTuple):
    """What is wrong and where; `reason` is a code that the page puts into words."""

    row: int
    column: str
    reason: str  # no_header | date | kind | twice | too_many | empty | unreadable | out_of_range


def a_day(value: Any) -> date | None:
    """A date cell, or text such as 2012-06-01, 2012/6/1, 2012.6.1, 2012年6月1日."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    found = _DAY.match(str(value or "").strip())
    if not found:
        return None
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        return None


def a_kind(value: Any) -> str | None:
    """working, off or inherit from the words people use."""
    word = str(value if value is not None else "").strip().lower().removesuffix(".0")
    return next((kind for kind, known in WORDS.items() if word in known), None)


def rows(cells: Sequence[Sequence[Any]]) -> tuple[list[DayChange], list[BadCell]]:
    """The changes of a sheet, or every bad cell; the header row is found by its words within the first ten."""
    start, places = _header(cells)
    if not {"day", "kind"} <= places.keys():
        return [], [BadCell(start + 1, "-", "no_header")]
    found: dict[date, DayChange] = {}
    bad: list[BadCell] = []
    for number, row in enumerate(cells[start + 1 :], start + 2):
        if not any(str(cell).strip() for cell in row if cell is not None):
            continue
        made, faults = _row(number, row, places)
        bad += faults
        if made and made.day in found:
            bad.append(BadCell(number, "day", "twice"))
        elif made:
            found[made.day] = made
    bad += [BadCell(0, "-", "empty")] if not found and not bad else []
    bad += [BadCell(0, "-", "too_many")] if len(found) > MOST else []
    return list(found.values()), sorted(bad)


def _header(cells: Sequence[Sequence[Any]]) -> tuple[int, dict[str, int]]:
    best: tuple[int, dict[str, int]] = (0, {})
    for index, row in enumerate(cells[:10]):
        texts = [str(cell).strip().lower() if cell is not None else "" for cell in row]
        places = {
            name: next(i for i, text in enumerate(texts) if text in words)
            for name, words in HEADERS.items()
            if any(text in words for text in texts)
        }
        if len(places) > len(best[1]):
            best = index, places
    return best


def _row(number: int, row: Sequence[Any], places: Mapping[str, int]) -> tuple[DayChange | None, list[BadCell]]:
    def cell(name: str) -> Any:
        at = places.get(name)
        return row[at] if at is not None and at < len(row) else ""

    day, kind = a_day(cell("day")), a_kind(cell("kind"))
    faults = []
    if day is None:
        faults.append(BadCell(number, "day", "date"))
    elif not FIRST <= day <= LAST:
        faults.append(BadCell(number, "day", "out_of_range"))
    if kind is None:
        faults.append(BadCell(number, "kind", "kind"))
    if faults or day is None or kind is None:
        return None, faults
    return DayChange(day, kind, str(cell("name") or "").strip()[:60], str(cell("source") or "").strip()[:60]), []
