"""The sheets of a programme workbook: names, columns and what each cell must be."""

from dataclasses import dataclass

MODES = ("agri_dispersed", "agri_concentrated", "kin_reliance", "self_employment", "annual_compensation")
ITEMS = ("house", "appurtenance", "trees", "crops", "sideline", "moving", "transition", "land", "resettlement_subsidy")


@dataclass(frozen=True)
class Column:
    """One column: field name, header, kind of value, whether it must be filled."""

    name: str
    header: str
    kind: str = "text"  # text, code, email, day, amount, number, yes_no, id, role, mode, item
    required: bool = True
    repeat: bool = False  # blank or 同上 means: as above
    size: int = 120  # characters that the database takes


@dataclass(frozen=True)
class Sheet:
    """One sheet: its key in the Book, its names (Chinese first) and columns."""

    key: str
    names: tuple[str, ...]
    columns: tuple[Column, ...]
    required: bool = True


SHEETS = (
    Sheet(
        "programme",
        ("水库", "reservoir"),
        (
            Column("code", "项目编号", "code", size=40),
            Column("name", "项目名称"),
            Column("owner", "项目法人", required=False),
            Column("county", "县代码", "code"),
            Column("cutoff_on", "停建通告日", "day", False),
            Column("normal_pool_level_m", "正常蓄水位(米)", "number", False),
        ),
    ),
    Sheet(
        "milestones",
        ("节点", "milestones"),
        (
            Column("type", "节点类型", "code", size=32),
            Column("planned_on", "计划日期", "day"),
            Column("water_level_m", "水位(米)", "number", False),
            Column("source_document", "依据文号", required=False, size=80),
        ),
    ),
    Sheet("units", ("机构", "units"), (Column("code", "代码", "code", size=40), Column("name", "名称", size=100))),
    Sheet(
        "people",
        ("人员", "people"),
        (
            Column("username", "用户名", "code", size=64),
            Column("full_name", "姓名", size=64),
            Column("email", "邮箱", "email", False),
        ),
    ),
    Sheet(
        "postings",
        ("任职", "postings"),
        (
            Column("username", "用户名", "code"),
            Column("role", "岗位", "role"),
            Column("unit", "机构代码", "code"),
            Column("valid_from", "任职起", "day"),
            Column("valid_until", "任职止", "day", False),
        ),
    ),
    Sheet(
        "households",
        ("移民户", "households"),
        (
            Column("household_no", "户编号", "code", size=40),
            Column("head_name", "户主姓名", size=50),
            Column("group", "村民小组代码", "code", repeat=True),
            Column("elevation_m", "高程(米)", "number"),
            Column("mode", "安置方式", "mode", repeat=True),
            Column("destination", "安置地代码", "code", repeat=True),
            Column("contact_cadre", "挂包干部", "code", False, True),
            Column("phone", "联系电话", "code", False, size=20),
            Column("address", "住址", required=False),
            Column("area_changes", "户口迁移", "yes_no"),
            Column("has_homestead", "宅基地", "yes_no"),
            Column("homestead_m2", "宅基地面积(平方米)", "number", False),
            Column("production_land_mu", "生产用地(亩)", "number", False),
            Column("persons_count", "人口数", "number"),
        ),
    ),
    Sheet(
        "compensation",
        ("补偿", "compensation"),
        (
            Column("household_no", "户编号", "code", repeat=True),
            Column("item", "项目", "item"),
            Column("amount", "金额(元)", "amount"),
        ),
    ),
    Sheet(
        "persons",
        ("人口", "persons"),
        (
            Column("household_no", "户编号", "code", repeat=True),
            Column("name", "姓名", size=50),
            Column("id_no", "身份证号", "id", False),
            Column("id_missing_reason", "无号原因", required=False, size=60),
            Column("relation", "与户主关系", size=20),
            Column("ethnicity", "民族", required=False, repeat=True, size=20),
            Column("hukou_place", "户籍地", required=False, repeat=True),
            Column("is_relocation_pop", "搬迁安置人口", "yes_no"),
            Column("is_production_pop", "生产安置人口", "yes_no"),
        ),
    ),
)
