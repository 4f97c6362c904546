"""A database of its own on the same server, made for one run and dropped after it: never the live data."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections
from psycopg import sql

from config.upgrade import upgrade
from workflow import calendars, timelines
from workflow.models import plan

ALIASES = ("default", "owner")


@contextmanager
def database() -> Iterator[str]:
    """Migrated and empty; the product's own connections lead to it meanwhile."""
    name, given = f"bench_{os.getpid()}", connections["owner"].settings_dict["NAME"]
    run(sql.SQL("CREATE DATABASE {}"), name)
    try:
        point_to(name)
        upgrade()
        yield name
    finally:
        point_to(given)
        run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)"), name)


def point_to(name: str) -> None:
    """Let this process talk to another database of the same server, with nothing kept from the one before."""
    for alias in ALIASES:
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name
    plan.forget()
    calendars.forget()
    timelines.forget()


def run(statement: sql.SQL, name: str) -> None:
    """A statement about a database as owner, outside any transaction."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement.format(sql.Identifier(name)))
    connections["owner"].close()
