"""Heartbeats: written after a piece of work, in real time, so that silence is seen (promise P14)."""

from datetime import datetime, timedelta
from typing import Any

from workflow.models import Heartbeat

SWEEP, RELAY, NIGHTLY, SENDING_HELD = "sweep", "relay", "nightly", "sending_held"
THOROUGH = "sweep_thorough"  # the last sweep that looked at every open step again
INVARIANTS = "invariants"
BACKUP = "backup"  # by whatever takes the backups, when one is complete
LONG_SILENCE = timedelta(hours=24)  # after such a gap outside sending waits for an operator


def beat(name: str, at: datetime, **detail: Any) -> None:
    """Say that this work was finished at this real moment."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": at, "detail": detail})


def last(name: str) -> datetime | None:
    """When this work was last finished; None when never."""
    return Heartbeat.objects.filter(name=name).values_list("at", flat=True).first()


def hold_sending_after_silence(at: datetime) -> bool:
    """Hold outside sending when the last sweep is more than 24 hours old; the inbox is unaffected."""
    silent_since = last(SWEEP)
    if silent_since is None or at - silent_since <= LONG_SILENCE:
        return False
    Heartbeat.objects.get_or_create(
        name=SENDING_HELD, defaults={"at": at, "detail": {"silent_since": silent_since.isoformat()}}
    )
    return True


def sending_is_held() -> bool:
    """Whether outside sending waits for an operator."""
    return Heartbeat.objects.filter(name=SENDING_HELD).exists()


def confirm_sending() -> bool:
    """An operator lets outside sending go on; True when it was held."""
    return bool(Heartbeat.objects.filter(name=SENDING_HELD).delete()[0])
