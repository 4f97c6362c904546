"""The next storage date: of several schedules (stages of an impoundment) the first whose water is still to come."""

from dataclasses import dataclass
from datetime import date

from workflow import calendars


@dataclass(frozen=True)
class Water:
    """A schedule and the day its water rises."""

    pk: int
    storage_on: date


def upcoming(today: date) -> Water | None:
    """The next one, or the last one when all lie behind; None without a programme."""
    known = [Water(pk, storage_on) for pk, storage_on in calendars.storage_days().items()]
    ahead = [one for one in known if one.storage_on >= today]
    if ahead:
        return min(ahead, key=lambda one: (one.storage_on, one.pk))
    return max(known, key=lambda one: (one.storage_on, -one.pk), default=None)
