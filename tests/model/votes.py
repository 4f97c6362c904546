"""The reference model's rounds: how one stands is read from its seats, and theirs from the rounds below them.

Nothing is ever cancelled here: a step is asked as long as its round still needs it.
"""

from dataclasses import dataclass, field
from typing import Any

from tests.model.world import LADDER, Persons, Place


@dataclass(eq=False)
class Seat:
    """One step; `by` added it, `fixed` ties it to its holder, `source` is the decision carried forward to it."""

    plan: dict[str, Any]
    round: "Round"
    role: str
    unit: str
    holder: str = ""
    fixed: bool = False
    by: str = ""
    leader: str = LADDER[0]
    state: str = "open"
    actor: str = ""
    persons: Persons = frozenset()
    when: int = 0  # of its decision or answer
    undone: bool = False  # taken back
    source: "Seat | None" = None
    seen: dict[str, int] = field(default_factory=dict)
    voided: dict[str, "Round"] = field(default_factory=dict)
    children: list["Round"] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"{self.round.kind} {self.plan['key']} of {self.holder or self.role}: {self.state}"

    @property
    def vote(self) -> str:
        """As its round counts it: signers before or after it speak for it too."""
        signers = [child.passed for child in self.children if child.kind != "opinion"]
        waits = self.state == "approved" and None in signers
        return "refused" if False in signers else "open" if waits else self.state

    @property
    def counts(self) -> bool:
        """Whether it still counts when its round is asked again after a taking back."""
        undone = self.undone or any(child.how == "taken_back" for child in self.children)
        return self.vote in ("approved", "refused") and not undone


@dataclass(eq=False)
class Round:
    """One go at a group, or a step's own signers or advisers; `plans` applied when it opened, `later`: yet to ask."""

    place: Place
    kind: str = "group"
    parent: Seat | None = None
    seats: list[Seat] = field(default_factory=list)
    plans: list[dict[str, Any]] = field(default_factory=list)
    later: list[dict[str, Any]] = field(default_factory=list)
    held: bool = False
    how: str = ""  # passed, sent, over, taken_back; empty while it lives
    by: Seat | None = None  # whose decision ended it
    when: int = 0  # of the override that passed it
    to: Place | None = None  # where it was sent back to
    seen: dict[str, int] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return str(self.place.key)

    @property
    def root(self) -> "Round":
        return self.parent.round.root if self.parent else self

    @property
    def above(self) -> list["Round"]:
        """The rounds of signers it stands in, itself the first; none for a group's own."""
        return [self, *self.parent.round.above] if self.parent else []

    def votes(self, *which: str) -> int:
        """How much the planned seats that voted so weigh."""
        weighs = self.kind == "group" and self.place.group["rule"] == "weighted"
        planned = [seat for seat in self.seats if (self.parent or not seat.by) and seat.vote in which]
        return sum(seat.plan.get("weight", 1) if weighs else 1 for seat in planned)

    @property
    def goal(self) -> int:
        rule, total = self.place.group["rule"], self.votes("open", "approved", "refused", "returned")
        return total if self.parent else self.place.group["threshold"] or min(total, 1 if rule == "any" else 99)

    @property
    def met(self) -> bool:
        """Whether the rule is met, but for added signers, who must agree too."""
        return bool(self.how) or (self.votes("approved") >= self.goal and not self.later)

    @property
    def passed(self) -> bool | None:
        """False when it cannot pass any more, None while it is open."""
        added = {seat.vote for seat in self.seats if seat.by and not self.parent} - {"approved", "cancelled"}
        if not self.how and (self.votes("approved", "open") < self.goal or added - {"open"}):
            return False
        return True if self.how or (self.met and not added) else None

    def asked(self) -> list[Seat]:
        """Whose answer it still needs, in whatever depth."""
        needed = [one for one in self.seats if self.passed is None and one.vote == "open" and (one.by or not self.met)]
        return [one for seat in needed for one in ([seat] * (seat.state == "open") + below(seat))]

    def tree(self) -> list[Seat]:
        """Everybody who has a say in it."""
        found = []
        for seat in self.seats:
            found += [seat, *(one for child in seat.children if child.how != "taken_back" for one in child.tree())]
        return found


def below(seat: Seat) -> list[Seat]:
    return [one for child in seat.children for one in child.asked()]
