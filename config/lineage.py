"""Where a database stands among the migrations: a squashed one goes on from all that it replaces, or from none.

Django's own answer to a database that has some of them is to leave the squashed one out and to go on with the rest.
"""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.core.management.base import CommandError
from django.db import connections
from django.db.migrations.loader import MigrationLoader

REMEDY = "Upgrade it with the version before this one first (docs/operations.md, Upgrading); nothing was changed."


class OlderDatabase(CommandError):
    """This database is older than the version from which this one goes on."""

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(f"{self.__doc__} Not applied: {', '.join(missing)}. {REMEDY}")


def lacking(loader: MigrationLoader) -> list[str]:
    """Replaced migrations that have not run here, though others of their app have; their files are no longer there."""
    had = loader.applied_migrations or {}
    begun = [one.replaces for one in loader.replacements.values() if any(old in had for old in one.replaces)]
    return sorted(".".join(old) for chain in begun for old in chain if old not in had)


def unknown(loader: MigrationLoader) -> list[str]:
    """Migrations that have run here and that this version does not know: those of a newer one."""
    replaced = {old for one in loader.replacements.values() for old in one.replaces}
    return sorted(".".join(one) for one in (loader.applied_migrations or {}).keys() - loader.graph.nodes - replaced)


@checks.register(checks.Tags.database)
def goes_on_from_here(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **more: Any
) -> list[checks.CheckMessage]:
    """Whoever types `manage.py migrate` is refused as well."""
    missing = [name for alias in databases or () for name in lacking(MigrationLoader(connections[alias]))]
    return [checks.Error(str(OlderDatabase(missing)), id="config.E001")] if missing else []
