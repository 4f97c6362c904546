"""The engine's standing people."""

from tests.workflow.conftest import live_world, world

__all__ = ["live_world", "world"]
