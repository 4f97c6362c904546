"""Builds samples/programme-2012.xlsx: seven households, 29 persons; every name and number is invented and impossible.

The division code 9901xx exists nowhere, so no resident ID number made from it can be anybody's.
"""

import random
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT.parent))

from agreements.rules.identity import check_digit  # noqa: E402
from agreements.workbook.sheets import SHEETS  # noqa: E402

TARGET = ROOT / "programme-2012.xlsx"
COUNTY, HOME, PARTNER = "990101", "990101101", "990101102"
UNITS = [
    (COUNTY, "云江县"),
    (f"{COUNTY}.bqb", "县搬迁安置办公室"),
    (f"{COUNTY}.czj", "县财政局"),
    (HOME, "河口镇"),
    (f"{HOME}.ymb", "河口镇移民办"),
    (PARTNER, "锦屏镇"),
    (f"{PARTNER}.ymb", "锦屏镇移民办"),
    ("990101101001", "上坝村"),
    ("99010110100101", "上坝村1组"),
    ("99010110100102", "上坝村2组"),
    ("990101101002", "梨园村"),
    ("99010110100201", "梨园村1组"),
    ("990101102001", "田园村"),
    ("99010110200101", "田园村1组"),
    ("990101102002", "滤布村"),
    ("99010110200201", "滤布村1组"),
]
PEOPLE = [  # username, name, role, unit
    ("jingban", "周敏禾", "clerk", HOME),
    ("jingban2", "何开岚", "clerk", HOME),
    ("guabao1", "段守田", "contact_cadre", HOME),
    ("guabao2", "罗明渠", "contact_cadre", HOME),
    ("zuzhang1", "白上坝", "village_group_leader", "990101101001"),
    ("zuzhang2", "向梨园", "village_group_leader", "990101101002"),
    ("cunwei1", "普村审", "village_reviewer", "990101101001"),
    ("cunwei2", "刀村核", "village_reviewer", "990101101002"),
    ("shenhe", "李文审", "town_reviewer", f"{HOME}.ymb"),
    ("fenguan", "王分管", "vice_leader", HOME),
    ("zuzhang", "赵主审", "chair", HOME),
    ("jieshoucun", "田接村", "receiving_village", "990101102001"),
    ("jieshoucun2", "布接村", "receiving_village", "990101102002"),
    ("jieshouzhen", "金接镇", "receiving_town", f"{PARTNER}.ymb"),
    ("jieshoufenguan", "屏分管", "vice_leader", PARTNER),
    ("paichusuo", "安户籍", "police_liaison", PARTNER),
    ("tudi", "石量地", "land_officer", PARTNER),
    ("tudi2", "石验地", "land_officer", PARTNER),
    ("xianban", "云备案", "county_officer", f"{COUNTY}.bqb"),
    ("xianban2", "云督办", "county_officer", f"{COUNTY}.bqb"),
    ("zhidan", "钱制单", "finance_preparer", f"{COUNTY}.czj"),
    ("fuhe", "钱复核", "finance_reviewer", f"{COUNTY}.czj"),
    ("chuna", "钱出纳", "finance_payer", f"{COUNTY}.czj"),
    ("dangan", "卷归档", "archive_keeper", COUNTY),
    ("jianli", "监评估", "supervisor_monitor", COUNTY),
    ("shenji", "审计清", "auditor", COUNTY),
    ("xinfang", "信访平", "grievance_officer", COUNTY),
    ("liucheng", "章流程", "route_keeper", COUNTY),
    ("xitong", "管系统", "system_admin", COUNTY),
    ("anquan", "管安全", "security_admin", COUNTY),
    ("shenjiguanli", "管审计", "audit_admin", COUNTY),
    ("yimin", "查询户", "household_viewer", HOME),
]
HOUSEHOLDS = [  # head, group, destination, cadre, members, mode, homestead m²
    ("张水生", "99010110100101", "99010110200101", "guabao1", 5, "agri_dispersed", 150),
    ("李秀禾", "99010110100101", "99010110200101", "guabao1", 4, "agri_dispersed", 120),
    ("王德坝", "99010110100102", "99010110200101", "guabao1", 4, "agri_dispersed", 120),
    ("陈桂渡", "99010110100102", "99010110200101", "guabao2", 5, "agri_dispersed", 150),
    ("杨成岭", "99010110100201", "99010110200101", "guabao2", 4, "agri_dispersed", 120),
    ("刘永渠", "99010110100201", "99010110200101", "guabao2", 4, "agri_dispersed", 120),
    ("赵玉湾", "99010110100201", "99010110200201", "guabao2", 3, "agri_dispersed", 100),
]
RELATIONS = ("户主", "配偶", "子", "女", "母")
MILESTONES = [
    ("river_closure", "2010-11-20", 540),
    ("impoundment", "2012-06-30", 570),
    ("first_power", "2012-10-31", 590),
]
MONEY = (
    ("house", 62000),
    ("appurtenance", 8400),
    ("trees", 5200),
    ("moving", 3000),
    ("transition", 3600),
    ("land", 48000),
)


def main() -> None:
    """Write the workbook; the same bytes every time."""
    dice = random.Random(2012)
    with xlsxwriter.Workbook(str(TARGET)) as book:
        book.set_properties({"title": "programme 2012 (sample)", "created": datetime(2012, 1, 1, tzinfo=UTC)})
        rows = {
            "programme": [("YJ2012", "云江水电站(示例)", "云江水电开发公司(示例)", COUNTY, "2008-03-01", 570)],
            "milestones": [(kind, day, level, "县府发〔2011〕9号") for kind, day, level in MILESTONES],
            "units": UNITS,
            "people": [(name, full, f"{name}@sample.invalid") for name, full, _role, _unit in PEOPLE],
            "postings": [(name, role, unit, "2010-01-01", "") for name, _full, role, unit in PEOPLE],
            "households": [household(number, *one) for number, one in enumerate(HOUSEHOLDS, 1)],
            "compensation": [line for number, one in enumerate(HOUSEHOLDS, 1) for line in money(number, one[4], dice)],
            "persons": [line for number, one in enumerate(HOUSEHOLDS, 1) for line in members(number, one, dice)],
        }
        for sheet in SHEETS:
            write(book, sheet, rows[sheet.key])


def household(
    number: int, head: str, group: str, destination: str, cadre: str, count: int, mode: str, plot: int
) -> Any:
    """One line of the sheet of households."""
    where = dict(UNITS)[group]
    return (
        f"YJ-{number:03}",
        head,
        group,
        548 + number * 2.5,
        mode,
        destination,
        cadre,
        f"1390000{number:04}",
        f"河口镇{where}{number}号",
        "是",
        "是",
        plot,
        round(1.2 * count, 2),
        count,
    )


def money(number: int, count: int, dice: random.Random) -> list[tuple[str, str, int]]:
    """What the survey gave, in yuan."""
    return [(f"YJ-{number:03}", item, round(base * count / 4 * dice.uniform(0.8, 1.3))) for item, base in MONEY]


def members(number: int, one: Any, dice: random.Random) -> list[tuple[Any, ...]]:
    """The members with impossible numbers."""
    head, count, lines = one[0], one[4], []
    given = "一二三四五"
    for index in range(count):
        name = head if index == 0 else f"{head[0]}家{given[index]}"
        born = (
            date(1950 + dice.randrange(15), dice.randrange(1, 13), dice.randrange(1, 28))
            if index in (0, 1, 4)
            else date(1982 + dice.randrange(25), dice.randrange(1, 13), dice.randrange(1, 28))
        )
        male = RELATIONS[index] in ("户主", "子")
        first = f"{COUNTY}{born:%Y%m%d}{number:02}{index * 2 + (1 if male else 0)}"
        lines.append(
            (
                f"YJ-{number:03}",
                name,
                first + check_digit(first),
                "",
                RELATIONS[index],
                "汉族",
                f"云江县河口镇{dict(UNITS)[one[1]]}",
                "是",
                "是" if index < 4 else "否",
            )
        )
    return lines


def write(book: Any, sheet: Any, lines: list[Any]) -> None:
    """One sheet: headers, then lines; codes and numbers of persons as text."""
    page = book.add_worksheet(sheet.names[0])
    bold, text = book.add_format({"bold": True, "bg_color": "#E8F0FB"}), book.add_format({"num_format": "@"})
    page.freeze_panes(1, 0)
    for place, column in enumerate(sheet.columns):
        page.write(0, place, column.header, bold)
        page.set_column(
            place, place, 20 if column.kind in ("id", "code") else 14, text if column.kind in ("id", "code") else None
        )
    for number, line in enumerate(lines, 1):
        for place, value in enumerate(line):
            if isinstance(value, str):
                page.write_string(number, place, value, text)
            else:
                page.write(number, place, value)


if __name__ == "__main__":
    main()
