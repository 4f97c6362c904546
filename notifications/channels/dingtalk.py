"""DingTalk group robot (钉钉群机器人, 专有钉钉) with a signed secret."""

import base64
import hashlib
import hmac
from urllib.parse import quote_plus

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from notifications.channels.base import address_of
from notifications.channels.http import post_json
from notifications.channels.wecom import accept, cut
from notifications.wording import Message
from workflow import clock
from workflow.models import User

PASSING = (-1, 130101, 410100)  # busy, too often: nothing was posted
LONGEST = 18_000


class DingTalk:
    """One text to the group of the configured robot."""

    label, needs, idempotent = _("DingTalk robot"), _("DingTalk user id"), False

    def configured(self) -> bool:
        """A robot is set."""
        return bool(settings.DINGTALK_URL and settings.DINGTALK_TOKEN)

    def reaches(self, user: User) -> bool:
        """A configured robot and a user id."""
        return self.configured() and bool(address_of(user, "dingtalk"))

    def send(self, user: User, message: Message, *, key: str) -> None:
        """POST {DINGTALK_URL}/robot/send?access_token=...&timestamp=...&sign=..."""
        path = f"/robot/send?access_token={settings.DINGTALK_TOKEN}"
        if settings.DINGTALK_SECRET:
            stamp = int(clock.now().timestamp() * 1000)
            path += f"&timestamp={stamp}&sign={quote_plus(sign(settings.DINGTALK_SECRET, stamp))}"
        at = {"atUserIds": [address_of(user, "dingtalk")], "isAtAll": False}
        document = {"msgtype": "text", "text": {"content": cut(message.body, LONGEST)}, "at": at}
        accept(post_json(settings.DINGTALK_URL, path, document).json().get("errcode"), PASSING)


def sign(secret: str, stamp: int) -> str:
    """Base64 of HMAC-SHA256 keyed with the secret over "milliseconds, newline, secret"."""
    digest = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
