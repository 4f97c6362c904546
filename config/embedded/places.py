"""Where the private servers keep data, sockets and logs; computed from the data directory without starting anything."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

LONGEST_SOCKET = 100  # AF_UNIX allows 107 bytes; PostgreSQL appends to the name


@dataclass(frozen=True)
class Places:
    """All paths of one data directory. As root PostgreSQL runs as nobody, which cannot enter root's directories."""

    var: Path

    @property
    def tag(self) -> str:
        """Short name of this data directory."""
        return hashlib.sha256(str(self.var).encode()).hexdigest()[:10]

    @property
    def as_root(self) -> bool:
        """Whether PostgreSQL has to drop privileges."""
        return os.geteuid() == 0

    @property
    def nobodys(self) -> Path:
        """Root only: a place that nobody can reach."""
        return Path("/var/tmp") / f"resettlement-{self.tag}"

    @property
    def pg_data(self) -> Path:
        """PostgreSQL's data."""
        return self.nobodys / "data" if self.as_root else self.var / "postgres"

    @property
    def pg_run(self) -> Path:
        """Directory of PostgreSQL's socket."""
        return self.nobodys / "run" if self.as_root else self.run

    @property
    def run(self) -> Path:
        """Directory of sockets."""
        inside = self.var / "run"
        if len(os.fsencode(inside)) + len(".s.PGSQL.5432.lock") < LONGEST_SOCKET:
            return inside
        return Path(tempfile.gettempdir()) / f"resettlement-{os.getuid()}-{self.tag}"

    @property
    def redis_data(self) -> Path:
        """Redis' append-only file."""
        return self.var / "redis"

    @property
    def redis_socket(self) -> Path:
        """Redis' socket."""
        return self.run / "redis.sock"

    @property
    def lock(self) -> Path:
        """Held while the servers are started or stopped."""
        return self.var / ".servers.lock"

    def database_url(self, role: str = "app", name: str = "resettlement") -> str:
        """URL of the private database for a role."""
        return f"postgresql://{role}@/{name}?host={self.pg_run}"

    def redis_url(self, number: int = 0) -> str:
        """Celery's broker URL."""
        return f"redis+socket://{self.redis_socket}?virtual_host={number}"
