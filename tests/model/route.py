"""A route as it is given to the reference model: its groups, and how they lie to each other and to a state."""

from dataclasses import dataclass
from typing import Any

STATES = ("draft", "in_review", "signing", "final_check", "completed", "withdrawn", "terminated", "superseded")
SIGNING, FINAL_CHECK, COMPLETED = 2, 3, 4  # states are numbers; from COMPLETED on nothing is asked


@dataclass(frozen=True)
class Place:
    """A group in its route: the state its track gates, the one it opens in, its place in the track."""

    key: str
    state: int
    track: str
    opens: int
    position: int
    group: Any
    needs: int  # votes; 0: all of them
    fails_to: tuple[str, str]  # its own point or the drafter, else the start of its track

    def is_open(self, state: int) -> bool:
        return self.opens <= state <= self.state

    def reachable(self, state: int) -> bool:
        """Whether a return may go there: never behind signing once signed."""
        return self.opens <= state <= max(self.state, SIGNING)

    def after(self, other: "Place") -> bool:
        return self.position > other.position if self.track == other.track else self.state > other.state

    def falls(self, to: "Place") -> bool:
        """Whether a return to that place ends what is live here."""
        return self.position >= to.position if self.track == to.track else self.opens > to.state

    def plans(self, facts: dict[str, Any]) -> list[dict[str, Any]]:
        wanted = [(plan, plan.get("condition")) for plan in self.group["plans"]]
        return [plan for plan, rule in wanted if rule is None or facts[rule["fact"]] >= rule["at_least"]]

    def applies(self, state: int, facts: dict[str, Any]) -> bool:
        return self.is_open(state) and bool(self.plans(facts))

    def asks(self, facts: dict[str, Any]) -> Any:
        """What two versions of a route must have alike for a live round to go on; lead times may differ."""
        return self.state, self.track, self.group["rule"], [{**plan, "lead": 0} for plan in self.plans(facts)]
