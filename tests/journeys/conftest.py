"""The real product for the journeys: `manage.py serve` with web, worker, beat and servers of its own, and a browser."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests import servers
from tests.journeys.desk import Desk

ROOT = Path(__file__).resolve().parents[2]
SHOTS = ROOT / "build" / "screenshots"


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


def start(*arguments: str) -> Site:
    """Start the product and wait for its "Ready" line."""
    var, port = Path(tempfile.mkdtemp(prefix="resettlement-journey-")), free_port()
    unset = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")
    environment = {key: value for key, value in os.environ.items() if key not in unset} | {"VAR": str(var)}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--port", str(port), *arguments],
        env=environment,
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    said: list[str] = []
    for line in process.stdout or ():
        said.append(line)
        if line.startswith("Ctrl-C"):
            return Site(f"http://127.0.0.1:{port}", process, var, environment)
    raise AssertionError("the product did not start:\n" + "".join(said))


def stop(site: Site) -> None:
    """Ask it to stop, and see that it does."""
    site.process.send_signal(signal.SIGTERM)
    site.process.communicate(timeout=60)
    servers.remove(site.var)


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """One product for all journeys, with the sample programme."""
    found = start()
    yield found
    stop(found)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    with sync_playwright() as play:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        found = play.chromium.launch(executable_path=next(servers.chromiums()), args=arguments)
        yield found
        found.close()


@pytest.fixture
def desk(site: Site, browser: Browser) -> Iterator[Desk]:
    """A person's browser window at 1440 pixels, in Chinese."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    found = Desk(site.address, context.new_page(), SHOTS)
    yield found
    context.close()
    assert found.trouble == []


@pytest.fixture
def phone(site: Site, browser: Browser) -> Iterator[Desk]:
    """The same on a phone."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    found = Desk(site.address, context.new_page(), SHOTS)
    yield found
    context.close()
    assert found.trouble == []


def eventually(page: Page, seconds: float, done: str) -> bool:
    """Reload until a text is there; for what a worker does in its own time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        page.reload()
        if done in page.content():
            return True
        page.wait_for_timeout(1000)
    return False
