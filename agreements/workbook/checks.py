"""What must hold between the rows of a workbook: codes exist, nothing twice, head and number of members fit."""

from collections import Counter
from collections.abc import Iterable

from django.utils.translation import gettext as _

from agreements.workbook.book import Book, CellError, Row
from workflow.commands.accounts import ADMINISTRATORS


def check(book: Book) -> list[CellError]:
    """Every contradiction, each with the place to mend."""
    units = {row["code"] for row in book.units}
    users = {row["username"] for row in book.people}
    homes = {row["household_no"] for row in book.households}
    found = [*_one(book), *_tree(book, units)]
    found += _twice(book.units, "code", "机构", "代码") + _twice(book.people, "username", "人员", "用户名")
    found += _twice(book.households, "household_no", "移民户", "户编号") + _twice(
        book.persons, "id_no", "人口", "身份证号"
    )
    found += _known(book.postings, "username", users, "任职", "用户名") + _known(
        book.postings, "unit", units, "任职", "机构代码"
    )
    found += _known(book.households, "group", units, "移民户", "村民小组代码")
    found += _known(book.households, "destination", units, "移民户", "安置地代码")
    found += _known(book.households, "contact_cadre", users, "移民户", "挂包干部")
    found += _known(book.compensation, "household_no", homes, "补偿", "户编号")
    found += _known(book.persons, "household_no", homes, "人口", "户编号")
    return [*found, *_households(book), *_missing_numbers(book), *_administrators(book)]


def _one(book: Book) -> list[CellError]:
    found = []
    if len(book.programme) != 1:
        found.append(CellError("水库", 2, "项目编号", _("exactly one programme")))
    if not any(row["type"] == "impoundment" for row in book.milestones):
        found.append(CellError("节点", 2, "节点类型", _("one milestone must be impoundment")))
    return found


def _tree(book: Book, units: set[str]) -> Iterable[CellError]:
    lengths = {9: 6, 12: 9, 14: 12}
    for row in book.units:
        division = row["code"].split(".")[0]
        if not (division.isascii() and division.isdigit()) or len(division) not in (2, 4, 6, 9, 12, 14):
            yield CellError(
                "机构", row["_row"], "代码", _("2, 4, 6, 9, 12 or 14 digits, an office with a dot and letters")
            )
            continue
        parent = division if "." in row["code"] else division[: lengths.get(len(division), 0)]
        if parent and parent not in units:
            yield CellError(
                "机构", row["_row"], "代码", _("its parent %(code)s is not in the sheet") % {"code": parent}
            )


def _twice(rows: list[Row], name: str, sheet: str, column: str) -> list[CellError]:
    counts = Counter(row[name] for row in rows if row[name])
    # the reason never repeats the value: it may be a personal number
    return [CellError(sheet, row["_row"], column, _("stands here twice")) for row in rows if counts[row[name]] > 1]


def _known(rows: list[Row], name: str, known: set[str], sheet: str, column: str) -> list[CellError]:
    wrong = [row for row in rows if row[name] and row[name] not in known]
    return [CellError(sheet, row["_row"], column, _("is not in its sheet")) for row in wrong]


def _households(book: Book) -> Iterable[CellError]:
    members = Counter(row["household_no"] for row in book.persons)
    heads = {(row["household_no"], row["name"]) for row in book.persons}
    for row in book.households:
        if members[row["household_no"]] != int(row["persons_count"]):
            count = members[row["household_no"]]
            yield CellError(
                "移民户", row["_row"], "人口数", _("%(n)s persons stand in the sheet of persons") % {"n": count}
            )
        if (row["household_no"], row["head_name"]) not in heads:
            yield CellError("移民户", row["_row"], "户主姓名", _("the head is not among the members"))


def _administrators(book: Book) -> Iterable[CellError]:
    """Whoever administers holds no other post, at whatever time (promise P25)."""
    roles: dict[str, set[str]] = {}
    for row in book.postings:
        roles.setdefault(row["username"], set()).add(row["role"])
    for row in book.postings:
        if len(roles[row["username"]]) > 1 and roles[row["username"]] & set(ADMINISTRATORS):
            yield CellError("任职", row["_row"], "岗位", _("an administrator holds no other post"))


def _missing_numbers(book: Book) -> Iterable[CellError]:
    for row in book.persons:
        if not row["id_no"] and not row["id_missing_reason"]:
            yield CellError("人口", row["_row"], "身份证号", _("a number, or the reason why there is none"))
