"""What a channel is: reaches and send, and one error. To add one, copy a neighbour and name it in __init__.py."""

from typing import Any, Protocol

from notifications.wording import Message
from workflow.models import User


class ChannelError(Exception):
    """The channel said no. Permanent: trying again will not help. Otherwise nothing was sent and it may be retried."""

    def __init__(self, text: str, *, permanent: bool = False) -> None:
        super().__init__(text)
        self.permanent = permanent


class Channel(Protocol):
    """A way to a person outside the application. Any other exception of send() means: outcome unknown."""

    label: Any  # in the reader's language
    needs: Any  # what a person must enter to be reached, in their language; empty: nothing

    @property
    def idempotent(self) -> bool:
        """Whether the receiving side recognises a repeated key, so that an unknown outcome may be tried again."""

    def configured(self) -> bool:
        """Whether this installation has the channel at all."""

    def reaches(self, user: User) -> bool:
        """Whether the channel is configured and this person can be reached by it."""

    def send(self, user: User, message: Message, *, key: str) -> None:
        """Send once; `key` is stable over retries so that the receiving side can recognise a repetition."""


def address_of(user: User, channel: str) -> str:
    """Where this channel finds the person; empty when they never said. Prefetched addresses cost no statement."""
    return next((row.address for row in user.addresses.all() if row.channel == channel), "")  # type: ignore[attr-defined]
