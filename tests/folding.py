"""Folds a case's events, and nothing else, into its state, rounds and steps (promise P2)."""

import json
from dataclasses import dataclass, field
from typing import Any

from workflow.models import Event

VERDICTS = {"approve": "approved", "return": "returned", "refuse": "refused"}
FINAL = ("completed", "withdrawn", "terminated", "superseded")
Key = tuple[str, int]


@dataclass
class Told:
    """What the events say. rounds: (group, number) -> [outcome, void, seats]; a seat is [plan, state, holder]."""

    state: str = "draft"
    held: bool = False
    rounds: dict[Key, Any] = field(default_factory=dict)


def fold(case_id: int, names: dict[int | None, str]) -> Told:
    """Read the events in order; holders in the caller's names."""
    told = Told()
    for kind, body in Event.objects.filter(case_id=case_id).order_by("sequence").values_list("kind", "body"):
        hear(told, kind, json.loads(body))
    told.rounds = {
        key: (outcome, void, tuple((plan, state, names[holder]) for plan, state, holder in seats))
        for key, (outcome, void, seats) in told.rounds.items()
    }
    return told


def hear(told: Told, kind: str, body: dict[str, Any]) -> None:
    """One event."""
    facts = body["facts"]
    here = (facts.get("group"), facts.get("number"))
    if kind == "round.opened":
        told.rounds[here] = ["", False, [seated(one) for one in facts["seats"]]]
    elif kind == "step.opened":
        told.rounds[here][2].append(seated(facts["facts"]))
    elif kind == "round.closed":
        told.rounds[here][0] = facts["outcome"]
        for seat in facts["cancelled"]:
            told.rounds[here][2][seat][1] = "cancelled"
    elif kind == "case.sent_back":
        for group, number in facts["voided"]:
            told.rounds[group, number][1] = True
    elif kind == "case.moved":
        told.state = facts["target"]
        told.held &= told.state not in FINAL
    elif kind in ("case.held", "case.resumed"):
        told.held = kind == "case.held"
    elif "seat" in facts:
        hear_of_a_step(told.rounds[here][2][facts["seat"]], kind, body)


def seated(facts: list[Any]) -> list[Any]:
    """A new seat from its event: plan, role, unit, holder, ..."""
    return [facts[0], "open", facts[3]]


def hear_of_a_step(seat: list[Any], kind: str, body: dict[str, Any]) -> None:
    """An event of one step."""
    facts = body["facts"]
    if kind == "step.decided":
        seat[1] = VERDICTS[facts["verdict"]]
    elif kind == "step.closed":
        seat[1] = facts["state"]
    elif kind == "step.claimed":
        seat[2] = body["by"]
    elif kind == "step.released":
        seat[2] = None
    elif kind == "step.reassigned":
        seat[2] = facts["to"]
    elif kind == "opinion.given":
        seat[1] = "answered"
