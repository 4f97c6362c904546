"""The register's columns: which there are, which a reader chose, and what each shows; pages and exports read them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from agreements import labels
from agreements.queries.register import Row


@dataclass(frozen=True)
class Column:
    """One column: its title, what it shows of a row, its width in a workbook, and whether it stands there at first."""

    key: str
    title: Any
    value: Callable[[Row], Any]
    width: int = 14
    usual: bool = True
    money: bool = False


def _amount(row: Row) -> float | None:
    return float(Decimal(str(row.facts["amount"]))) if row.facts.get("amount") else None


def _moved(row: Row) -> str:
    return f"{row.facts.get('moved', 0)}/{row.facts.get('persons', 0)}" if row.facts else ""


def _due(row: Row) -> date | None:
    return row.due


COLUMNS = (
    Column("group", _("Village group"), lambda row: row.household.group.name, 18),
    Column("persons", _("Persons"), lambda row: row.persons, 8),
    Column("mode", _("Mode"), lambda row: row.mode, 14),
    Column("destination", _("Moves to"), lambda row: getattr(row.household.destination, "name", ""), 18),
    Column("cadre", _("Contact cadre"), lambda row: getattr(row.household.contact_cadre, "full_name", ""), 12),
    Column("elevation", _("Elevation (m)"), lambda row: float(row.household.elevation_m), 12, usual=False),
    Column("amount", _("Amount (yuan)"), _amount, 16, usual=False, money=True),
    Column("moved", _("Accounts moved"), _moved, 12, usual=False),
    Column(
        "plot",
        _("House plot"),
        lambda row: labels.of(labels.PLOT_STATES, row.facts["plot_state"]) if row.facts.get("plot_state") else "",
        12,
        usual=False,
    ),
    Column("due", _("Next due"), _due, 12, usual=False),
)
BY_KEY = {column.key: column for column in COLUMNS}


def chosen(raw: str) -> tuple[Column, ...]:
    """The columns of a stored choice ("group,due"); the usual ones when nothing known was chosen."""
    wanted = {key for key in raw.split(",") if key in BY_KEY}
    return tuple(c for c in COLUMNS if (c.key in wanted if wanted else c.usual))


def table(rows: Iterable[Row], columns: Iterable[Column]) -> list[tuple[Row, list[tuple[Column, Any]]]]:
    """Each row with its cells, for the page."""
    picked = tuple(columns)
    return [(row, [(column, column.value(row)) for column in picked]) for row in rows]
