"""/livez and /readyz: is this process alive, can it work, and is history protected."""

from collections.abc import Callable
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from workflow import clock
from workflow.commands import moves
from workflow.models import Heartbeat

View = Callable[..., HttpResponse]
STALLED_SECONDS = 180
TRIGGERS = ("event_append_only", "decision_append_only", "case_legal_move", "step_legal_move")
# without these decisions can be taken, but only the thorough sweep finds what was opened since: nobody would notice
WATCHING = ("step_watch_opened", "step_watch_changed", "round_watch_waited", "hold_watch_resumed")


def declared(who: str) -> Callable[[View], View]:
    """Mark a view with its access policy; an undeclared URL fails the build (promise P19)."""

    def mark(view: View) -> View:
        view.policy = who  # type: ignore[attr-defined]
        return view

    return mark


@declared("everyone: process is alive")
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@declared("everyone: names of checks, no data")
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when decisions can be taken (status ok or degraded), 503 when they cannot."""
    try:
        checks = {**history(), "redis": broker(), "sweep": sweep()}
    except DatabaseError as trouble:
        return JsonResponse({"status": "down", "checks": {"database": type(trouble).__name__}}, status=503)
    down = checks["history"] == "triggers missing" or checks["moves"] != "ok"
    degraded = any(value != "ok" for value in checks.values())
    status = "down" if down else "degraded" if degraded else "ok"
    return JsonResponse({"status": status, "checks": {"database": "ok", **checks}}, status=503 if down else 200)


def history() -> dict[str, Any]:
    """Promise D7: triggers are there and this role cannot change history; reminders find every open step."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgname = ANY(%s) AND tgenabled = 'O'", [[*TRIGGERS, *WATCHING]]
        )
        there = {row[0] for row in cursor.fetchall()}
        cursor.execute("SELECT has_table_privilege('workflow_event', 'UPDATE')")
        writable = cursor.fetchone()[0]
    told = "triggers missing" if not there.issuperset(TRIGGERS) else "history unprotected" if writable else "ok"
    return {
        "history": told,
        "moves": "ok" if moves.in_step() else "legal moves stale: run manage.py upgrade",
        "watch": "ok" if there.issuperset(WATCHING) else "reminder triggers missing",
    }


def broker() -> str:
    """Redis is a hint only (promise D3): without it the web works and reminders wait."""
    address = settings.REDIS_URL
    if address.startswith("redis+socket://"):
        address = address.replace("redis+socket://", "unix://").split("?")[0]
    try:
        with redis.Redis.from_url(address, socket_timeout=1, socket_connect_timeout=1) as client:
            client.ping()
    except redis.RedisError as trouble:
        return f"unreachable ({type(trouble).__name__})"
    return "ok"


def sweep() -> str:
    """Promise P14: an engine that has stopped sweeping is seen."""
    beat = Heartbeat.objects.filter(name="sweep").first()
    if beat is None:
        return "never ran"
    age = (clock.now() - beat.at).total_seconds()
    return "ok" if age <= STALLED_SECONDS else f"stalled for {int(age)} s"
