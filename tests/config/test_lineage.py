"""Databases that earlier versions made, in whole or in part, and first upgrades that died."""

from collections.abc import Iterator
from importlib import import_module

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError, SystemCheckError
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder
from psycopg import sql

from config import lineage, machine
from config.bench import scratch
from config.upgrade import upgrade
from workflow import clock
from workflow.models import LegalMove
from workflow.queries.machine import BAD, OK

SQUASHED = {"workflow": "0001_squashed_0022", "agreements": "0001_squashed_0007", "notifications": "0001_squashed_0003"}
LAST = {"workflow": "0022_watch_as_owner", "agreements": "0007_typed_drafts", "notifications": "0003_report"}


def names() -> set[tuple[str, str]]:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        return set(cursor.fetchall())


def forget(*some: tuple[str, str]) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.executemany("DELETE FROM django_migrations WHERE app = %s AND name = %s", some)


def status() -> tuple[str, str]:
    (line,) = [line for line in machine.version(clock.now()) if line.name == "数据库结构"]
    return line.level, line.value


def old_column() -> int:
    """How many columns workflow_step has of the one that 0023 drops."""
    named = "SELECT count(*) FROM information_schema.columns WHERE table_name = %s AND column_name = %s"
    with connections["owner"].cursor() as cursor:
        cursor.execute(named, ["workflow_step", "remind_on"])
        return int(cursor.fetchone()[0])


@pytest.fixture
def records(live_db: None) -> Iterator[None]:
    """The list of migrations may be falsified; afterwards it is as it was."""
    before = names()
    yield
    recorder = MigrationRecorder(connections["owner"])
    for app, name in before - names():
        recorder.record_applied(app, name)


@pytest.fixture
def empty_database(live_db: None) -> Iterator[None]:
    """A second one on the tests' server, to which everything leads meanwhile."""
    given = connections["owner"].settings_dict["NAME"]
    scratch.run(sql.SQL("CREATE DATABASE {}"), "lineage")
    scratch.point_to("lineage")
    try:
        yield
    finally:
        scratch.point_to(given)
        scratch.run(sql.SQL("DROP DATABASE {} WITH (FORCE)"), "lineage")


def test_a_database_of_the_version_before_goes_on(records: None) -> None:
    """It has every replaced migration and has not heard of the ones in their place."""
    forget(*SQUASHED.items())
    assert status()[0] == OK
    assert upgrade() is False
    assert set(SQUASHED.items()) <= names()
    assert status()[0] == OK


def test_a_database_between_expanding_and_contracting_goes_on(records: None) -> None:
    """The column is still there and the migration that drops it has not run."""
    drop = import_module("workflow.migrations.0023_drop_remind_on")
    forget(*SQUASHED.items(), ("workflow", "0023_drop_remind_on"))
    with connections["owner"].cursor() as cursor:
        cursor.execute(drop.BACK)
    assert (status(), old_column()) == ((BAD, "workflow.0023_drop_remind_on"), 1)
    assert upgrade() is True
    assert (status()[0], old_column()) == (OK, 0)


@pytest.mark.parametrize("app", LAST)
def test_a_database_that_is_older_is_refused_and_left_alone(records: None, app: str) -> None:
    forget(*SQUASHED.items(), (app, LAST[app]), ("workflow", "0023_drop_remind_on"))
    LegalMove.objects.using("owner").first().delete()  # upgrade would write it anew
    before, moves = names(), LegalMove.objects.count()
    with pytest.raises(
        lineage.OlderDatabase, match=rf"Not applied: {app}\.{LAST[app]}\. .*version before this one first"
    ):
        upgrade()
    with pytest.raises(SystemCheckError, match=LAST[app]):
        call_command("migrate", database="owner", interactive=False, skip_checks=False, verbosity=0)
    assert (names(), LegalMove.objects.count()) == (before, moves)
    assert status()[0] == BAD and f"{app}.{LAST[app]}" in status()[1]


def test_a_refused_upgrade_is_a_sentence_and_no_traceback() -> None:
    refusal = lineage.OlderDatabase(["workflow.0022_watch_as_owner"])
    assert isinstance(refusal, CommandError) and str(refusal).startswith("This database is older than")


def test_a_first_upgrade_that_died_while_it_noted_what_it_had_made_is_repeated(
    empty_database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted, note = [], MigrationRecorder.record_applied

    def dies(recorder: MigrationRecorder, app: str, name: str) -> None:
        noted.append(name)
        if len(noted) == 5:
            raise KeyboardInterrupt
        note(recorder, app, name)

    with monkeypatch.context() as patch:
        patch.setattr(MigrationRecorder, "record_applied", dies)
        with pytest.raises(KeyboardInterrupt):
            upgrade()
    connections["owner"].close()
    assert not {app for app, _name in names()} & set(SQUASHED)
    assert upgrade() is True
    assert upgrade() is False
    assert set(SQUASHED.items()) | set(LAST.items()) <= names()
    assert status()[0] == OK
