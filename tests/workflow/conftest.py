"""Standing people of the engine's tests: a county with every role, in a transaction or committed for real."""

import pytest

from tests import builders
from workflow import calendars
from workflow.models import plan


@pytest.fixture
def world(db: None) -> builders.World:
    """A county inside the test's transaction."""
    plan.forget()
    calendars.forget()
    return builders.build_world()


@pytest.fixture
def live_world(live_db: None) -> builders.World:
    """A county committed for real, for tests with several connections."""
    plan.forget()
    calendars.forget()
    return builders.build_world()
