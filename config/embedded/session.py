"""Starts the private servers for as long as somebody needs them; one flock keeps two starts from meeting."""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from config.embedded.places import Places
from config.embedded.postgres import Postgres, ServerTrouble
from config.embedded.redis import Redis

# commands that need no server, and those that bring their own
WITHOUT = {"", "help", "makemigrations", "check", "serve", "draw_lifecycle", "--version", "--help", "compilemessages"}


def places() -> Places:
    """Of the data directory named by VAR, or ./var beside manage.py."""
    here = Path(__file__).resolve().parent.parent.parent
    return Places(Path(os.environ.get("VAR") or here / "var").expanduser().resolve())


@contextmanager
def locked(where: Places) -> Iterator[None]:
    """Hold the start/stop lock of a data directory."""
    try:
        where.var.mkdir(parents=True, exist_ok=True)
        handle = where.lock.open("w")
    except OSError as trouble:
        raise ServerTrouble(f"The data directory {where.var} cannot be written: {trouble.strerror}.") from trouble
    with handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


class Servers:
    """The servers this process is responsible for; adopted ones are left running at the end."""

    def __init__(self, where: Places) -> None:
        self.postgres = None if os.environ.get("DATABASE_URL") else Postgres(where)
        self.redis = None if os.environ.get("REDIS_URL") else Redis(where)
        self.where = where

    def start(self) -> None:
        """Start or adopt what is not given by a URL; make role and database."""
        with locked(self.where):
            try:
                if self.postgres:
                    self.postgres.start()
                    make_database(self.where)
                if self.redis:
                    self.redis.start()
            except OSError as trouble:
                raise ServerTrouble(
                    f"The private servers cannot start: {trouble.strerror} ({self.where.var})."
                ) from trouble

    def revive(self) -> None:
        """Start again what has died: the service returns without a human (promises P4, P13)."""
        dead = [one for one in (self.postgres, self.redis) if one and not one.running()]
        for one in dead:
            print(f"{type(one).__name__} had died; starting it again", flush=True)
            with locked(self.where):
                one.start()

    def stop(self, everything: bool = False) -> None:
        """Redis first, PostgreSQL last; only what this process started unless `everything`."""
        with locked(self.where):
            if self.redis and (everything or self.redis.process):
                self.redis.stop()
            if self.postgres and (everything or self.postgres.process):
                self.postgres.stop()


def make_database(where: Places) -> None:
    """The restricted role and the database, once."""
    with psycopg.connect(where.database_url("owner", "postgres"), autocommit=True) as owner:
        if not owner.execute("SELECT 1 FROM pg_roles WHERE rolname = 'app'").fetchone():
            owner.execute("CREATE ROLE app LOGIN")
        if not owner.execute("SELECT 1 FROM pg_database WHERE datname = 'resettlement'").fetchone():
            owner.execute("CREATE DATABASE resettlement")


@contextmanager
def around(argv: Sequence[str]) -> Iterator[None]:
    """The servers around one management command."""
    command = argv[1] if len(argv) > 1 else ""
    if command in WITHOUT or (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")):
        yield
        return
    servers = Servers(places())
    servers.start()
    try:
        yield
    finally:
        servers.stop()
