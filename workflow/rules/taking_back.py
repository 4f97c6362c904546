"""Taking a decision back (拿回): by whoever made it, while nobody has built on it. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from workflow.rules.route import Place, RouteSpec

NOT_YOURS, HELD, NO_POST = "not_yours", "held", "no_post"
PAST, SETTLED, WAITED_FOR = "past", "settled", "waited_for"  # no way back; the group ended otherwise; others are asked
OVERRIDDEN, ENDED, DECIDED, ASKED, ANSWERED = "overridden", "ended", "decided", "asked", "answered"


@dataclass(frozen=True)
class Own:
    """The decision: its step, its number (later decisions have higher ones), who made it and for whom, and when."""

    step: int
    number: int
    actor: int
    on_behalf_of: int | None
    at: datetime
    undone: bool = False


@dataclass(frozen=True)
class Seat:
    """One step of a round: the number of its decision (0: none), who asked for it, when it answered, and whether it
    waits for somebody whom it asked in turn."""

    step: int
    decided: int = 0
    added_by: int | None = None
    answered: datetime | None = None
    asks: bool = False


@dataclass(frozen=True)
class Ran:
    """A round: `ended_by_step` ended it, with the decision of number `ended_by` unless that was undone; where it was
    sent back to; when it was passed by override."""

    key: int
    group: str
    closed: bool = False
    ended_by_step: int | None = None
    ended_by: int = 0
    return_to: str | None = None  # None: it was not sent back
    overridden: datetime | None = None
    seats: tuple[Seat, ...] = ()


@dataclass(frozen=True)
class Bar:
    """Why not, as a code; where somebody has acted since, in which round and on which step."""

    code: str
    round: int = 0
    step: int = 0


def why_not_yours(own: Own | None, me: int | None, *, held: bool, posted: bool) -> str:
    """Why this person may not try at all, as a code: it is not their decision (made by them, or in their name), the
    case is on hold, or they have lost the post under which they would act."""
    if own is None or own.undone or me is None or me not in (own.actor, own.on_behalf_of):
        return NOT_YOURS
    if held:
        return HELD
    return "" if posted else NO_POST


def built_on(own: Own, live: Ran, rounds: Iterable[Ran], route: RouteSpec, *, final: bool) -> Bar | None:
    """What stands in the way of undoing it: `live` is the round of its group, `rounds` are those of the case in order.

    Whatever lies at or behind the point where the decision left the case is looked through: nobody may have decided
    there since, signed, asked others, answered them, or ended a round from outside it.
    """
    place = route.places.get(live.group)
    if place is None or final:
        return Bar(PAST)
    if live.closed and live.ended_by_step != own.step:
        return Bar(SETTLED, live.key)
    back = place if live.return_to is None else route.places.get(live.return_to)
    if back is None:
        return Bar(PAST)
    for one in _behind(rounds, route, back):
        if found := next(_since(own, one), None):
            return found
    if not live.closed and any(seat.asks and seat.step != own.step for seat in live.seats):
        return Bar(WAITED_FOR, live.key)
    return None


def _behind(rounds: Iterable[Ran], route: RouteSpec, back: Place) -> Iterator[Ran]:
    return (one for one in rounds if (place := route.places.get(one.group)) and route.falls(place, back))


def _since(own: Own, one: Ran) -> Iterator[Bar]:
    """What others did in this round after the decision; what its maker asked of others binds nobody yet."""
    if one.overridden and one.overridden > own.at:
        yield Bar(OVERRIDDEN, one.key)
    if one.ended_by > own.number:
        yield Bar(ENDED, one.key)
    for seat in one.seats:
        if seat.decided > own.number:
            yield Bar(DECIDED, one.key, seat.step)
        if seat.added_by and seat.step > own.step and seat.added_by != own.actor:
            yield Bar(ASKED, one.key, seat.step)
        if seat.answered and seat.answered > own.at:
            yield Bar(ANSWERED, one.key, seat.step)
