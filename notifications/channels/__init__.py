"""The channels by name."""

from notifications.channels.base import Channel, ChannelError
from notifications.channels.email import Email

CHANNELS: dict[str, Channel] = {"email": Email()}

__all__ = ["CHANNELS", "Channel", "ChannelError"]
