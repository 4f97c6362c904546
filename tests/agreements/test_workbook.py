"""P26: a good workbook is all or nothing and adds nothing twice; a bad one says sheet, row, column, reason."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.management import CommandError, call_command
from python_calamine import CalamineWorkbook

from agreements.commands import programmes
from agreements.models import Household, Person, Programme
from agreements.workbook import reader
from agreements.workbook.book import Report
from agreements.workbook.sheets import SHEETS
from workflow.models import Calendar, Posting, Schedule, Unit, User

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "programme-2012.xlsx"
TODAY = date(2026, 11, 24)
Cells = dict[str, list[list[Any]]]


@pytest.fixture
def cells() -> Cells:
    """Every cell of the sample, to be spoilt."""
    book = CalamineWorkbook.from_path(str(SAMPLE))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def written(cells: Cells, path: Path) -> Path:
    """A workbook of these cells."""
    with xlsxwriter.Workbook(str(path)) as book:
        for name, lines in cells.items():
            page = book.add_worksheet(name)
            for row, line in enumerate(lines):
                for column, value in enumerate(line):
                    page.write_string(row, column, value) if isinstance(value, str) else page.write(row, column, value)
    return path


def place(cells: Cells, sheet: str, header: str) -> int:
    """Column of a header."""
    return cells[sheet][0].index(header)


def test_the_sample_is_the_programme_of_the_report(db: None) -> None:
    book = reader.read(SAMPLE, TODAY)
    sizes = sorted(row["persons_count"] for row in book.households)
    assert (len(book.households), len(book.persons)) == (7, 29)
    destinations = {row["destination"] for row in book.households}
    by_place = {code: [r for r in book.households if r["destination"] == code] for code in destinations}
    assert sorted((len(rows), sum(r["persons_count"] for r in rows)) for rows in by_place.values()) == [(1, 3), (6, 26)]
    assert sizes[0] == 3
    assert all(row["id_no"].startswith("9901") for row in book.persons)


def test_a_programme_loaded_after_the_county_made_its_own_days_counts_them(db: None) -> None:
    book = reader.read(SAMPLE, TODAY)
    county = book.programme[0]["county"]
    own = Calendar.objects.create(code=county[:6], name="云江县工作日历")
    loaded = programmes.load(book).programme
    assert set(Schedule.objects.filter(unit=loaded.county).values_list("calendar__code", flat=True)) == {own.code}


def test_loading_twice_adds_nothing(db: None) -> None:
    first = programmes.load(reader.read(SAMPLE, TODAY))
    counts = [model.objects.count() for model in (Unit, User, Posting, Household, Person, Programme)]
    second = programmes.load(reader.read(SAMPLE, TODAY))
    assert first.added["persons"] == 29
    assert +second.added == {}
    assert [model.objects.count() for model in (Unit, User, Posting, Household, Person, Programme)] == counts
    assert Schedule.objects.get().storage_on == date(2012, 6, 30)


def test_a_dry_run_writes_nothing(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_programme", str(SAMPLE), "--dry-run")
    assert "29 persons" in capsys.readouterr().out
    assert not Household.objects.exists()


def test_resident_numbers_are_stored_encrypted_and_masked(db: None) -> None:
    programmes.load(reader.read(SAMPLE, TODAY))
    number = reader.read(SAMPLE, TODAY).persons[0]["id_no"]
    person = Person.objects.order_by("pk").first()
    assert person is not None
    assert number not in person.id_cipher
    assert person.id_index and number not in person.id_index


def _set(sheet: str, header: str, value: Any, row: int = 1) -> Callable[[Cells], None]:
    def spoil(cells: Cells) -> None:
        cells[sheet][row][place(cells, sheet, header)] = value

    return spoil


def _drop_sheet(cells: Cells) -> None:
    del cells["人口"]


def _drop_column(cells: Cells) -> None:
    column = place(cells, "移民户", "高程(米)")
    cells["移民户"] = [line[:column] + line[column + 1 :] for line in cells["移民户"]]


def _same_number_twice(cells: Cells) -> None:
    column = place(cells, "人口", "身份证号")
    cells["人口"][2][column] = cells["人口"][1][column]


def _no_impoundment(cells: Cells) -> None:
    cells["节点"] = [line for line in cells["节点"] if line[0] != "impoundment"]


BAD: dict[str, tuple[Callable[[Cells], None], str, str]] = {
    "number with a wrong check digit": (_set("人口", "身份证号", "990101195001010011"), "人口", "身份证号"),
    "number stored as a number": (_set("人口", "身份证号", 990101195001010000), "人口", "身份证号"),
    "impossible birth date": (_set("人口", "身份证号", "99010119501301001X"), "人口", "身份证号"),
    "number too short": (_set("人口", "身份证号", "12345"), "人口", "身份证号"),
    "no number and no reason": (_set("人口", "身份证号", ""), "人口", "身份证号"),
    "one person twice": (_same_number_twice, "人口", "身份证号"),
    "unknown household": (_set("人口", "户编号", "YJ-999"), "人口", "户编号"),
    "household twice": (_set("移民户", "户编号", "YJ-001", 2), "移民户", "户编号"),
    "wrong number of persons": (_set("移民户", "人口数", 9), "移民户", "人口数"),
    "head not among members": (_set("移民户", "户主姓名", "无此人"), "移民户", "户主姓名"),
    "unknown mode": (_set("移民户", "安置方式", "moon"), "移民户", "安置方式"),
    "unknown destination": (_set("移民户", "安置地代码", "990101102999"), "移民户", "安置地代码"),
    "height as text": (_set("移民户", "高程(米)", "很高"), "移民户", "高程(米)"),
    "negative amount": (_set("补偿", "金额(元)", "-5"), "补偿", "金额(元)"),
    "unknown item": (_set("补偿", "项目", "gold"), "补偿", "项目"),
    "unknown role": (_set("任职", "岗位", "king"), "任职", "岗位"),
    "no such day": (_set("任职", "任职起", "2012-02-30"), "任职", "任职起"),
    "unit without parent": (_set("机构", "代码", "990199101", 4), "机构", "代码"),
    "yes or no": (_set("移民户", "户口迁移", "也许"), "移民户", "户口迁移"),
    "missing sheet": (_drop_sheet, "人口", "-"),
    "missing column": (_drop_column, "移民户", "高程(米)"),
    "no storage date": (_no_impoundment, "节点", "节点类型"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_cell_is_named_and_nothing_is_imported(db: None, cells: Cells, tmp_path: Path, name: str) -> None:
    spoil, sheet, column = BAD[name]
    spoil(cells)
    path = written(cells, tmp_path / "bad.xlsx")
    with pytest.raises(Report) as report:
        reader.read(path, TODAY)
    assert (sheet, column) in {(error.sheet, error.column) for error in report.value.errors}
    assert all(error.row > 0 for error in report.value.errors if error.column not in ("-",))
    with pytest.raises(CommandError):
        call_command("load_programme", str(path))
    assert not Unit.objects.exists()


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04broken", b"\x00" * 5000])
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file.xlsx"
    path.write_bytes(content)
    with pytest.raises(Report):
        reader.read(path, TODAY)


def test_a_report_never_repeats_a_personal_number(cells: Cells, tmp_path: Path) -> None:
    _same_number_twice(cells)
    number = cells["人口"][1][place(cells, "人口", "身份证号")]
    with pytest.raises(Report) as report:
        reader.read(written(cells, tmp_path / "bad.xlsx"), TODAY)
    assert number not in str(report.value)


def test_office_notations_are_understood(cells: Cells, tmp_path: Path) -> None:
    cells["任职"][1][place(cells, "任职", "任职起")] = "二〇一〇年一月一日"
    cells["任职"][2][place(cells, "任职", "任职起")] = "2010.1.1"
    cells["移民户"][2][place(cells, "移民户", "安置方式")] = "同上"
    cells["补偿"][1][place(cells, "补偿", "金额(元)")] = "６.２万元"
    cells["人口"].insert(0, ["云江县移民人口登记表"])
    book = reader.read(written(cells, tmp_path / "good.xlsx"), TODAY)
    assert book.postings[0]["valid_from"] == book.postings[1]["valid_from"] == date(2010, 1, 1)
    assert book.households[1]["mode"] == book.households[0]["mode"]
    assert book.compensation[0]["amount"] == 62000


def test_every_sheet_of_the_definition_is_in_the_sample(cells: Cells) -> None:
    assert [sheet.names[0] for sheet in SHEETS] == list(cells)
