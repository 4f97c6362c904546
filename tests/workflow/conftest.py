"""Standing people of the engine's tests: a county with every role, in a transaction or committed for real."""

import pytest

from tests import builders, standing
from workflow import calendars


@pytest.fixture
def world(db: None) -> builders.World:
    """A county inside the test's transaction."""
    return standing.county()


@pytest.fixture
def live_world(live_db: None) -> builders.World:
    """A county committed for real, for tests with several connections."""
    return standing.county()


@pytest.fixture
def steady_calendars(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a calendar has changed is asked once a second: not in a count of statements on a slow machine."""
    monkeypatch.setattr(calendars, "FRESH_SECONDS", 1e9)
