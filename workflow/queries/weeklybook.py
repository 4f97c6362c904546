"""The weekly report as a workbook: a sheet of figures, the late ones, and the dues of the coming days."""

from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from workflow.models import WeeklyReport
from workflow.queries import words
from workflow.rules import words as sentences
from workflow.rules.codes import HOLD_CAUSES

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def workbook(report: WeeklyReport) -> bytes:
    """The file attached to the mail and offered on the page; what begins like a formula stays text."""
    memory = BytesIO()
    book = xlsxwriter.Workbook(memory, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold = book.add_format({"bold": True, "bg_color": "#EEF2F8"})
    found = report.content
    _sheet(book, bold, _("Figures"), [_("What"), _("Households"), _("Persons")], figures(found))
    header = [_("Town"), _("Households"), _("Persons"), _("Completed households"), _("Late steps")]
    _sheet(book, bold, _("Towns"), [*header, _("Late households"), _("Households on hold")], found["towns"])
    listed = [_("Reference"), _("Household"), _("Unit"), _("Due"), _("Step"), _("Who has it"), _("Working days late")]
    _sheet(book, bold, _("Late steps"), listed, [one.cells for one in lines(found["late"])])
    since = [_("Cause"), _("Since"), _("Working days on hold")]
    _sheet(book, bold, _("On hold"), [*listed[:3], *since], [one.cells for one in held_lines(found)])
    _sheet(book, bold, _("Due in seven days"), listed[:-1], [one.cells[:-1] for one in lines(found["due_next"])])
    book.close()
    return memory.getvalue()


@dataclass(frozen=True)
class Line:
    """A listed step as it is shown; reports from before step, person and days were kept leave these out."""

    reference: str
    title: str
    unit: str
    due: str
    step: str = ""
    people: tuple[str, ...] = ()
    days: int | None = None  # working days late

    @property
    def cells(self) -> list[Any]:
        """Its row of the workbook."""
        who = sentences.listed(self.people)
        return [self.reference, self.title, self.unit, self.due, self.step, who, self.days]


@dataclass(frozen=True)
class HeldLine:
    """A household on hold: for what cause, since when, and how many working days."""

    reference: str
    title: str
    unit: str
    cause: str
    since: str
    days: int

    @property
    def cells(self) -> list[Any]:
        """Its row of the workbook."""
        return [self.reference, self.title, self.unit, self.cause, self.since, self.days]


def lines(listed: list[list[Any]]) -> list[Line]:
    """The listed steps, with the names of the steps in the reader's language."""
    return [_line(*row) for row in listed]


def _line(
    reference: str,
    title: str,
    unit: str,
    due: str,
    names: dict[str, str] | None = None,
    people: Iterable[str] = (),
    days: int | None = None,
) -> Line:
    return Line(reference, title, unit, due, words.name(names) if names else "", tuple(people), days)


def held_lines(found: dict[str, Any]) -> list[HeldLine]:
    """The listed households on hold, with the cause in words; none in a report from before they were kept."""
    return [
        HeldLine(reference, title, unit, str(HOLD_CAUSES.get(cause, cause)), since, days)
        for reference, title, unit, cause, since, days in found.get("held", ())
    ]


def figures(found: dict[str, Any]) -> list[list[Any]]:
    """The rows of the first sheet and of the page: what, households, persons (blank where it has none)."""
    rows: list[list[Any]] = [
        [_("All"), *found["total"]],
        [_("Completed"), *found["completed"]],
        [_("Not started"), *found["not_started"]],
        [_("Late households"), found["late_households"], ""],
    ]
    if found.get("held_households"):
        rows += [[_("Households on hold"), found["held_households"], ""]]
    rows += [[_("On hold: %(cause)s") % {"cause": HOLD_CAUSES.get(cause, cause)}, n, ""] for cause, n in found["stuck"]]
    return rows


def _sheet(book: Any, bold: Any, name: str, header: list[str], rows: list[list[Any]]) -> None:
    sheet = book.add_worksheet(name[:31])
    sheet.write_row(0, 0, header, bold)
    sheet.set_column(0, len(header) - 1, 20)
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(number, column, f"'{value}" if value.startswith(FORMULA) else value)
            elif value is not None:
                sheet.write(number, column, value)
