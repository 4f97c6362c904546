"""The real product for the journeys: `manage.py serve` with web, worker, beat and servers of its own, and a browser."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests import servers
from tests.journeys import sessions
from tests.journeys.desk import Desk
from tests.product import ROOT, Site, start, stop

SHOTS = ROOT / "build" / "screenshots"


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """One product for all journeys, with the sample programme and everybody signed in."""
    found = start()
    Desk.kept.update(sessions.of_everybody(found))
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


@pytest.fixture(scope="session")
def shared_window(site: Site, browser: Browser) -> Iterator[Desk]:
    """Half a second of the machine's is what a new window takes."""
    context = browser.new_context()
    yield Desk(site.address, context.new_page(), SHOTS)
    context.close()


@pytest.fixture
def reader(shared_window: Desk) -> Iterator[Desk]:
    """A window at 1440 pixels for tests that read and type nothing: always the same one, signed out, nothing cached."""
    shared_window.sign_out()
    shared_window.page.set_viewport_size({"width": 1440, "height": 900})
    shared_window.page.context.new_cdp_session(shared_window.page).send("Network.clearBrowserCache")
    shared_window.trouble.clear()
    yield shared_window
    assert shared_window.trouble == []


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
