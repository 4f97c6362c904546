"""A plain list as a workbook or CSV: a stamp of who and when, and no cell that a spreadsheet would calculate."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would calculate what begins so
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def plain(text: str) -> str:
    """A text that no spreadsheet calculates, also after it was saved as CSV and opened again."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


def workbook(name: str, stamp: str, columns: Sequence[tuple[str, int]], rows: Iterable[Sequence[Any]]) -> bytes:
    """One sheet: the stamp, the titles (with their widths in characters), the rows. Dates and money keep their type."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, OPTIONS)
    sheet = book.add_worksheet(name[:31])
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    money = book.add_format({"num_format": "#,##0.00"})
    sheet.write_string(0, 0, plain(stamp))
    for column, (title, width) in enumerate(columns):
        sheet.set_column(column, column, width)
        sheet.write_string(1, column, title, bold)
    for place, row in enumerate(rows, 2):
        for column, value in enumerate(row):
            _write(sheet, place, column, value, day, money)
    sheet.freeze_panes(2, 1)
    book.close()
    return stream.getvalue()


def _write(sheet: Any, row: int, column: int, value: Any, day: Any, money: Any) -> None:
    if isinstance(value, date):
        sheet.write_datetime(row, column, datetime.combine(value, datetime.min.time()), day)
    elif isinstance(value, float):
        sheet.write_number(row, column, value, money)
    elif isinstance(value, int):
        sheet.write_number(row, column, value)
    elif value is not None:
        sheet.write_string(row, column, plain(str(value)))


def comma_separated(stamp: str, columns: Sequence[tuple[str, int]], rows: Iterable[Sequence[Any]]) -> bytes:
    """The same as CSV in UTF-8 with a byte order mark, as the office programs here expect it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([plain(stamp)])
    writer.writerow([title for title, _width in columns])
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return value if isinstance(value, int | float) else plain(str(value))
