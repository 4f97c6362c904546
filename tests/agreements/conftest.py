"""Standing people and households of the subject's tests."""

import pytest

from tests import builders, standing


@pytest.fixture
def world(db: None, settings: object, tmp_path: object) -> builders.World:
    """A county inside the test's transaction; uploaded files go to a folder of the test's own."""
    settings.MEDIA_ROOT = str(tmp_path)  # type: ignore[attr-defined]
    return standing.county()


@pytest.fixture
def live_world(live_db: None, settings: object, tmp_path: object) -> builders.World:
    """A county committed for real, for tests with several connections."""
    settings.MEDIA_ROOT = str(tmp_path)  # type: ignore[attr-defined]
    return standing.county()
