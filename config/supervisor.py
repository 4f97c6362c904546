"""Keeps web and worker running as one group: ordered start, restart with backoff, ordered clean stop."""

import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

READY_SECONDS, GRACE_SECONDS = 60, 25
QUICK_DEATH_SECONDS = 5  # a child that dies sooner waits longer before it is started again


@dataclass
class Child:
    """One supervised process."""

    name: str
    command: Sequence[str]
    environment: dict[str, str]
    process: subprocess.Popen[str] | None = None
    started: float = 0.0
    deaths: int = 0
    due: float = 0.0

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches the supervisor only."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self._echo, args=(self.process,), daemon=True).start()

    def _echo(self, process: subprocess.Popen[str]) -> None:
        for line in process.stdout or ():
            print(f"{self.name:7}| {line}", end="", flush=True)

    def look(self) -> None:
        """Restart it when it has died, later each time it dies young."""
        if self.process is None or self.process.poll() is None:
            return
        now = time.monotonic()
        if not self.due:
            self.deaths = self.deaths + 1 if now - self.started < QUICK_DEATH_SECONDS else 1
            self.due = now + min(30, 2 ** (self.deaths - 1))
            print(f"{self.name:7}| ended with {self.process.returncode}; starting again", flush=True)
        elif now >= self.due:
            self.due = 0.0
            self.start()

    def stop(self) -> None:
        """Ask it to finish."""
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def wait(self, seconds: float) -> None:
        """Wait for its end; kill its whole session when it does not come."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.1, seconds))
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@dataclass
class Supervisor:
    """Web and worker of one installation."""

    host: str
    port: int
    environment: dict[str, str]
    beat_file: str
    stopping: threading.Event = field(default_factory=threading.Event)
    children: list[Child] = field(default_factory=list)

    def start(self) -> None:
        """Start the children."""
        python = [sys.executable, "-m"]
        shown = f"[{self.host}]" if ":" in self.host else self.host
        web = [
            *python,
            "gunicorn",
            "config.wsgi",
            "-b",
            f"{shown}:{self.port}",
            "-k",
            "gthread",
            "--threads",
            "8",
            "-w",
            "1",
            "--graceful-timeout",
            "2",
            "--no-control-socket",
            "--log-level",
            "warning",
        ]
        worker = [
            *python,
            "celery",
            "-A",
            "config.celery",
            "worker",
            "-P",
            "threads",
            "-c",
            "4",
            "-B",
            "-s",
            self.beat_file,
            "-l",
            "warning",
            "--without-gossip",
            "--without-mingle",
        ]
        self.children = [Child("web", web, self.environment), Child("worker", worker, self.environment)]
        for child in self.children:
            child.start()

    def wait_ready(self) -> bool:
        """Wait until /readyz answers 200."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until and not self.stopping.is_set():
            try:
                with urllib.request.urlopen(f"http://{host}:{self.port}/readyz", timeout=2):
                    return True
            except (urllib.error.URLError, OSError):
                self.stopping.wait(0.1)
        return False

    def watch(self, servers: Callable[[], None]) -> None:
        """Stay until asked to stop; `servers` looks after the private servers."""
        while not self.stopping.wait(0.5):
            servers()
            for child in self.children:
                child.look()

    def stop(self) -> None:
        """Web and worker end together; running requests and tasks finish first."""
        for child in self.children:
            child.stop()
        until = time.monotonic() + GRACE_SECONDS
        for child in self.children:
            child.wait(until - time.monotonic())
