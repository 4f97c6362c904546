"""What a verdict does to everything else of its case, before any words: pages say it, tests hold the engine to it."""

from collections.abc import Iterator
from dataclasses import dataclass

from workflow import backwards, rights, seats
from workflow.models import Round, Step
from workflow.queries.glance import Glance
from workflow.rules import effects
from workflow.rules.effects import APPROVE, REFUSE, RETURN, SENT_BACK, Effect
from workflow.rules.route import FAILED, OPEN, Place


@dataclass(frozen=True)
class Aftermath:
    """result: open | passed | failed | sent_back, of the group's own round. needed: approvals it still lacks.

    ended: steps of its own group that end without a decision. aside: the same of other groups, by their rounds.
    to: the point it goes back to. void: rounds that had passed and count no more. standing: groups behind that point
    that have passed and still count. goes_on: its own group is asked again at once, beside the point it went to.
    waits_for: an added signer's verdict goes no further than to the step it was asked for.
    """

    result: str
    needed: int = 0
    opens_next: bool = False
    ended: tuple[Step, ...] = ()
    to: Place | None = None
    aside: tuple[tuple[Round, tuple[Step, ...]], ...] = ()
    void: tuple[Round, ...] = ()
    standing: tuple[Place, ...] = ()
    goes_on: bool = False
    waits_for: Step | None = None

    @property
    def cancelled(self) -> tuple[Step, ...]:
        """Every step that ends without a decision, wherever it is."""
        return self.ended + tuple(step for _round, steps in self.aside for step in steps)


def of(found: Glance, step: Step, verdict: str, to: str = "", resume: str = "with_me") -> Aftermath:
    """What follows from a verdict on an open step; a return without a point that can be gone back to has none."""
    live = seats.root(found, step.round)
    if verdict == RETURN:
        point = rights.return_point(found, step.round, to)
        return _back(found, live, step, SENT_BACK, point, resume) if point else Aftermath(SENT_BACK)
    return _counted(found, step, step, verdict, [])


def _counted(found: Glance, mine: Step, step: Step, verdict: str, before: list[Step]) -> Aftermath:
    """My verdict in the round of a step, and from an added signer's on up. `before`: who ended on the way there."""
    live, after = step.round, _effect(found, step, verdict)
    above = seats.parent(found, live)
    if above is not None:
        if after.result == OPEN:
            return Aftermath(OPEN, ended=tuple(before))
        if verdict == APPROVE and (above.state == "open" or _others(found, above, live)):
            return Aftermath(OPEN, ended=tuple(before), waits_for=above)
        ended = [one for one in _asked_for(found, above) if one is not mine and verdict == REFUSE]
        return _counted(found, mine, above, verdict, ended)
    if after.result == FAILED:
        point = rights.refuse_point(found, live)
        return _back(found, live, mine, FAILED, point, "again")
    members = seats.members(found, live)
    others = [members[int(str(key))] for key in after.cancelled if members[int(str(key))] is not step]
    gone = (*before, *(one for other in others for one in _asked_for(found, other)))
    return Aftermath(after.result, needed=after.needed, opens_next=after.opens_next, ended=gone)


def _effect(found: Glance, step: Step, verdict: str) -> Effect:
    """The rule of the round itself, carried decisions counted in."""
    live = step.round
    members = seats.members(found, live)
    key = next(index for index, one in enumerate(members) if one is step)
    return effects.effect(seats.table(found, live), key, verdict, on_refuse="")


def _others(found: Glance, above: Step, live: Round) -> list[Round]:
    """Other signers who are still asked for the same step."""
    children = seats.children(found, above)
    return [one for one in children if one is not live and one.closed_at is None and one.kind != Round.OPINION]


def _asked_for(found: Glance, step: Step) -> Iterator[Step]:
    """Who is asked for a seat: its own step while that is open, and the signers and advisers still asked for it."""
    if step.state == "open":
        yield step
    for child in seats.children(found, step):
        if child.closed_at is None:
            yield from seats.asked(found, child)


def _back(found: Glance, live: Round, mine: Step, result: str, point: Place, resume: str) -> Aftermath:
    """Backwards, for a return as for a group that cannot pass any more."""
    rounds = backwards.fallen(found, live, point) + backwards.overtaken(found, live, point, resume)
    void = backwards.voided(found, point, resume)
    gone = {one.group for one in void}
    behind = [place for place in found.route.places.values() if found.route.is_after(place, point)]
    return Aftermath(
        result,
        ended=tuple(one for one in seats.asked(found, live) if one is not mine),
        to=point,
        aside=tuple((one, tuple(seats.asked(found, one))) for one in rounds if one is not live),
        void=tuple(void),
        standing=tuple(p for p in behind if p.group.key not in gone and found.stands(p.group.key)),
        goes_on=backwards.goes_on(found, live, point, resume),
    )
