"""What beat starts and how often; every job is level-triggered, so a missed tick costs latency and nothing else."""

from typing import Any

from django.conf import settings

DAILY: dict[str, tuple[str, dict[str, Any]]] = {
    "hourly": ("workflow.tasks.hourly", {"minute": 1}),  # one minute past, so that a day's first look comes early
    "nightly": ("workflow.tasks.nightly", {"hour": 2, "minute": 30}),  # Asia/Shanghai
}


def seconds() -> dict[str, tuple[str, float]]:
    """Task and seconds between two ticks, by name; read when beat starts, because settings are loaded then."""
    return {
        "sweep": ("workflow.tasks.sweep_deadlines", settings.SWEEP_SECONDS),
        "relay": ("notifications.tasks.relay", settings.RELAY_SECONDS),
        "weekly": ("workflow.tasks.weekly_reports", 600.0),
    }
