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
    steps: dict[int, list[Any]] = field(default_factory=dict)  # the seats, by step


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
    if kind.startswith("case."):
        hear_of_the_case(told, kind, facts)
    elif kind in ("round.opened", "round.closed", "step.opened"):
        hear_of_a_round(told, kind, facts)
    elif kind.startswith(("step.", "opinion.")):
        hear_of_a_step(told, kind, body)


def hear_of_the_case(told: Told, kind: str, facts: dict[str, Any]) -> None:
    """It moved, was held or resumed; groups were made void or passed over."""
    if kind == "case.moved":
        told.state = facts["target"]
        told.held &= told.state not in FINAL
    elif kind in ("case.held", "case.resumed") and "group" not in facts:  # with a group it is one round's
        told.held = kind == "case.held"
    for group, number in facts.get("voided", ()):
        told.rounds[group, number][1] = True
    for step in facts.get("skipped", ()):
        told.steps[step][1] = "skipped"


def hear_of_a_round(told: Told, kind: str, facts: dict[str, Any]) -> None:
    """It was opened, joined or closed."""
    here = (facts["group"], facts["number"])
    if kind == "round.opened":
        told.rounds[here] = ["", False, []]
        for one in facts["seats"]:
            seat(told, here, one)
    elif kind == "step.opened":
        seat(told, here, facts["facts"])
    else:
        told.rounds[here][0] = facts["outcome"]
        for number in facts["cancelled"]:
            told.rounds[here][2][number][1] = "cancelled"


def seat(told: Told, here: Key, facts: list[Any]) -> None:
    """A new step from its event: plan, role, unit, holder, added by, id."""
    told.steps[facts[5]] = [facts[0], "open", facts[3]]
    told.rounds[here][2].append(told.steps[facts[5]])


def hear_of_a_step(told: Told, kind: str, body: dict[str, Any]) -> None:
    """An event of one step."""
    facts = body["facts"]
    here = (facts.get("group"), facts.get("number"))
    if kind == "step.taken_back":
        taken_back(told, facts)
    elif "seat" in facts:
        change(told.rounds[here][2][facts["seat"]], kind, body)
    elif facts.get("step") in told.steps:
        change(told.steps[facts["step"]], kind, body)


def taken_back(told: Told, facts: dict[str, Any]) -> None:
    """What it had made void counts again, what was carried from it no more; child rounds count for nothing or go on."""
    for group, number in facts["unvoided"]:
        told.rounds[group, number][1] = False
    for group, number in facts["voided"]:
        told.rounds[group, number][1] = True
    for group, number in facts["reopened"]:
        told.rounds[group, number][0] = ""
    for group, number in facts["undone"]:
        if told.rounds[group, number][0]:
            told.rounds[group, number][0] = "taken_back"


def change(one: list[Any], kind: str, body: dict[str, Any]) -> None:
    """State and holder of one step."""
    facts = body["facts"]
    if kind == "step.decided":
        one[1] = VERDICTS[facts["verdict"]]
    elif kind == "step.closed":
        one[1] = facts["state"]
    elif kind == "step.carried":
        one[1] = "skipped"
    elif kind == "opinion.given":
        one[1] = "answered"
    elif kind == "step.claimed":
        one[2] = body["by"]
    elif kind == "step.released":
        one[2] = None
    elif kind in ("step.reassigned", "step.handed_over"):
        one[2] = facts["to"]
    elif kind == "step.kept":
        one[2] = facts["holder"]
