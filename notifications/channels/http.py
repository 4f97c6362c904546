"""One POST to a configured base address: no redirects, no proxies, a deadline, and three kinds of outcome.

Before the request is on its way, failing means nothing was sent (ChannelError, passing). After that any break means:
outcome unknown (another exception). An answer says which it was.
"""

import json
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from notifications.channels.base import ChannelError

LONGEST_ANSWER = 64 * 1024
REFUSED_UNREAD = (429, 503)  # the gateway says that it took nothing


class UnknownOutcome(Exception):
    """The gateway's answer does not tell whether it took the message."""


@dataclass(frozen=True)
class Answer:
    """What came back with a 2xx."""

    status: int
    text: str

    def json(self) -> dict[str, Any]:
        """The answer as an object; something else from a gateway that took the request: unknown."""
        try:
            found = json.loads(self.text)
        except ValueError as trouble:
            raise UnknownOutcome("answer is not JSON") from trouble
        if not isinstance(found, dict):
            raise UnknownOutcome("answer is not an object")
        return found


def post_json(base: str, path: str, document: Any, headers: dict[str, str] | None = None) -> Answer:
    """POST a JSON document."""
    body = json.dumps(document, ensure_ascii=False).encode()
    return post(base, path, body, {"Content-Type": "application/json; charset=utf-8", **(headers or {})})


def post(base: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
    """POST to a path below a base address; raises ChannelError where nothing was sent, or the channel refused."""
    parts = urlsplit(base)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ChannelError("base address is not http(s)://host", permanent=True)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    line = kind(parts.hostname, parts.port, timeout=settings.NOTIFY_TIMEOUT)
    try:
        _connect(line)
        line.request("POST", parts.path.rstrip("/") + path, body, {"User-Agent": "resettlement", **headers})
        reply = line.getresponse()
        return _judge(reply.status, reply.read(LONGEST_ANSWER).decode(errors="replace"))
    finally:
        line.close()


def _connect(line: HTTPConnection) -> None:
    try:
        line.connect()
    except (OSError, HTTPException) as trouble:
        raise ChannelError(type(trouble).__name__) from trouble


def _judge(status: int, text: str) -> Answer:
    if 200 <= status < 300:
        return Answer(status, text)
    if status in REFUSED_UNREAD:
        raise ChannelError(f"HTTP {status}")
    if status >= 500 or status == 408:  # a proxy's 502 or 504, or a crash: it may have been taken before that
        raise UnknownOutcome(f"HTTP {status}")
    raise ChannelError(f"HTTP {status}", permanent=True)  # a redirect is a refusal too: only the configured host
