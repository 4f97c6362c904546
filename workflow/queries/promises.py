"""Promised dates: open, kept, broken; read from the steps, so that a promise cannot be talked better."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from workflow import clock, policies
from workflow.models import Promise, Step, User
from workflow.models.plan import spec
from workflow.policies import Authority
from workflow.queries import words

OPEN, KEPT, BROKEN, VOID = "open", "kept", "broken", "void"
DECIDED = ("approved", "returned", "refused", "answered")
MOST = 300


@dataclass(frozen=True)
class Word:
    """One promise and what became of it."""

    promise: Promise
    status: str
    reference: str
    title: str
    step_name: str
    unit: str


@dataclass
class Score:
    """Promises of one person or one unit."""

    name: str
    open: int = 0
    kept: int = 0
    broken: int = 0

    @property
    def kept_share(self) -> int | None:
        """Per cent kept of those that have come due."""
        due = self.kept + self.broken
        return round(100 * self.kept / due) if due else None


@dataclass(frozen=True)
class Promises:
    """The page."""

    words: list[Word]
    people: list[Score]
    units: list[Score]


def status(promise: Promise, step: Step, today: date) -> str:
    """Kept when the step was decided by the day; broken from the day after; void when it ended without a decision."""
    closed_on = clock.date_of(step.closed_at) if step.closed_at else None
    if step.state in DECIDED and closed_on and not step.taken_back_at:
        return KEPT if closed_on <= promise.promised_on else BROKEN
    if closed_on and closed_on <= promise.promised_on:
        return VOID
    return BROKEN if (closed_on or today) > promise.promised_on else OPEN


def promises(user: User, authorities: Iterable[Authority], today: date) -> Promises:
    """Every promise in the reader's sight, the open ones first by their day, with the score of persons and units."""
    seen = policies.seen_by(user, authorities, today)
    rows = Promise.objects.filter(step__case__in=seen).select_related("step__case", "step__unit", "by")
    found = [_word(row, today) for row in rows.order_by("-pk")[:MOST]]
    order = {BROKEN: 0, OPEN: 1, KEPT: 2, VOID: 3}
    return Promises(
        words=sorted(
            found, key=lambda word: (word.promise.step.state != "open", order[word.status], word.promise.promised_on)
        ),
        people=_scores((word.promise.by.full_name, word.status) for word in found),
        units=_scores((word.unit, word.status) for word in found),
    )


def of_steps(steps: Iterable[int], today: date) -> dict[int, Word]:
    """The newest promise of each step, for a case's page."""
    rows = Promise.objects.filter(step__in=list(steps)).select_related("step__case", "step__unit", "by").order_by("pk")
    return {row.step_id: _word(row, today) for row in rows}


def _word(promise: Promise, today: date) -> Word:
    step = promise.step
    known = spec(step.case.route_id).plans.get(step.plan)
    return Word(
        promise=promise,
        status=status(promise, step, today),
        reference=step.case.reference,
        title=step.case.title,
        step_name=words.name(known[1].names) if known else step.plan,
        unit=step.unit.name,
    )


def _scores(pairs: Iterable[tuple[str, str]]) -> list[Score]:
    found: dict[str, Score] = {}
    for name, outcome in pairs:
        score = found.setdefault(name, Score(name))
        if outcome in (OPEN, KEPT, BROKEN):
            setattr(score, outcome, getattr(score, outcome) + 1)
    return sorted(found.values(), key=lambda score: (-score.broken, -score.open, score.name))
