"""What a kind of case lets a route speak about: its states, facts, needs, papers, aspects and units, with their words.

The engine knows no household: each kind hands its vocabulary in (Case subclasses implement `vocabulary()`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

YES_NO, CHOICE, NUMBER = "yes_no", "choice", "number"


@dataclass(frozen=True)
class Fact:
    """A fact that conditions may ask: its type, its words and the values it can take.

    A yes-no fact has two whole sentences (`yes`, `no`); a number has a unit of measure and a range.
    """

    label: Any
    type: str
    yes: Any = ""
    no: Any = ""
    choices: Mapping[str, Any] = field(default_factory=dict)
    measure: Any = ""
    least: float = 0
    most: float = 1e12
    grain: float = 0.01  # the smallest difference: a fen, or one person


@dataclass(frozen=True)
class Vocabulary:
    """Codes and their words, each mapping in the order in which lists show them."""

    modes: Mapping[str, Any]
    states: Mapping[str, Any]  # those a stage may belong to, in the order of the lifecycle
    points: Mapping[str, Any]  # of the schedule
    facts: Mapping[str, Fact]
    needs: Mapping[str, Any]
    papers: Mapping[str, Any]
    aspects: Mapping[str, Any]
    resolvers: Mapping[str, Any]
    roles: Mapping[str, Any]
    guards: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # needs the law asks before a state is left
    numbers: Mapping[str, Any] = field(default_factory=dict)  # by step: what the number is called that approving asks

    def of_mode(self, mode: str) -> "Vocabulary":
        """The same for routes of one mode: there the fact `mode` has one value only."""
        fact = self.facts.get("mode")
        if fact is None:
            return self
        one = replace(fact, choices={mode: self.modes.get(mode, mode)})
        return replace(self, facts={**self.facts, "mode": one})
