"""Feishu group robot (飞书自定义机器人) with a signed secret."""

import base64
import hashlib
import hmac
from typing import Any

from django.conf import settings
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from notifications.channels.base import address_of
from notifications.channels.http import post_json
from notifications.channels.wecom import accept, cut
from notifications.wording import Message
from workflow import clock
from workflow.models import User

PASSING = (9499, 11232, 11233)  # busy, too often: nothing was posted
LONGEST = 18_000


class Feishu:
    """One text to the group of the configured robot."""

    label, needs, idempotent = _("Feishu robot"), _("Feishu open id"), False

    def configured(self) -> bool:
        """A robot is set."""
        return bool(settings.FEISHU_URL and settings.FEISHU_TOKEN)

    def reaches(self, user: User) -> bool:
        """A configured robot and an open id."""
        return self.configured() and bool(address_of(user, "feishu"))

    def send(self, user: User, message: Message, *, key: str) -> None:
        """POST {FEISHU_URL}/open-apis/bot/v2/hook/..."""
        mention = f'<at user_id="{escape(address_of(user, "feishu"))}"></at> '
        document: dict[str, Any] = {
            "msg_type": "text",
            "content": {"text": mention + cut(escape(message.body), LONGEST)},
        }
        if settings.FEISHU_SECRET:
            stamp = int(clock.now().timestamp())
            document |= {"timestamp": str(stamp), "sign": sign(settings.FEISHU_SECRET, stamp)}
        path = f"/open-apis/bot/v2/hook/{settings.FEISHU_TOKEN}"
        accept(post_json(settings.FEISHU_URL, path, document).json().get("code"), PASSING)


def sign(secret: str, stamp: int) -> str:
    """Base64 of HMAC-SHA256 of nothing, keyed with "seconds, newline, secret"."""
    return base64.b64encode(hmac.new(f"{stamp}\n{secret}".encode(), b"", hashlib.sha256).digest()).decode()
