"""A worker as a process of its own that stops at a named point and waits there to be let go on, paused or killed.

`python -m tests.faults.worker POINT [HOURS]`: sweeps, relays and delivers once. At POINT it prints the name and reads a
line; "-" is no point. HOURS: how far the clock of its machine is off.
"""

import os
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from notifications import delivery  # noqa: E402
from notifications import relay as relaying  # noqa: E402
from notifications.channels import CHANNELS  # noqa: E402
from workflow import clock, sweep  # noqa: E402
from workflow.commands import deadlines, heartbeats  # noqa: E402

POINTS = (
    "sweep.written",  # reminders written, not committed
    "sweep.before_heartbeat",  # committed, not yet said
    "relay.written",  # bundles and deliveries written, not committed
    "deliver.claimed",  # under lease, the channel not called
    "deliver.started",  # about to call the channel
    "deliver.sent",  # the gateway has taken it, nothing recorded
    "deliver.recorded",  # done
)


def stop_after(where: Any, name: str, point: str, chosen: str) -> None:
    """Make a function stop when it has done its work."""
    real: Callable[..., Any] = getattr(where, name)

    def stopping(*args: Any, **named: Any) -> Any:
        result = real(*args, **named)
        if point == chosen:
            print(point, flush=True)
            sys.stdin.readline()
        return result

    setattr(where, name, stopping)


def main(chosen: str, hours: str = "0") -> None:
    """One round of everything."""
    shift, right = timedelta(hours=float(hours)), clock.now
    clock.now = lambda: right() + shift  # the one place that reads the clock
    stop_after(deadlines, "_written", "sweep.written", chosen)
    stop_after(deadlines, "sweep_all", "sweep.before_heartbeat", chosen)
    stop_after(relaying._Desk, "write", "relay.written", chosen)
    stop_after(delivery, "_claim", "deliver.claimed", chosen)
    stop_after(delivery, "_start", "deliver.started", chosen)
    stop_after(type(CHANNELS["webhook"]), "send", "deliver.sent", chosen)
    stop_after(delivery, "_record", "deliver.recorded", chosen)
    assert heartbeats.last  # the sweep's own heartbeat is written after its point
    sweep.run()
    relaying.relay()
    states = [delivery.deliver(pk) for pk in delivery.owed(clock.now())]
    print("done", *sorted(set(states)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
