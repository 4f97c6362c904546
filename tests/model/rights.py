"""Who may, in the reference model."""

from typing import Any

from tests.model.moving import Moving
from tests.model.votes import Seat
from tests.model.world import Persons


class Refused(Exception):
    """The verb is not possible."""


class Rights(Moving):
    """One case, and the questions asked before anything is done to it."""

    def need(self, *conditions: Any) -> None:
        if not all(conditions):
            raise Refused

    def excluded(self, persons: Persons, seat: Seat) -> bool:
        """Four eyes; and one person one vote where heads are counted or signers were added."""
        live = seat.round.root
        votes = [one for one in live.tree() if one.persons & persons and one is not seat and not one.undone]
        counted = live.place.group["rule"] in ("k_of_n", "weighted") or any(one.by for one in live.tree())
        return self.people.four_eyes(persons, live.place, seat.plan, self.acts) or bool(counted and votes)

    def stopped(self, seat: Seat) -> bool:
        return self.held or seat.round.held or seat.round.root.held or seat not in self.asked()

    def acts_on(self, who: str, seat: Seat) -> bool:
        """Whether this person works on this step now: theirs by post, not another's, not excluded."""
        persons = self.people.post(who, seat.role, seat.unit)[0]
        return bool(persons) and self.free(who, seat) and not self.stopped(seat) and not self.excluded(persons, seat)

    def free(self, who: str, seat: Seat) -> bool:
        """Nobody else's by claim; a claim lasts as long as the post under which it was made."""
        lapsed = not seat.fixed and not self.people.post(seat.holder, seat.role, seat.unit)[0] if seat.holder else True
        return lapsed or self.people.stands_in(who, seat.holder)

    def may(self, who: str, seat: Seat) -> bool:
        """Whether they may decide it: nobody who was asked before them still owes an answer."""
        waits = any(child.passed is None and child.kind != "after" for child in seat.children)
        return self.acts_on(who, seat) and not waits

    def candidate(self, seat: Seat, who: str, asker: str, hand_on: bool = False) -> tuple[str, str]:
        """(role, unit) under which a person may be asked: in reach, not asked already, not excluded."""
        posts = list(self.people.in_reach(who, asker, seat, hand_on))
        asked = {one.holder for one in seat.round.root.asked() if one is not seat} if not hand_on or seat.by else ()
        same = who == (seat.holder if hand_on else asker)
        self.need(posts, who not in asked, not same, not self.excluded(frozenset({who}), seat))
        return posts[0]
