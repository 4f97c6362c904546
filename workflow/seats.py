"""A round as its rules see it: seats with their votes, child rounds counted in; for taking back, who did what in it.
Reads what a run already holds."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Protocol

from workflow.models import Decision, Hold, Round, Step, User
from workflow.policies import Authority
from workflow.rules import taking_back
from workflow.rules.effects import IN_ORDER, Seat, Table
from workflow.rules.four_eyes import Act
from workflow.rules.route import PlanSpec, RouteSpec

REFUSED, TAKEN_BACK = "refused", "taken_back"


class Run(Protocol):
    """A case as read: by a command under its lock, or by a query. `run` of each round holds its steps in order."""

    case: Any
    actor: User | None
    today: date
    route: RouteSpec
    rounds: list[Round]
    steps: list[Step]
    decisions: dict[int, Decision]
    hold: Hold | None
    round_holds: dict[int, Hold]

    def hold_on(self, step: Step) -> Hold | None:
        """What keeps this step from being decided: a hold on the case, or on its round."""
        ...

    @property
    def authorities(self) -> list[Authority]:
        """The actor's postings today."""
        ...

    @property
    def cadres(self) -> frozenset[int]:
        """The household's contact cadres, past ones included."""
        ...

    def acts(self) -> list[Act]:
        """Every decision ever made on the case."""
        ...

    def plan(self, step: Step) -> PlanSpec:
        """The plan a step was made from."""
        ...


def joined(steps: Iterable[Step]) -> list[Round]:
    """The rounds of these steps, in order, each once and with its steps as `run`."""
    known: dict[int, Round] = {}
    for step in steps:
        step.round = known.setdefault(step.round_id, step.round)
        step.round.__dict__.setdefault("run", []).append(step)
    return sorted(known.values(), key=lambda one: one.pk)


def live(run: Run) -> list[Round]:
    """The rounds of groups that are open now; signers' and advisers' own rounds are none."""
    return [one for one in run.rounds if one.closed_at is None and one.parent_id is None]


def children(run: Run, step: Step) -> list[Round]:
    """The child rounds of a step, in order."""
    return [one for one in run.rounds if one.parent_id is not None and one.parent_id == step.pk]


def parent(run: Run, live: Round) -> Step | None:
    """The step a child round belongs to; None for a group's own round."""
    return next((step for step in run.steps if step.pk == live.parent_id), None) if live.parent_id else None


def asked(run: Run, live: Round) -> list[Step]:
    """The open steps of a round and of the child rounds below it."""
    below = [child for step in members(run, live) for child in children(run, step) if child.closed_at is None]
    return [step for step in live.run if step.state == "open"] + [one for child in below for one in asked(run, child)]


def root(run: Run, live: Round) -> Round:
    """The group's round at the top of a child round."""
    above = parent(run, live)
    return live if above is None else root(run, above.round)


def members(run: Run, live: Round) -> list[Step]:
    """The steps that count in a round: its own, and those carried into it."""
    carried = [step for step in run.steps if step.pk in live.carried] if live.carried else []
    return carried + live.run


def seat_of(step: Step) -> int:
    """The number of a step in its round, from 0: (group, round number, seat) names it in events."""
    return next(index for index, one in enumerate(step.round.run) if one is step)


def vote(run: Run, step: Step) -> str:
    """How a step counts: a refusal of a signer before or after is its own; one still asked after it keeps it open."""
    signers = [one for one in children(run, step) if one.kind != Round.OPINION]
    if any(one.outcome == REFUSED for one in signers):
        return REFUSED
    if step.state == "approved" and any(one.closed_at is None for one in signers):
        return "open"
    carried = step.state == "skipped" and step.carried_from_id is not None  # an earlier decision counts for it too
    return "approved" if carried or step.state == "answered" else step.state


def table(run: Run, live: Round) -> Table:
    """The round for rules.effects; seats are keyed by their place in `members`."""
    steps = members(run, live)
    seats = tuple(
        Seat(index, vote(run, step), step.weight, added=step.added_by_id is not None and live.parent_id is None)
        for index, step in enumerate(steps)
    )
    return Table(live.rule, live.threshold, seats, len(waiting(run, live)))


def waiting(run: Run, live: Round) -> list[PlanSpec]:
    """The plans that `in_order` has yet to open, in order."""
    place = run.route.places.get(live.group)
    if live.rule != IN_ORDER or place is None or live.parent_id is not None:
        return []
    opened = {step.plan for step in members(run, live) if step.added_by_id is None}
    return [plan for plan in place.group.plans if live.conditions.get(plan.key) and plan.key not in opened]


def signers(run: Run, live: Round) -> Iterator[Step]:
    """Every step whose approval made a round pass, added signers included."""
    for step in members(run, live):
        yield step
        for child in children(run, step):
            if child.outcome == TAKEN_BACK:
                continue
            yield from signers(run, child)


def own(run: Run, step: Step) -> taking_back.Own | None:
    """The decision of a step, for taking it back."""
    made = run.decisions.get(step.pk)
    undone = step.taken_back_at is not None
    return taking_back.Own(step.pk, made.pk, made.actor_id, made.on_behalf_of_id, made.at, undone) if made else None


def ran(run: Run, live: Round) -> taking_back.Ran:
    """A round, for taking back: what ended it, and who did what in it."""
    ender = run.decisions.get(live.closed_by_id or 0)
    undone = any(step.pk == live.closed_by_id and step.taken_back_at for step in run.steps)
    return taking_back.Ran(
        live.pk,
        live.group,
        closed=live.closed_at is not None,
        ended_by_step=live.closed_by_id,
        ended_by=ender.pk if ender and not undone else 0,
        return_to=live.return_to if live.outcome in Round.SENT_BACK else None,
        overridden=live.closed_at if live.override_by_id else None,
        seats=tuple(_acted_in(run, step) for step in live.run),
    )


def _acted_in(run: Run, step: Step) -> taking_back.Seat:
    decision = run.decisions.get(step.pk)
    return taking_back.Seat(
        step.pk,
        decided=decision.pk if decision else 0,
        added_by=step.added_by_id,
        answered=step.closed_at if step.state == "answered" else None,
        asks=any(child.closed_at is None for child in children(run, step)),
    )
