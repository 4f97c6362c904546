"""WeCom group robot (企业微信群机器人), public or private: the member is mentioned by id."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from notifications.channels.base import ChannelError, address_of
from notifications.channels.http import post_json
from notifications.wording import Message
from workflow.models import User

PASSING = (-1, 45009, 45033)  # busy, too often: nothing was posted
LONGEST = 2000  # bytes of a text; the robot takes 2048


class WeCom:
    """One text to the group of the configured robot."""

    label, needs, idempotent = _("WeCom robot"), _("WeCom member id"), False

    def configured(self) -> bool:
        """A robot is set."""
        return bool(settings.WECOM_URL and settings.WECOM_KEY)

    def reaches(self, user: User) -> bool:
        """A configured robot and a member id."""
        return self.configured() and bool(address_of(user, "wecom"))

    def send(self, user: User, message: Message, *, key: str) -> None:
        """POST {WECOM_URL}/cgi-bin/webhook/send?key=..."""
        text = {"content": cut(message.body, LONGEST), "mentioned_list": [address_of(user, "wecom")]}
        answer = post_json(
            settings.WECOM_URL,
            f"/cgi-bin/webhook/send?key={settings.WECOM_KEY}",
            {"msgtype": "text", "text": text},
        )
        accept(answer.json().get("errcode"), PASSING)


def accept(code: object, passing: tuple[int, ...]) -> None:
    """0 is taken; a code of the list passes; every other one is final."""
    if code == 0:
        return
    raise ChannelError(f"error code {code}"[:60], permanent=code not in passing)


def cut(text: str, longest: int) -> str:
    """At most so many bytes of UTF-8, at a line's end where possible; the link survives."""
    raw = text.encode()
    if len(raw) <= longest:
        return text
    lines, end = text.split("\n"), "\n".join(text.split("\n")[-3:])
    room = longest - len(end.encode()) - 5
    kept: list[str] = []
    for line in lines[:-3]:
        room -= len(line.encode()) + 1
        if room < 0:
            break
        kept.append(line)
    return "\n".join([*kept, "...", end]).encode()[:longest].decode(errors="ignore")
