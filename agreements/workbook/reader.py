"""Reads an .xlsx into a Book; collects every bad cell with sheet, row, column and what was expected."""

import zipfile
from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from agreements.rules import identity, notation
from agreements.workbook.book import Book, CellError, Report, Row
from agreements.workbook.checks import check
from agreements.workbook.sheets import ITEMS, MODES, SHEETS, Column, Sheet
from workflow.models import Role

MOST_MONEY = 10**12  # yuan: what a column of money takes
MAX_BYTES, MAX_UNPACKED, HEADER_ROWS = 30 * 2**20, 300 * 2**20, 10
SAME = {"", "同上", "〃", '"'}


def read(path: Path, today: date) -> Book:
    """The workbook's rows; raises Report with every bad cell, and imports nothing then."""
    workbook = _open(path)
    book, errors = Book(), []
    for sheet in SHEETS:
        rows, found = _sheet(workbook, sheet, today)
        setattr(book, sheet.key, rows)
        errors += found
    if not errors:
        errors = check(book)
    if errors:
        raise Report(errors)
    return book


def _open(path: Path) -> CalamineWorkbook:
    name = path.name
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Report([CellError(name, 0, "-", _("the file is larger than 30 MB"))])
        with zipfile.ZipFile(path) as packed:
            if sum(part.file_size for part in packed.infolist()) > MAX_UNPACKED:
                raise Report([CellError(name, 0, "-", _("the file unpacks to more than 300 MB"))])
        return CalamineWorkbook.from_path(str(path))
    except FileNotFoundError as trouble:
        raise Report([CellError(name, 0, "-", _("there is no such file"))]) from trouble
    except (zipfile.BadZipFile, CalamineError, OSError, ValueError) as trouble:
        raise Report([CellError(name, 0, "-", _("this is not an .xlsx workbook"))]) from trouble


def _sheet(workbook: CalamineWorkbook, sheet: Sheet, today: date) -> tuple[list[Row], list[CellError]]:
    name = next((n for n in workbook.sheet_names if n.strip().lower() in sheet.names), None)
    if name is None:
        return [], [CellError(sheet.names[0], 0, "-", _("this sheet is missing"))]
    try:
        cells = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except CalamineError:
        return [], [CellError(name, 0, "-", _("this sheet cannot be read: the file is damaged"))]
    start, places = _header(cells, sheet)
    missing = [c.header for c in sheet.columns if c.name not in places and (c.required or c.kind == "id")]
    if missing:
        return [], [CellError(name, start + 1, header, _("this column is missing")) for header in missing]
    return _rows(cells[start + 1 :], start + 2, name, sheet, places, today)


def _header(cells: list[list[Any]], sheet: Sheet) -> tuple[int, dict[str, int]]:
    """The header row is found by its content; title rows above it are passed over."""
    best: tuple[int, dict[str, int]] = (0, {})
    for index, row in enumerate(cells[:HEADER_ROWS]):
        texts = [notation.clean(cell) for cell in row]
        places = {
            c.name: texts.index(notation.clean(c.header)) for c in sheet.columns if notation.clean(c.header) in texts
        }
        if len(places) > len(best[1]):
            best = index, places
    return best


def _rows(
    cells: Iterable[list[Any]], first: int, name: str, sheet: Sheet, places: dict[str, int], today: date
) -> tuple[list[Row], list[CellError]]:
    rows: list[Row] = []
    errors: list[CellError] = []
    above: Row = {}
    for number, line in enumerate(cells, first):
        if not any(notation.clean(cell) for cell in line):
            continue
        row: Row = {"_row": number}
        for column in sheet.columns:
            place = places.get(column.name)
            raw = line[place] if place is not None and place < len(line) else ""
            value, reason = cell_value(raw, column, above, today)
            row[column.name] = value
            if reason:
                errors.append(CellError(name, number, column.header, reason))
        rows.append(row)
        above = row
    return rows, errors


def cell_value(raw: Any, column: Column, above: Row, today: date) -> tuple[Any, str]:
    """A cell's value and, when it is bad, what was expected."""
    text = notation.clean(raw)
    if column.repeat and text in SAME and above.get(column.name) is not None:
        return above[column.name], ""
    if not text:
        return None, _("must not be empty") if column.required else ""
    if column.kind in ("code", "id") and not isinstance(raw, str):
        return None, _("stored as a number: format the column as text and enter it again")
    if len(text) > column.size:
        return None, _("at most %(n)s characters") % {"n": column.size}
    return CONVERT[column.kind](raw, text, today)


def _text(_raw: Any, text: str, _today: date) -> tuple[Any, str]:
    return text, _("letters, digits and signs that can be read") if "\x00" in text else ""


def _email(_raw: Any, text: str, _today: date) -> tuple[Any, str]:
    try:
        validate_email(text)
    except ValidationError:
        return None, _("an e-mail address")
    return text, ""


def _day(raw: Any, _text: str, _today: date) -> tuple[Any, str]:
    found = notation.day(raw)
    return found, "" if found else _("a date such as 2012-06-30")


def _amount(raw: Any, _text: str, _today: date) -> tuple[Any, str]:
    found = notation.amount(raw)
    good = found is not None and found < MOST_MONEY
    return found, "" if good else _("an amount in yuan, not negative")


def _number(_raw: Any, text: str, _today: date) -> tuple[Any, str]:
    try:
        found = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None, _("a number")
    return found, "" if found.is_finite() and 0 <= found < 100000 else _("a number from 0 to 99999")


def _yes_no(raw: Any, _text: str, _today: date) -> tuple[Any, str]:
    found = notation.yes_no(raw)
    return found, "" if found is not None else _("是 or 否")


def _id(_raw: Any, text: str, today: date) -> tuple[Any, str]:
    number = text.upper()
    reasons = {
        "shape": _("18 characters: 17 digits and a digit or X"),
        "check": _("the check digit does not fit"),
        "birth": _("the birth date in the number is not possible"),
        "": "",
    }
    return number, reasons[identity.fault(number, today)]


def _one_of(allowed: Iterable[str]) -> Any:
    known = tuple(allowed)

    def convert(_raw: Any, text: str, _today: date) -> tuple[Any, str]:
        return text, "" if text in known else _("one of: %(known)s") % {"known": ", ".join(known)}

    return convert


CONVERT = {
    "text": _text,
    "code": _text,
    "email": _email,
    "day": _day,
    "amount": _amount,
    "number": _number,
    "yes_no": _yes_no,
    "id": _id,
    "role": _one_of(Role.values),
    "mode": _one_of(MODES),
    "item": _one_of(ITEMS),
}
