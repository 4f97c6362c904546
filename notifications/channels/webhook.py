"""A generic webhook signed with HMAC, for an office platform of the county's own."""

import hashlib
import hmac
import json

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from notifications.channels.http import post
from notifications.wording import Message
from workflow import clock
from workflow.models import User


class Webhook:
    """One JSON document per message; the platform finds the person by user name."""

    label, needs = _("Office platform"), ""

    @property
    def idempotent(self) -> bool:
        """Whether the operator says that the platform recognises a repeated Idempotency-Key."""
        return bool(settings.WEBHOOK_IDEMPOTENT)

    def configured(self) -> bool:
        """Address and secret are set: an unsigned message is never sent."""
        return bool(settings.WEBHOOK_URL and settings.WEBHOOK_SECRET)

    def reaches(self, user: User) -> bool:
        """Everybody."""
        return self.configured()

    def send(self, user: User, message: Message, *, key: str) -> None:
        """POST to WEBHOOK_URL; X-Signature is sha256 of "timestamp.body" under WEBHOOK_SECRET."""
        document = {"key": key, "to": user.username, "subject": message.subject, "text": message.body}
        body = json.dumps(document | {"link": message.link}, ensure_ascii=False).encode()
        stamp = str(int(clock.now().timestamp()))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Idempotency-Key": key,
            "X-Timestamp": stamp,
            "X-Signature": f"sha256={sign(settings.WEBHOOK_SECRET, stamp, body)}",
        }
        post(settings.WEBHOOK_URL, "", body, headers)


def sign(secret: str, stamp: str, body: bytes) -> str:
    """Hexadecimal HMAC-SHA256 of "timestamp.body"."""
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
