"""The one place that writes a command's outcome: every row of every kind in one statement.

New rows carry identities reserved by the read, so they may name each other. The database judges all of it as before:
the triggers see each change of state, the constraints each row.
"""

from collections.abc import Iterable, Sequence
from functools import cache

from django.db import models

from workflow import statements
from workflow.commands import again, rows
from workflow.commands.reading import RESERVED
from workflow.commands.work import Work
from workflow.models import Case, Decision, Event, Hold, Notice, Receipt, Round, Step

ROUND_FIELDS = [
    "closed_at",
    "closed_by",
    "outcome",
    "void",
    "voided_by",
    "return_to",
    "resume",
    "reason_code",
    "reason",
    "override_by",
    "override_for",
    "seen",
]
STEP_FIELDS = [
    "holder",
    "claimed_at",
    "assigned",
    "role",
    "state",
    "taken_back_at",
    "close_note",
    "question",
    "closed_at",
    "close_reason",
    "lead",
    "lead_unit",
    "provisional",
    "forward",
    "backward",
    "expiry",
    "due",
    "binding",
    "due_version",
    "held_days",
    "was_late",
    "carried_from",
    "asked_role",
    "supervisor_role",
]
HOLD_FIELDS = ["resumed_at", "resumed_by"]
CASE_FIELDS = [
    "state",
    "route",
    "partner_since",
    "facts",
    "hashes",
    "authors",
    "version",
    "overrides",
    "events",
    "head",
    "last_event_at",
    "closed_at",
    "title",
]
# fields a command may change, by kind of row
CHANGES: dict[type[models.Model], list[str]] = {
    Round: ROUND_FIELDS,
    Step: STEP_FIELDS,
    Hold: HOLD_FIELDS,
    Case: CASE_FIELDS,
}
HOP = "UPDATE workflow_case SET state = %(state)s WHERE id = %(case)s"
ONCE: dict[type[models.Model], str] = {Notice: "ON CONFLICT DO NOTHING"}  # one word is owed once

# changed rows go first: a round that closes makes room for the next live one of its group
UPDATED = """{name} AS (
    UPDATE {table} t SET {sets} FROM json_populate_recordset(NULL::{table}, %({name})s::json) v WHERE t.id = v.id
    RETURNING t.id)"""
INSERTED = """{name} AS (
    INSERT INTO {table} ({columns})
    SELECT {columns} FROM json_populate_recordset(NULL::{table}, %({name})s::json) {after} {once})"""
CASE = """
UPDATE {table} t SET {sets} FROM json_populate_record(NULL::{table}, %(case)s::json) v WHERE t.id = v.id"""


def write(work: Work) -> None:
    """Insert and update everything the command decided; the caller's transaction makes it all or nothing."""
    for state in work.hops[:-1]:  # a cascade through several states is written hop by hop: the trigger judges each
        statements.row(HOP, {"state": state, "case": work.case.pk})
    again.keep_words(work)
    work.case.version += 1
    changed = _changed(work)
    fresh = _fresh(work)
    statement = _statement(tuple(changed), tuple(fresh))
    parameters = {f"changed_{_short(m)}": _documents(found, ("id", *_changing(m))) for m, found in changed.items()}
    parameters |= {f"new_{_short(m)}": _documents(found, _columns(m)) for m, found in fresh.items()}
    parameters["case"] = rows.text(rows.document(work.case, ("id", *_changing(Case))))
    statements.row(statement, parameters)
    for found in fresh.values():
        for row in found:
            row._state.adding = False


def _changed(work: Work) -> dict[type[models.Model], list[models.Model]]:
    """Changed rows by kind, each in order of id."""
    kinds: dict[type[models.Model], list[models.Model]] = {Round: [], Step: [], Hold: []}
    for row in sorted(work.changed.values(), key=lambda row: row.pk):
        kinds[type(row)].append(row)
    return {model: found for model, found in kinds.items() if found}


def _fresh(work: Work) -> dict[type[models.Model], Sequence[models.Model]]:
    """New rows by kind, those that are named by others first."""
    kinds: dict[type[models.Model], Sequence[models.Model]] = {
        Round: work.new_rounds,
        Step: work.new_steps,
        Decision: work.new_decisions,
        Event: work.events,
        Notice: work.notices,
    }
    if work.receipt is not None:
        work.receipt.outcome = work.outcome
        kinds[Receipt] = [work.receipt]
    return {model: found for model, found in kinds.items() if found}


def _short(model: type[models.Model]) -> str:
    return str(model._meta.model_name)


@cache
def _changing(model: type[models.Model]) -> tuple[str, ...]:
    """Columns of the fields a command may change."""
    attributes = {field.name: field.attname for field in model._meta.concrete_fields}
    return tuple(attributes[name] for name in CHANGES[model])


def _columns(model: type[models.Model]) -> tuple[str, ...]:
    """Columns of a new row; its identity only where the read has reserved one, else the database gives it."""
    return tuple(name for name in rows.columns(model) if name != "id" or model in RESERVED)


def _documents(found: Iterable[models.Model], names: Iterable[str]) -> str:
    return rows.text([rows.document(row, names) for row in found])


@cache
def _statement(changed: tuple[type[models.Model], ...], fresh: tuple[type[models.Model], ...]) -> str:
    """The statement for these kinds of rows; a process meets a dozen of them and the database keeps each prepared."""
    parts = [_updated(model) for model in changed] + [_inserted(model, changed) for model in fresh]
    head = "WITH " + ",\n".join(parts) if parts else ""
    return head + CASE.format(table=Case._meta.db_table, sets=_sets(_changing(Case)))


def _sets(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}" = v."{name}"' for name in names)


def _updated(model: type[models.Model]) -> str:
    return UPDATED.format(name=f"changed_{_short(model)}", table=model._meta.db_table, sets=_sets(_changing(model)))


def _inserted(model: type[models.Model], changed: tuple[type[models.Model], ...]) -> str:
    after = f"WHERE (SELECT count(*) FROM changed_{_short(model)}) >= 0" if model in changed else ""
    return INSERTED.format(
        name=f"new_{_short(model)}",
        table=model._meta.db_table,
        columns=", ".join(f'"{name}"' for name in _columns(model)),
        after=after,
        once=ONCE.get(model, ""),
    )
