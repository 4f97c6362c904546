"""What a workbook holds: a list of plain rows per sheet, each with the line it came from."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class CellError:
    """One bad cell. Never carries a personal number."""

    sheet: str
    row: int
    column: str
    reason: str

    def __str__(self) -> str:
        return f"{self.sheet} / {self.row} / {self.column}: {self.reason}"


class Report(Exception):
    """The workbook cannot be imported; nothing was."""

    def __init__(self, errors: list[CellError]) -> None:
        self.errors = errors
        super().__init__("\n".join(str(error) for error in errors))


Row = dict[str, Any]


@dataclass
class Book:
    """Rows by sheet; every row has `_row`, the line in its sheet."""

    programme: list[Row] = field(default_factory=list)
    milestones: list[Row] = field(default_factory=list)
    units: list[Row] = field(default_factory=list)
    people: list[Row] = field(default_factory=list)
    postings: list[Row] = field(default_factory=list)
    households: list[Row] = field(default_factory=list)
    compensation: list[Row] = field(default_factory=list)
    persons: list[Row] = field(default_factory=list)
