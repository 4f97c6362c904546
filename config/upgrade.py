"""Brings a database to this version: migrations as the owner, grants for the restricted role, the table of moves."""

from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from config import lineage
from workflow.commands import moves
from workflow.history_tables import APPEND_ONLY, READ_ONLY

GRANTING = 7_370_021  # any number, the same for every process


def upgrade(verbosity: int = 0) -> bool:
    """Migrate if needed, grant, sync. Returns whether a migration ran. Safe to run twice.

    Grants every time: a run that died between the last migration and the grant left tables the role may not use.
    Raises OlderDatabase, before anything is changed, where the version before this one has to run first.
    """
    owner = connections["owner"]
    executor = MigrationExecutor(owner)
    if missing := lineage.lacking(executor.loader):
        raise lineage.OlderDatabase(missing)
    executor.check_replacements()  # of itself Django notes the squashed ones only when something is pending
    pending = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if pending:
        call_command("migrate", database="owner", interactive=False, verbosity=verbosity)
    if settings.DATABASES["owner"]["USER"] != settings.DATABASES["default"]["USER"]:
        grant(settings.DATABASES["default"]["USER"])
    moves.sync(using="owner")
    owner.close()
    return pending


def grant(role: str) -> None:
    """Promise D7: the application's role may append to history and read the table of moves, no more."""
    name = sql.Identifier(role)
    statements = [
        sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(name),
        sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}").format(name),
        sql.SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}").format(name),
    ]
    for table in APPEND_ONLY:
        statements.append(sql.SQL("REVOKE UPDATE, DELETE ON {} FROM {}").format(sql.Identifier(table), name))
    for table in READ_ONLY:
        revoke = sql.SQL("REVOKE INSERT, UPDATE, DELETE ON {} FROM {}")
        statements.append(revoke.format(sql.Identifier(table), name))
    # whole or not at all: between grant and revoke history would be open; one at a time, for two may start at once
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [GRANTING])
        for statement in statements:
            cursor.execute(statement)
