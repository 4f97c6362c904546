"""Forms of the recording pages, built from the table of fields: they show and keep what was typed."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from agreements import lifecycle
from agreements.commands import papers
from agreements.fields import Field
from agreements.models import Paper

TYPES = {"day": "date", "future": "date", "area": "text", "amount": "text"}


@dataclass
class Row:
    """One field as the template shows it."""

    name: str
    id: str
    label: str
    kind: str
    type: str
    required: bool
    size: int
    later: bool = False
    value: str = ""
    error: str = ""
    options: list[tuple[str, str]] = field(default_factory=list)
    upload: str = ""  # name of the file field beside a choice of papers
    paper: str = ""  # what kind of paper, in words


@dataclass
class RecordForm:
    """A form with its rows, the errors above it, and a fresh idempotency key."""

    rows: list[Row]
    errors: list[tuple[str, str]] = field(default_factory=list)  # (id of the field or "", message)
    key: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def multipart(self) -> bool:
        """Whether a file travels with it."""
        return any(row.upload or row.type == "file" for row in self.rows)

    def complain(self, name: str, message: str) -> None:
        """Put a refusal beside its field and into the summary above the form."""
        row = next((row for row in self.rows if row.name == name), None)
        if row:
            row.error = message
        self.errors.append((row.id if row else "", message))


def build(
    wanted: Iterable[Field], on_file: Iterable[Paper] = (), values: Mapping[str, Any] | None = None, prefix: str = "f"
) -> RecordForm:
    """A form for these fields; `on_file` are the papers to choose from, `values` what is shown first."""
    present, given = list(on_file), values or {}
    return RecordForm([_row(one, present, given, prefix) for one in wanted])


def _row(one: Field, present: list[Paper], given: Mapping[str, Any], prefix: str) -> Row:
    raw = given.get(one.name)
    row = Row(
        name=one.name,
        id=f"{prefix}-{one.name}",
        label=str(one.label),
        kind=one.kind,
        type=TYPES.get(one.kind, one.kind),
        required=one.required,
        size=one.size,
        later=one.later,
        value="" if raw is None else str(raw),
    )
    if one.kind == "choice":
        row.options = [(code, str(name)) for code, name in (one.choices or {}).items()]
    if one.kind == "paper":
        row.options = [(str(p.pk), paper_words(p)) for p in present if p.type in one.papers]
        row.upload = f"{one.name}_upload"
        row.paper = str(lifecycle.PAPERS.get(one.papers[0], one.papers[0])) if one.papers else ""
        if not row.value and len(row.options) == 1 and one.required:
            row.value = row.options[0][0]
    return row


def paper_form(types: list[tuple[str, str]], values: Mapping[str, Any], prefix: str = "f") -> RecordForm:
    """The form that files a paper, offering the types this reader may file."""
    kinds = Field("type", "choice", papers.TYPE.label, choices=dict(types))
    return build((kinds, papers.NUMBER, papers.TITLE, papers.DATED_ON, papers.UPLOAD), (), values, prefix)


def paper_words(paper: Paper) -> str:
    """A paper in a list of choices."""
    return " ".join(part for part in (paper.number, paper.title or paper.original_name) if part)
