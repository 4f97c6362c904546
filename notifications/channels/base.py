"""What a channel is: two methods and one error. Adding one means copying email.py and naming it in __init__.py."""

from typing import Protocol

from notifications.wording import Message
from workflow.models import User


class ChannelError(Exception):
    """The channel said no. Permanent: trying again will not help. Otherwise nothing was sent and it may be retried."""

    def __init__(self, text: str, *, permanent: bool = False) -> None:
        super().__init__(text)
        self.permanent = permanent


class Channel(Protocol):
    """A way to a person outside the application."""

    def reaches(self, user: User) -> bool:
        """Whether this person can be reached this way at all."""

    def send(self, user: User, message: Message, *, key: str) -> None:
        """Send once; `key` is stable over retries so that the receiving side can recognise a repetition."""
