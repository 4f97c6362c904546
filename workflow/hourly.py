"""The hourly check: claims that ended, open cases that wait for nobody, facts that drifted (promise P6)."""

from datetime import datetime
from typing import Any

from workflow import clock
from workflow.commands import claims, findings, heartbeats
from workflow.models import Heartbeat
from workflow.queries import invariants


def run(now: datetime | None = None) -> dict[str, Any]:
    """End claims whose posting has ended, then look for open cases that wait for nobody and facts that drifted (P6)."""
    moment = now or clock.now()
    released = claims.end_lapsed(moment)
    last = Heartbeat.objects.filter(name=heartbeats.INVARIANTS).first()
    after = int(last.detail.get("derived_to", 0)) if last else 0
    found, following = invariants.check(moment, derive_after=after)
    counts = findings.record(found, moment, derived=(after, following))
    heartbeats.beat(heartbeats.INVARIANTS, clock.now(), released=released, derived_to=following, **counts)
    return {"released": released, **counts}
