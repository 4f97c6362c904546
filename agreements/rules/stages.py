"""Staged impoundment: which gate a household races against. Pure: no database, no clock."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple


class Gate(NamedTuple):
    """An impoundment, staged or final; levels in metres, None = whatever the level."""

    schedule_id: int
    planned_on: date
    level_m: Decimal | None


def gate_for(elevation_m: Decimal, gates: Iterable[Gate]) -> Gate:
    """The first gate whose water reaches the household ("570 m and below" includes 570); else the last one."""
    ordered = sorted(gates, key=lambda gate: (gate.planned_on, gate.schedule_id))
    reached = (gate for gate in ordered if gate.level_m is None or elevation_m <= gate.level_m)
    return next(reached, ordered[-1])


def points(storage_on: date, back_plan: Mapping[str, int]) -> dict[str, date]:
    """The back-plan's points as dates: so many calendar days before the water."""
    return {point: storage_on - timedelta(days=days) for point, days in back_plan.items()}
