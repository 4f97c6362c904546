"""Steps for a list out of one prepared statement: each with its unit, its holder and, as its case, the kind's own row.

Beside what the ORM would need: no planning, no second round trip, and only the columns that a line shows.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Any

from django.db.models import JSONField, TextField

from workflow.models import Hold, Round, Step, Unit, User, kinds

STEP = (
    *("id", "round_id", "case_id", "plan", "role", "unit_id", "holder_id", "state", "opened_at", "closed_at"),
    *("added_by_id", "not_before", "lead", "lead_unit", "backward", "due", "held_days", "was_late"),
)
UNIT, PERSON = ("id", "code", "name"), ("id", "username", "full_name")
UNSEEN = {"hashes", "authors", "head"}  # long, and no line shows them; texts neither
LEVELS = (9, 12, 14)  # digits of a town, a village, a village group
JOINS = """
JOIN workflow_case c ON c.id = s.case_id JOIN workflow_unit u ON u.id = s.unit_id
JOIN workflow_unit home ON home.id = c.home_unit_id LEFT JOIN workflow_user w ON w.id = s.holder_id
JOIN workflow_round live ON live.id = s.round_id
"""
HOLDS = """(SELECT json_agg(json_build_array(h.round_id, h.cause, h.since) ORDER BY h.id)::text
    FROM workflow_hold h WHERE h.case_id = c.id AND h.resumed_at IS NULL)"""
# whom a step waits for: an index entry of the rounds for each line, nearly always none
ASKED_FIRST = """(SELECT json_agg(coalesce(nullif(p.full_name, ''), p.username) ORDER BY o.id)::text
    FROM workflow_round below JOIN workflow_step o ON o.round_id = below.id AND o.state = 'open'
        JOIN workflow_user p ON p.id = o.holder_id
    WHERE below.parent_id = s.id AND below.closed_at IS NULL AND below.kind IN ('before', 'opinion'))"""


@dataclass(frozen=True)
class Around:
    """What lines say beyond step and case: the open holds of their cases, and names of units by code."""

    holds: list[Hold]
    units: dict[str, str]
    waits: dict[int, list[str]] = field(default_factory=dict)  # by step: who was asked before it
    opinions: set[int] = field(default_factory=set)  # steps that ask for an opinion


class _Part:
    """A model's columns in the statement, and how its rows become instances."""

    def __init__(self, model: Any, fields: Iterable[Any], **alias: str) -> None:
        """`alias` of each table, by the name of the model whose columns it holds."""
        self.model, kept = model, list(fields)
        self.columns = [f'{alias[f.model.__name__]}."{f.column}"' for f in kept]
        self.names = frozenset(f.attname for f in kept)
        self.parsed = [place for place, f in enumerate(kept) if isinstance(f, JSONField)]  # they come as text

    def build(self, values: Iterable[Any]) -> Any:
        """An instance as the ORM would load it, what was not read deferred."""
        given = list(values)
        for place in self.parsed:
            given[place] = json.loads(given[place])
        return self.model.from_db("default", self.names, given)


def _named(model: Any, names: Iterable[str]) -> list[Any]:
    """These columns of a model, in the order in which from_db expects them."""
    return [f for f in model._meta.concrete_fields if f.attname in names]


def _shown(fields: Iterable[Any]) -> list[Any]:
    return [f for f in fields if not isinstance(f, TextField) and f.attname not in UNSEEN]


@cache
def _step() -> _Part:
    return _Part(Step, _named(Step, STEP), Step="s")


@cache
def _kinds() -> dict[str, _Part]:
    """By label: the case and the kind's own columns in one."""
    return {
        kind._meta.label: _Part(kind, _shown(kind._meta.concrete_fields), **{"Case": "c", kind.__name__: f"k{number}"})
        for number, kind in enumerate(kinds.kinds())
    }


@cache
def select(statement: str) -> str:
    """A statement that has {columns} and {joins} around its steps "s", completed with what is built from them."""
    joins = [
        f'LEFT JOIN "{kind.model._meta.db_table}" k{number} ON k{number}.case_ptr_id = c.id'
        for number, kind in enumerate(_kinds().values())
    ]
    joins += [f"LEFT JOIN workflow_unit at{size} ON at{size}.code = left(home.code, {size})" for size in LEVELS]
    names = [f"at{size}.name" for size in LEVELS]
    parts = [columns for part in (_step(), *_kinds().values()) for columns in part.columns]
    beside = [f"{alias}.{name}" for alias, names in (("u", UNIT), ("home", UNIT), ("w", PERSON)) for name in names]
    columns = ", ".join(["c.kind", HOLDS, "live.kind", ASKED_FIRST, *names, *beside, *parts])
    return statement.format(columns=columns, joins=JOINS + "\n".join(joins))


def built(found: Iterable[tuple[Any, ...]]) -> tuple[list[Step], Around]:
    """The steps of a statement made by `select`, in its order, and what their lines say besides."""
    steps, near, kept = [], Around([], {}), dict[Any, Any]()
    for kind, holds, asks, waits, *values in found:
        take = iter(values)
        names = list(islice(take, len(LEVELS)))
        at, home = (_once(kept, Unit, UNIT, islice(take, len(UNIT))) for _place in range(2))
        holder = _once(kept, User, PERSON, islice(take, len(PERSON)))
        step = _step().build(islice(take, len(_step().columns)))
        every = {label: list(islice(take, len(part.columns))) for label, part in _kinds().items()}
        case = _kinds()[kind].build(every[kind])
        case._state.fields_cache["home_unit"] = home
        step._state.fields_cache |= {"case": case, "unit": at, "holder": holder}
        steps.append(step)
        near.waits.update({step.pk: json.loads(waits)} if waits else {})
        near.opinions.update({step.pk} if asks == Round.OPINION else ())
        near.holds.extend(_hold(step.case_id, *one) for one in json.loads(holds or "[]"))
        near.units.update({home.code[:digits]: name for digits, name in zip(LEVELS, names, strict=True) if name})
    return steps, near


def _once(kept: dict[Any, Any], model: Any, names: tuple[str, ...], values: Iterable[Any]) -> Any:
    """The same unit or person stands in many lines: built once; None where there is none."""
    given = tuple(values)
    if given[0] is None:
        return None
    if (model, given[0]) not in kept:
        kept[model, given[0]] = model.from_db("default", frozenset(names), list(given))
    return kept[model, given[0]]


def _hold(case_id: int, round_id: int | None, cause: str, since: str) -> Hold:
    return Hold(case_id=case_id, round_id=round_id, cause=cause, since=datetime.fromisoformat(since))
