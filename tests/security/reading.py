"""A transaction in which PostgreSQL itself refuses every write and every lock, by whatever path they come."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import Error, connection, transaction

REFUSED = "25006"  # read_only_sql_transaction


class Done(Exception):
    """Leaves the transaction, so that it stops being read-only."""


@contextmanager
def read_only() -> Iterator[list[str]]:
    """What was refused inside is in the list: a page that swallows the error is found out as well."""
    refused: list[str] = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        try:
            return execute(sql, params, many, context)
        except Error as trouble:
            if getattr(trouble.__cause__, "sqlstate", "") == REFUSED:
                refused.append(sql[:120])
            raise

    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION READ ONLY")
            with connection.execute_wrapper(listen):
                yield refused
            raise Done
    except Done:
        pass
