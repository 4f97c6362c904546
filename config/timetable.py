"""What beat starts and how often; every job is level-triggered, so a missed tick costs latency and nothing else."""

from typing import Any

SECONDS: dict[str, tuple[str, float]] = {
    "sweep": ("workflow.tasks.sweep_deadlines", 60.0),
    "relay": ("notifications.tasks.relay", 15.0),
    "weekly": ("workflow.tasks.weekly_reports", 600.0),
}
DAILY: dict[str, tuple[str, dict[str, Any]]] = {
    "hourly": ("workflow.tasks.hourly", {"minute": 1}),  # one minute past, so that a day's first look comes early
    "nightly": ("workflow.tasks.nightly", {"hour": 2, "minute": 30}),  # Asia/Shanghai
}
