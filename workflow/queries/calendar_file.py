"""An uploaded csv or xlsx of working days, read into changes or a list of bad cells; nothing is written."""

import csv
import io
import zipfile
from typing import Any, BinaryIO

from python_calamine import CalamineError, CalamineWorkbook

from workflow.rules import filed
from workflow.rules.filed import BadCell, DayChange

MAX_BYTES, MAX_UNPACKED = 2**20, 20 * 2**20


def read(stream: BinaryIO, name: str) -> tuple[list[DayChange], list[BadCell]]:
    """Changes and bad cells; a csv may be UTF-8 (with or without mark) or GB 18030."""
    data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        return [], [BadCell(0, "-", "too_large")]
    cells = _xlsx(data) if name.lower().endswith((".xlsx", ".xls")) else _csv(data)
    return filed.rows(cells) if cells is not None else ([], [BadCell(0, "-", "unreadable")])


def _csv(data: bytes) -> list[list[Any]] | None:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            return None
        try:
            return [list(row) for row in csv.reader(io.StringIO(text))]
        except csv.Error:
            return None
    return None


def _xlsx(data: bytes) -> list[list[Any]] | None:
    try:
        if zipfile.is_zipfile(io.BytesIO(data)):
            with zipfile.ZipFile(io.BytesIO(data)) as packed:
                if sum(part.file_size for part in packed.infolist()) > MAX_UNPACKED:
                    return None
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        if not book.sheet_names:
            return None
        return book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError, zipfile.BadZipFile):
        return None
