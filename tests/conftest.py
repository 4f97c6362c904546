"""Real servers for every test: started once, restricted role for the tests, emptied as owner after committed ones."""

import gc
import os
import shutil
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connections
from django.utils import translation
from pytest_django.plugin import DjangoDbBlocker

from config.embedded import session
from config.upgrade import upgrade
from tests import servers
from tests.spreading import WholeFiles, at_the_end

KEPT = {"django_migrations", "django_content_type", "workflow_legalmove"}
collect_ignore = [] if any(servers.chromiums()) else ["journeys", "security/test_hostile_in_browser.py"]


def pytest_report_header() -> list[str]:
    """Say loudly what is left out."""
    if collect_ignore:
        return ["!!! BROWSER JOURNEYS ARE LEFT OUT: no Chromium. Add one: apt-get install chromium fonts-noto-cjk"]
    return []


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> WholeFiles:
    """However many workers: whole files in the order of the collection."""
    config.option.loadscopereorder = False
    return WholeFiles(config, log)


@pytest.hookimpl(trylast=True)  # after the plugin that sorts tests by their use of the database
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Journeys come last (the browser's driver keeps an event loop in this thread, which Django would refuse to work
    beside); full figures are collected with PROVE=1 only; nothing is skipped."""
    items.sort(key=lambda item: (item.get_closest_marker("journey") is not None, at_the_end(item.nodeid)))
    if os.environ.get("PROVE") == "1":
        return
    left_out = [item for item in items if item.get_closest_marker("prove")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def pytest_collection_finish() -> None:
    """What has been loaded by now stays: the collector of garbage need not look at it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def running_servers() -> Iterator[session.Servers]:
    """Private PostgreSQL and Redis, or those of DATABASE_URL and REDIS_URL."""
    found = session.Servers(session.places())
    found.start()
    yield found
    found.stop(everything=True)


@pytest.fixture(scope="session")
def django_db_setup(running_servers: session.Servers, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A migrated database; on a given server a fresh one is made beside the real one."""
    with django_db_blocker.unblock():
        name = _own_database() if os.environ.get("DATABASE_URL") else ""
        upgrade()
    yield
    if name:
        with django_db_blocker.unblock():
            connections.close_all()
        with psycopg.connect(servers.owner_dsn("postgres"), autocommit=True) as owner:
            owner.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _own_database() -> str:
    name = f"test_resettlement_{os.getpid()}"
    with psycopg.connect(servers.owner_dsn("postgres"), autocommit=True) as owner:
        owner.execute(f'CREATE DATABASE "{name}"')
    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name
    return name


@pytest.fixture
def live_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Really committed rows, for tests with several connections or processes; every table is emptied afterwards."""
    with django_db_blocker.unblock():
        yield
        empty()
        connections.close_all()


def empty() -> None:
    """Empty every table as owner; the triggers that protect history are told to look away."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = sorted({row[0] for row in cursor.fetchall()} - KEPT)
        cursor.execute("SET session_replication_role = replica")
        for table in tables:
            cursor.execute(f'DELETE FROM "{table}"')
        cursor.execute("SET session_replication_role = origin")


@pytest.fixture(autouse=True)
def fresh_language() -> Iterator[Any]:
    """Tests speak Chinese unless they say otherwise."""
    with translation.override("zh-hans"):
        yield


@pytest.fixture(autouse=True)
def no_anchors_of_another_test() -> Iterator[None]:
    """Anchors lie outside the database, so that no rollback takes them back."""
    yield
    shutil.rmtree(servers.VAR / "anchors", ignore_errors=True)
