"""The standing people of the subject's tests."""

from tests.agreements.conftest import live_world, world

__all__ = ["live_world", "world"]
