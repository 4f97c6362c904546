"""What one decided oneself: how, when, where it has come to since, and whether it can still be taken back."""

from dataclasses import dataclass
from datetime import date, datetime

from workflow import rights
from workflow.models import Step, User
from workflow.policies import Authority
from workflow.queries import glance, words


@dataclass(frozen=True)
class Decided:
    """One decision. `now`: the steps the case waits at, in words; `takeable`: nobody after it has acted."""

    verdict: str
    at: datetime
    taken_back: bool
    now: list[str]
    takeable: bool


def of(user: User, steps: list[Step], authorities: list[Authority], today: date) -> dict[int, Decided]:
    """By step, for a page of them in a fixed number of statements."""
    readings = glance.of_cases(user, {step.case_id for step in steps}, authorities, today)
    found = {}
    for step in steps:
        run = readings[step.case_id]
        decision, own = run.decisions[step.pk], next(one for one in run.steps if one.pk == step.pk)
        waits = dict.fromkeys(words.name(run.plan(one).names) for one in run.steps if one.state == "open")
        found[step.pk] = Decided(
            verdict=decision.verdict,
            at=decision.at,
            taken_back=own.taken_back_at is not None,
            now=list(waits),
            takeable=rights.why_not_take_back(run, own) is None,
        )
    return found
