"""Apprise (an optional extra: `pip install apprise`), for the hundred services we have no file of our own for."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from notifications.channels.base import address_of
from notifications.channels.http import UnknownOutcome
from notifications.wording import Message
from workflow.models import User

library: Any = import_module("apprise") if find_spec("apprise") else None


class Apprise:
    """One message by the installation's APPRISE_URL, {to} in it being the person's address there."""

    label, needs, idempotent = _("Other service (Apprise)"), _("Address at that service"), False

    def configured(self) -> bool:
        """The library is installed and a service is set."""
        return bool(library and settings.APPRISE_URL)

    def reaches(self, user: User) -> bool:
        """The library, a configured service and, where the service asks for one, an address."""
        asks = "{to}" in settings.APPRISE_URL
        return self.configured() and (not asks or bool(address_of(user, "apprise")))

    def send(self, user: User, message: Message, *, key: str) -> None:
        """Apprise answers yes or no; a no may hide a timeout, so its outcome is unknown."""
        service = library.Apprise()
        to = "".join(c for c in address_of(user, "apprise") if c.isalnum() or c in "@._-+")
        service.add(settings.APPRISE_URL.replace("{to}", to))
        if not service.notify(title=message.subject, body=message.body):
            raise UnknownOutcome("apprise said no")
