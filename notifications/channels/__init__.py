"""The channels by name. The in-app inbox is none of them: it is the notice rows themselves and needs no sending."""

from notifications.channels.apprise import Apprise
from notifications.channels.base import Channel, ChannelError
from notifications.channels.dingtalk import DingTalk
from notifications.channels.email import Email
from notifications.channels.feishu import Feishu
from notifications.channels.sms import Sms
from notifications.channels.webhook import Webhook
from notifications.channels.wecom import WeCom

CHANNELS: dict[str, Channel] = {
    "email": Email(),
    "wecom": WeCom(),
    "dingtalk": DingTalk(),
    "feishu": Feishu(),
    "sms": Sms(),
    "webhook": Webhook(),
    "apprise": Apprise(),
}

__all__ = ["CHANNELS", "Channel", "ChannelError"]
