"""P26: whatever file is uploaded as a programme: bad cells in words, nothing imported, never an error of the program.

With the 22 spoilt cells and 4 files that are no workbook of test_workbook.py these are more than sixty.
"""

import io
import operator
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import FieldDoesNotExist
from django.core.management import CommandError, call_command

from agreements.commands import programmes
from agreements.models import Household, Milestone, Person, Programme
from agreements.rules import identity
from agreements.workbook import reader
from agreements.workbook.book import Report
from agreements.workbook.sheets import SHEETS
from tests.agreements.test_workbook import BAD, SAMPLE, TODAY, Cells, cells, place, written
from workflow.models import Posting, Unit, User

__all__ = ["cells"]
GOOD = SAMPLE.read_bytes()
SPOTS = 8
MODELS = (Unit, User, Posting, Programme, Household, Person)


def repacked(changes: Callable[[str, bytes], bytes | None]) -> bytes:
    """The sample with its parts changed one by one; None leaves a part out."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = changes(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return made.getvalue()


def packed(parts: dict[str, bytes]) -> bytes:
    """A pack of these parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(name, content)
    return made.getvalue()


def flipped(at: int) -> bytes:
    """One bit of the file turned over."""
    return GOOD[:at] + bytes([GOOD[at] ^ 0x10]) + GOOD[at + 1 :]


def entities(name: str, content: bytes) -> bytes:
    """Entities that grow into gigabytes, and one that reads a file of the machine."""
    head = b'<!DOCTYPE x [<!ENTITY a "%s"><!ENTITY f SYSTEM "file:///etc/passwd">' % (b"ha" * 1000)
    grow = b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 50) for n in range(6))
    if not name.endswith(".xml") or b"?>" not in content:
        return content
    first, rest = content.split(b"?>", 1)
    return first + b"?>" + head + grow + b"]>" + rest.replace(b"<t>", b"<t>&g;&f;", 3)


def spoilt() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """(what it is, what makes its bytes) of the good one spoilt in one place."""
    for n in range(1, SPOTS + 1):
        at = len(GOOD) * n // (SPOTS + 1)
        yield f"cut off at {n}/{SPOTS + 1}", partial(operator.getitem, GOOD, slice(at))
        yield f"a bit turned over at {n}/{SPOTS + 1}", partial(flipped, at)


def left_out(part: str) -> Callable[[], bytes]:
    """The sample without the parts of this name."""
    return lambda: repacked(lambda name, content: None if part in name else content)


# what no good workbook would be, made when a test asks for it
FILES: dict[str, Callable[[], bytes]] = {
    **dict(spoilt()),
    "a pack without a part": lambda: packed({}),
    "a pack of something else": lambda: packed({"word/document.xml": b"<w/>", "[Content_Types].xml": b"<Types/>"}),
    "without its sheets": left_out("worksheets"),
    "without its texts": left_out("sharedStrings"),
    "without its list of sheets": left_out("xl/workbook.xml"),
    "entities that grow": lambda: repacked(entities),
    "parts that are no XML": lambda: repacked(lambda name, content: content[::-1]),
    "empty parts": lambda: repacked(lambda name, content: b""),
    "a bomb": lambda: packed({f"xl/worksheets/sheet{n}.xml": b"\0" * (32 * 2**20) for n in range(1, 12)}),
    "the old format": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2048,
    "a table of commas": lambda: "户编号,户主姓名\nYJ-001,某某\n".encode("gb18030"),
    "a page": lambda: b"<html><table><tr><td>1</td></tr></table></html>",
}


def cell(sheet: str, header: str, value: Any) -> Callable[[Cells], None]:
    """This value in the sheet's first row."""

    def spoil(cells: Cells) -> None:
        cells[sheet][1][place(cells, sheet, header)] = value

    return spoil


def twice(cells: Cells) -> None:
    """A person who is an administrator and a clerk."""
    row = list(cells["任职"][1])
    row[place(cells, "任职", "岗位")] = "security_admin"
    cells["任职"].append(row)


ODD_CELLS = {
    "a text longer than its column": cell("移民户", "户主姓名", "长" * 119),
    "a user name longer than its column": cell("人员", "用户名", "u" * 100),
    "a unit's code longer than its column": cell("机构", "代码", "990101" + "." + "a" * 60),
    "a number beyond every column": cell("移民户", "高程(米)", 1e300),
    "an amount beyond its column": cell("补偿", "金额(元)", "99999999999999999"),
    "an amount that is none": cell("补偿", "金额(元)", "nan"),
    "an infinite height": cell("移民户", "高程(米)", "inf"),
    "half a person": cell("移民户", "人口数", 2.5),
    "a day before there were any": cell("任职", "任职起", "0000-00-00"),
    "digits of another script in a code": cell("机构", "代码", "٩٩٠١٠١"),
    "a control character": cell("移民户", "户主姓名", "某\x01某"),
    "a relation longer than its column": cell("人口", "与户主关系", "之" * 60),
    "an address of mail that is none": cell("人员", "邮箱", "x" * 115),
    "an administrator with another post": twice,
}


def refused(path: Path) -> list[str]:
    """Bad cells in words; an empty list when it was imported."""
    try:
        reader.read(path, TODAY)
    except Report as report:
        assert report.errors and all(error.sheet and error.reason for error in report.errors)
        with pytest.raises(CommandError):
            call_command("load_programme", str(path))
        return [str(error) for error in report.errors]
    call_command("load_programme", str(path))
    return []


def test_there_are_sixty_of_them() -> None:
    assert len(FILES) + len(ODD_CELLS) + len(BAD) + 4 >= 60


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_in_words_and_nothing_is_imported(db: None, tmp_path: Path, name: str) -> None:
    path = tmp_path / "hostile.xlsx"
    path.write_bytes(FILES[name]())
    if refused(path) or "bit" not in name:  # a bit that changes no cell leaves a good workbook
        assert not any(model.objects.exists() for model in MODELS)


@pytest.mark.parametrize("name", ODD_CELLS)
def test_an_odd_cell_is_named_and_nothing_is_imported(db: None, cells: Cells, tmp_path: Path, name: str) -> None:
    ODD_CELLS[name](cells)
    assert refused(written(cells, tmp_path / "odd.xlsx"))
    assert not any(model.objects.exists() for model in MODELS)


def test_a_person_of_another_household_is_named_and_nothing_is_imported(db: None, cells: Cells, tmp_path: Path) -> None:
    programmes.load(reader.read(SAMPLE, TODAY))
    before = [model.objects.count() for model in MODELS]
    for sheet in ("移民户", "补偿", "人口"):
        for line in cells[sheet][1:]:
            line[place(cells, sheet, "户编号")] = f"Z{line[place(cells, sheet, '户编号')]}" if line[0] else ""
    path = written(cells, tmp_path / "again.xlsx")
    with pytest.raises(CommandError):
        call_command("load_programme", str(path))
    assert [model.objects.count() for model in MODELS] == before


def test_no_cell_may_be_longer_than_the_column_it_goes_to() -> None:
    goes_to = {"programme": Programme, "milestones": Milestone, "units": Unit, "people": User, "households": Household}
    for sheet in SHEETS:
        model = (goes_to | {"persons": Person}).get(sheet.key)
        free = [column for column in sheet.columns if column.kind in ("text", "code", "email")]
        for column in free if model else ():
            try:
                size = model._meta.get_field(column.name).max_length  # type: ignore[union-attr]
            except FieldDoesNotExist:
                continue
            assert size is None or column.size <= size, (sheet.key, column.name)


def test_a_number_stored_as_a_number_is_refused_although_its_check_digit_fits() -> None:
    column = next(c for sheet in SHEETS for c in sheet.columns if c.kind == "id")
    first = "99010119500101001"
    whole = first + identity.check_digit(first)
    assert whole.isdigit() and reader.cell_value(whole, column, {}, TODAY) == (whole, "")
    for stored in (int(whole), float(whole)):
        assert reader.cell_value(stored, column, {}, TODAY)[1]
