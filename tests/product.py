"""The real product as a process: `manage.py serve` with servers and a data directory of its own."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connections

from config.embedded.places import Places
from tests import servers
from workflow import calendars, timelines
from workflow.models import plan

ROOT = Path(__file__).resolve().parents[1]


@dataclass
class Site:
    """A running product."""

    address: str
    process: subprocess.Popen[str]
    var: Path
    environment: dict[str, str]

    def manage(self, *arguments: str) -> str:
        """Run a management command against the running servers."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, env=self.environment, cwd=ROOT, capture_output=True, text=True, check=True)
        return done.stdout


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(*arguments: str, **given: str) -> Site:
    """Start the product with these variables of the environment and wait for its "Ready" line."""
    var, port = Path(tempfile.mkdtemp(prefix="resettlement-journey-")), free_port()
    unset = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")
    environment = {key: value for key, value in os.environ.items() if key not in unset} | given | {"VAR": str(var)}
    log = var / "serve.log"  # a file, not a pipe: nobody reads on after the first lines, and a full pipe would stop it
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", str(port), *arguments],
            env=environment,
            cwd=ROOT,
            text=True,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    while "\nCtrl-C" not in log.read_text():
        if process.poll() is not None:
            raise AssertionError("the product did not start:\n" + log.read_text())
        time.sleep(0.05)
    return Site(f"http://127.0.0.1:{port}", process, var, environment)


def stop(site: Site) -> None:
    """Ask it to stop, and see that it does."""
    site.process.send_signal(signal.SIGTERM)
    site.process.wait(timeout=60)
    servers.remove(site.var)


@contextmanager
def looking_at(site: Site) -> Iterator[None]:
    """The test's own connections lead to the product's database meanwhile; nothing read before is remembered."""
    before = {alias: dict(connections[alias].settings_dict) for alias in ("default", "owner")}
    own = {"NAME": "resettlement", "HOST": str(Places(site.var).pg_run), "PORT": "", "PASSWORD": ""}
    _point({"default": own | {"USER": "app"}, "owner": own | {"USER": "owner"}})
    try:
        yield
    finally:
        _point(before)


def _point(where: dict[str, dict[str, str]]) -> None:
    for alias, given in where.items():
        connections[alias].close()
        connections[alias].settings_dict.update(given)
    plan.forget()
    calendars.forget()
    timelines.forget()
