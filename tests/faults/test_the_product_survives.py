"""The whole product under faults: servers killed, started twice, wrongly asked for; real processes throughout."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.product import ROOT, Site, free_port, start, stop

PATIENCE = 60


@pytest.fixture(scope="module")
def bare() -> Iterator[Site]:
    """The product without the sample."""
    found = start("--bare")
    yield found
    stop(found)


def readyz(site: Site) -> dict[str, object]:
    """What /readyz says, whatever its status."""
    try:
        with urllib.request.urlopen(site.address + "/readyz", timeout=10) as answer:
            return dict(json.load(answer))
    except urllib.error.HTTPError as answer:
        return dict(json.load(answer)) if "json" in (answer.headers.get("Content-Type") or "") else {"status": "down"}


def eventually(question: Callable[[], bool]) -> bool:
    """Ask until it is true; patience bounds the wait, no test asserts a time."""
    for _attempt in range(PATIENCE * 5):
        if question():
            return True
        time.sleep(0.2)
    return False


def processes(site: Site, word: str) -> list[int]:
    """Ids of the running processes of this data directory whose command line has the word."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().decode(errors="replace")
                status = (entry / "stat").read_text().rsplit(")", 1)[1].split()[0]
            except OSError:
                continue
            if word in words and status != "Z" and belongs(entry, site):
                found.append(int(entry.name))
    return found


def belongs(entry: Path, site: Site) -> bool:
    """Whether a process was started for this data directory; Redis writes its title over its environment (seen)."""
    try:
        inside = (entry / "cwd").resolve().is_relative_to(Path(site.var).resolve())
        return inside or f"VAR={site.var}".encode() in (entry / "environ").read_bytes()
    except OSError:
        return False


def kill(site: Site, word: str) -> None:
    """Kill what there is of it; there must be something, or the test proves nothing."""
    found = processes(site, word)
    assert found, f"no {word} is running"
    for pid in found:
        os.kill(pid, signal.SIGKILL)


def test_history_is_protected_and_everything_is_ready(bare: Site) -> None:
    said = readyz(bare)
    checks = said["checks"]
    assert isinstance(checks, dict)
    assert {checks[name] for name in ("database", "history", "moves", "redis")} == {"ok"}


def test_postgresql_killed_comes_back_and_the_web_with_it(bare: Site) -> None:
    before = processes(bare, "gunicorn")
    kill(bare, "bin/postgres")
    assert eventually(lambda: readyz(bare)["status"] in ("ok", "degraded"))
    assert set(before) <= set(processes(bare, "gunicorn"))  # the web process was not restarted


def test_redis_killed_leaves_the_web_working_and_comes_back(bare: Site) -> None:
    kill(bare, "redis-server")
    with urllib.request.urlopen(bare.address + "/login/", timeout=10) as answer:
        assert answer.status == 200
    assert eventually(lambda: readyz(bare)["checks"]["redis"] == "ok")  # type: ignore[index]


def test_a_killed_worker_is_started_again(bare: Site) -> None:
    before = set(processes(bare, "celery"))
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: bool(set(processes(bare, "celery")) - before))


def test_a_taken_port_is_one_clear_sentence(bare: Site) -> None:
    port = bare.address.rsplit(":", 1)[1]
    done = serve(bare.environment, "--port", port)
    assert done.returncode != 0
    assert f"Port {port} is taken" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_data_directory_that_cannot_be_written_is_one_clear_sentence(tmp_path: Path) -> None:
    blocked = tmp_path / "a file"
    blocked.write_text("not a directory")
    environment = {**os.environ, "VAR": str(blocked / "var")}
    done = serve(environment, "--port", str(free_port()))
    assert done.returncode != 0
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


def serve(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run serve where it should refuse."""
    command = [sys.executable, "manage.py", "serve", "--bare", *arguments]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


def test_stopping_leaves_no_process_and_keeps_the_data() -> None:
    first = start("--bare")
    first.manage("shell", "-c", "from workflow.models import Unit; Unit.objects.create(code='99', name='kept')")
    first.process.send_signal(signal.SIGINT)
    first.process.wait(timeout=60)
    assert first.process.returncode == 0
    words = ("gunicorn", "celery", "bin/postgres", "redis-server")
    assert [pid for word in words for pid in processes(first, word)] == []
    told = first.manage("shell", "-c", "from workflow.models import Unit; print(Unit.objects.get(code='99').name)")
    assert "kept" in told
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", int(first.address.rsplit(":", 1)[1])))
