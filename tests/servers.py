"""Loaded before Django's settings: every test run has PostgreSQL, Redis and a data directory of its own."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
from django.db import connections

from config.embedded import postgres
from config.embedded.places import Places
from config.translations import compile_catalogues

VAR = Path(tempfile.mkdtemp(prefix="resettlement-tests-"))
os.environ["VAR"] = str(VAR)
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
os.environ.setdefault("C_FORCE_ROOT", "1")
# tests sign leaders in without a phone; test_accounts.py asks for the second factor as the product does
os.environ["SECOND_FACTOR_ROLES"] = ""
# the tests' own server need not outlive the machine's power; the product that the faults kill runs as it is delivered
postgres.OPTIONS |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
compile_catalogues()  # before Django loads one: a missing or stale catalogue would speak English


def pytest_unconfigure() -> None:
    """A process of the run ends: the one that only spreads the tests has started no servers, but has a directory."""
    remove()


def remove(where: Path = VAR) -> None:
    """Forget a data directory, with the part that lies elsewhere when tests run as root."""
    shutil.rmtree(where, ignore_errors=True)
    places = Places(where)
    for leftover in (places.nobodys, places.run):
        shutil.rmtree(leftover, ignore_errors=True)


def owner_dsn(database: str = "") -> str:
    """How the owner of the tables connects to the tests' database, or to another on the same server."""
    given = connections["owner"].settings_dict
    return psycopg.conninfo.make_conninfo(
        dbname=database or given["NAME"],
        user=given["USER"],
        password=given["PASSWORD"] or None,
        host=given["HOST"] or None,
        port=given["PORT"] or None,
    )


def chromiums() -> Iterator[str]:
    """Browsers found on this machine, the one without any window of its own first: a page takes it a quarter of what it
    takes the same engine with menus and toolbars."""
    for name in ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            yield found
