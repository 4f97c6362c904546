"""A county whose people have addresses, and a mailbox in memory."""

from typing import Any

import pytest
from django.core.mail.backends.base import BaseEmailBackend

from tests import builders, standing
from workflow.models import User


def _addresses() -> None:
    for user in User.objects.all():
        user.email = f"{user.username}@example.invalid"
        user.save(update_fields=["email"])


@pytest.fixture
def world(db: None, settings: Any) -> builders.World:
    """Inside the test's transaction."""
    return _world(settings)


@pytest.fixture
def live_world(live_db: None, settings: Any) -> builders.World:
    """Committed for real."""
    return _world(settings)


def _world(settings: Any) -> builders.World:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    made = standing.county()
    _addresses()
    for user in made.people.values():
        user.refresh_from_db()
    return made


class Broken(BaseEmailBackend):
    """A mail server that goes away in mid-conversation."""

    def send_messages(self, email_messages: object) -> int:
        """Nobody knows whether it went out."""
        raise TimeoutError("read timed out")
