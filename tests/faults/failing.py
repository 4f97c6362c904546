"""Settings and middleware of a product that kills itself at a named point: the product itself has no failpoint code.

A test writes the point's name to VAR/failpoint and sends one POST; the web process takes the file away (so that the
retry is spared) and sends itself SIGKILL when it comes to that point.
"""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

from config.settings import *  # noqa: F403
from config.settings import MIDDLEWARE as USUAL
from config.settings import VAR

MIDDLEWARE = ["tests.faults.failing.Failpoint", *USUAL]
POINTS = (
    "before the lock",
    "with the lock",
    "before writing",
    "all is written",
    "before the commit",
    "after the commit",
    "before the answer",
)


def die() -> None:
    """As the out-of-memory killer does it."""
    os.kill(os.getpid(), signal.SIGKILL)


class Failpoint:
    """Around one request: wraps the connection when a failpoint is armed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Die at the armed point, or behave."""
        point = armed(Path(VAR)) if request.method == "POST" else ""
        if not point:
            return self.get_response(request)
        really = connection.commit
        connection.commit = lambda: commit(point, really)  # type: ignore[method-assign]
        with connection.execute_wrapper(lambda *told: statement(point, *told)):
            response = self.get_response(request)
        del connection.commit
        if point == "before the answer":
            die()
        return response


def armed(var: Path) -> str:
    """The point the test wrote, taken away at once; empty when there is none."""
    mine = var / f"failpoint.{os.getpid()}"
    try:
        (var / "failpoint").rename(mine)
    except FileNotFoundError:
        return ""
    point = mine.read_text()
    mine.unlink()
    return point


def statement(point: str, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    """Round one statement of the request."""
    locks = "workflow_case" in sql and "FOR NO KEY UPDATE" in sql
    writes = "workflow_decision" in sql and "INSERT INTO" in sql
    if (locks and point == "before the lock") or (writes and point == "before writing"):
        die()
    done = execute(sql, params, many, context)
    if (locks and point == "with the lock") or (writes and point == "all is written"):
        die()
    return done


def commit(point: str, really: Callable[[], None]) -> None:
    """Round the commit."""
    if point == "before the commit":
        die()
    really()
    if point == "after the commit":
        die()
