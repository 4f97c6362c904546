"""Prepared statements over Django's own connection, for the few that run on every click and would be planned anew.

Through Django's cursor they are logged, counted and wrapped like any other; a pooler that cannot keep prepared
statements is told by `?prepare=0` in DATABASE_URL (config.environment).
"""

from typing import Any

import psycopg
from django.db import connections


def row(statement: str, parameters: dict[str, Any]) -> tuple[Any, ...] | None:
    """Run a statement of the default connection and return its first row, None when there is none."""
    return next(iter(rows(statement, parameters)), None)


def rows(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Run a statement of the default connection and return all its rows."""
    database: Any = connections["default"]
    database.ensure_connection()
    with database.wrap_database_errors, database._prepare_cursor(psycopg.Cursor(database.connection)) as run:
        run.execute(statement, parameters)
        return list(run.fetchall()) if run.description else []
