"""The standing county of most tests: built once by the real commands, then said again in one go before each test.

What is said again are the statements the commands sent, so every trigger and constraint is met again too. Sequences
are set back first: the rows get the same ids, and the objects of the first time are right about them.
"""

import pickle
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connection

from tests import builders
from tests.servers import owner_dsn
from workflow import calendars, timelines
from workflow.models import plan

_WRITES = ("INSERT", "UPDATE", "DELETE", "SET CONSTRAINTS")


@dataclass(frozen=True)
class _Recorded:
    """What building the county sent, and the county."""

    sequences: list[tuple[str, int, bool]]  # name, last value, whether it was drawn: as they were before
    statements: str
    world: bytes


_recorded: list[_Recorded] = []


def county() -> builders.World:
    """A county with every role, in whatever transaction is open; nothing is remembered from an earlier test."""
    plan.forget()
    calendars.forget()
    timelines.forget()
    if not _recorded:
        _recorded.append(_record())
        return pickle.loads(_recorded[0].world)  # type: ignore[no-any-return]
    first = _recorded[0]
    set_back(first.sequences)
    with connection.cursor() as cursor:
        cursor.execute(first.statements)
    return pickle.loads(first.world)  # type: ignore[no-any-return]


def _record() -> _Recorded:
    before, sent = sequences(), []

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        assert not many, "a statement for many rows cannot be recorded"
        if sql.startswith(_WRITES):
            sent.append(connection.ops.compose_sql(sql, params) if params else sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        world = builders.build_world()
    return _Recorded(before, ";\n".join(sent), pickle.dumps(world))


def sequences() -> list[tuple[str, int, bool]]:
    """Where every sequence stands: name, last value, whether it was drawn."""
    return _as_owner(
        "SELECT quote_ident(sequencename), coalesce(last_value, start_value), last_value IS NOT NULL"
        " FROM pg_sequences WHERE schemaname = 'public'"
    )


def set_back(known: list[tuple[str, int, bool]]) -> None:
    """Put every sequence where it stood; rows written next get the same ids again."""
    _as_owner("SELECT " + ", ".join(f"setval('{name}', {last}, {drawn})" for name, last, drawn in known))


def _as_owner(sql: str) -> list[Any]:
    """On a connection of its own: the test's is the product's restricted role, which may not set a sequence."""
    with psycopg.connect(owner_dsn(), autocommit=True) as owner:
        return owner.execute(sql).fetchall()
