"""An SMS gateway whose JSON body is a template of the installation's; the text is one line with the link."""

import json
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from notifications.channels.base import ChannelError, address_of
from notifications.channels.http import UnknownOutcome, post_json
from notifications.wording import Message
from workflow.models import User

LONGEST = 200  # characters: three parts of a long SMS


class Sms:
    """One SMS to an office telephone."""

    label, needs = _("SMS"), _("Telephone for SMS")

    @property
    def idempotent(self) -> bool:
        """Whether the operator says that the gateway recognises a repeated key."""
        return bool(settings.SMS_IDEMPOTENT)

    def configured(self) -> bool:
        """A gateway is set."""
        return bool(settings.SMS_URL)

    def reaches(self, user: User) -> bool:
        """A configured gateway and a telephone number."""
        return self.configured() and bool(address_of(user, "sms"))

    def send(self, user: User, message: Message, *, key: str) -> None:
        """POST the filled template to SMS_URL; SMS_SUCCESS names the field and value of a good answer."""
        values = {"phone": address_of(user, "sms"), "text": _fit(message), "key": key}
        document = fill(_template(settings.SMS_TEMPLATE), values)
        headers = {"Idempotency-Key": key}
        if settings.SMS_AUTHORIZATION:
            headers["Authorization"] = settings.SMS_AUTHORIZATION
        answer = post_json(settings.SMS_URL, "", document, headers)
        name, _sep, wanted = settings.SMS_SUCCESS.partition("=")
        if not name:
            return
        found = answer.json()
        if name not in found:
            raise UnknownOutcome("the answer lacks the field of SMS_SUCCESS")
        if str(found[name]) != wanted:
            raise ChannelError(f"{name}={str(found[name])[:40]}", permanent=True)


def _fit(message: Message) -> str:
    """Subject cut so that the link always stands whole."""
    room = LONGEST - len(message.link) - 1
    subject = message.subject if len(message.subject) <= room else message.subject[: max(0, room - 1)] + "…"
    return f"{subject} {message.link}"


def _template(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as trouble:
        raise ChannelError("SMS_TEMPLATE is not JSON", permanent=True) from trouble


def fill(template: Any, values: dict[str, str]) -> Any:
    """{phone}, {text} and {key} in the strings of a JSON template; values are data, never parsed again."""
    if isinstance(template, dict):
        return {name: fill(value, values) for name, value in template.items()}
    if isinstance(template, list):
        return [fill(value, values) for value in template]
    if not isinstance(template, str):
        return template
    parts = template.replace("{phone}", "\0phone\0").replace("{text}", "\0text\0").replace("{key}", "\0key\0")
    return "".join(values.get(part, part) if odd % 2 else part for odd, part in enumerate(parts.split("\0")))
