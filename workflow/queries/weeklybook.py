"""The weekly report as a workbook: a sheet of figures, the late ones, and the dues of the coming days."""

from io import BytesIO
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from workflow.models import WeeklyReport
from workflow.rules.codes import HOLD_CAUSES

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def workbook(report: WeeklyReport) -> bytes:
    """The file attached to the mail and offered on the page; what begins like a formula stays text."""
    memory = BytesIO()
    book = xlsxwriter.Workbook(memory, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold = book.add_format({"bold": True, "bg_color": "#EEF2F8"})
    found = report.content
    _sheet(book, bold, _("Figures"), [_("What"), _("Households"), _("Persons")], figures(found))
    header = [_("Town"), _("Households"), _("Persons"), _("Completed"), _("Late steps")]
    _sheet(book, bold, _("Towns"), header, found["towns"])
    listed = [_("Reference"), _("Household"), _("Unit"), _("Due")]
    _sheet(book, bold, _("Late"), listed, found["late"])
    _sheet(book, bold, _("Due in seven days"), listed, found["due_next"])
    book.close()
    return memory.getvalue()


def figures(found: dict[str, Any]) -> list[list[Any]]:
    """The rows of the first sheet and of the page: what, households, persons (blank where it has none)."""
    rows: list[list[Any]] = [
        [_("All"), *found["total"]],
        [_("Completed"), *found["completed"]],
        [_("Not started"), *found["not_started"]],
        [_("Late"), found["late_households"], ""],
    ]
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
            else:
                sheet.write(number, column, value)
