"""manage.py serve: the whole product as one supervised group (web, worker, beat and, without URLs, its own servers)."""

import errno
import os
import shutil
import signal
import socket
import subprocess
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.embedded import session
from config.supervisor import Supervisor

LOOPBACK = ("127.0.0.1", "::1", "localhost")
NEEDED_MB = 300


class Command(BaseCommand):
    """Start everything, wait until it is ready, stop everything in order."""

    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Address and what to load."""
        parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0 opens it to other PCs")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--bare", action="store_true", help="without the sample programme")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until SIGINT or SIGTERM."""
        host, port = options["host"], options["port"]
        ensure_port_free(host, port)
        ensure_disk()
        supervisor = Supervisor(host, port, environment(host, port), str(settings.VAR / "beat"))
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: supervisor.stopping.set())
        servers = session.Servers(session.places())
        try:
            servers.start()
            table = prepare(supervisor.environment, bare=options["bare"])
            supervisor.start()
            if supervisor.wait_ready():
                self.stdout.write(f"\nReady: http://{host}:{port}/\n{table}\nCtrl-C stops everything.")
                self.stdout.flush()
            elif not supervisor.stopping.is_set():
                raise CommandError(f"The web server did not become ready on {host}:{port}; see the lines above.")
            supervisor.watch(servers.revive)
        finally:
            supervisor.stop()
            servers.stop(everything=True)
        self.stdout.write("Stopped.")


def environment(host: str, port: int) -> dict[str, str]:
    """The children's environment; opened to other PCs, sample sign-ins are refused."""
    found = {**os.environ, "PYTHONUNBUFFERED": "1", "VAR": str(settings.VAR)}
    found.setdefault("C_FORCE_ROOT", "1")  # our own worker as root in a container: celery's warning tells nothing new
    found.setdefault("SITE_URL", f"http://{host}:{port}")
    if host not in LOOPBACK:
        found["SAMPLE_SIGNIN"] = "0"
    return found


def prepare(env: dict[str, str], *, bare: bool) -> str:
    """Upgrade the database and load the sample in a process of its own, so that this one stays small."""
    command = [sys.executable, "manage.py", "prepare", *(["--bare"] if bare else [])]
    done = subprocess.run(command, env=env, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CommandError("Preparing the database failed:\n" + (done.stderr or done.stdout).strip()[-2000:])
    return done.stdout


def ensure_port_free(host: str, port: int) -> None:
    """One clear sentence instead of a traceback from the web server."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as trouble:
        if trouble.errno == errno.EADDRINUSE:
            raise CommandError(f"Port {port} is taken; choose another: make run PORT={port + 1}") from trouble
        raise CommandError(f"Cannot listen on {host}:{port}: {trouble.strerror}.") from trouble


def ensure_disk() -> None:
    """Databases that run out of disk in mid-write are the worst moment to learn of it."""
    free = shutil.disk_usage(settings.VAR).free // 2**20
    if free < NEEDED_MB:
        raise CommandError(f"Only {free} MB are free under {settings.VAR}; at least {NEEDED_MB} MB are needed.")
