"""Engine and reference model side by side: every command goes to both, and everything is compared afterwards."""

import copy
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from tests import builders, folding, invariants
from tests.model import county
from tests.model.engine import Engine
from tests.model.model import Node
from tests.model.office import Office
from tests.model.route import STATES
from workflow import clock
from workflow.errors import Refusal
from workflow.models import Copy, Hold, Round, Step
from workflow.queries.invariants import dead_steps

DECIDED = {"approved": "approved", "answered": "approved", "returned": "returned", "refused": "refused"}


class Pair:
    """One case, driven by both."""

    tried: Counter[tuple[str, bool]] = Counter()  # (verb, whether it was possible), over all runs

    def __init__(self, world: builders.World, mode: str, persons: int) -> None:
        self.names = {user.pk: name for name, user in world.people.items()} | {None: ""}
        self.engine = Engine(world, mode, persons)
        self.rule = county.RULES[mode]
        self.model = Office(*county.given(world, self.rule, persons))
        self.model.settle()
        self.story: list[str] = []
        self.compare()

    @property
    def state(self) -> str:
        """The state of the case, by its name."""
        return STATES[self.model.state]

    @contextmanager
    def what_if(self) -> Iterator[None]:
        """Everything done in here is compared as always, and undone again."""
        kept, engine = (self.model, self.story), copy.copy(self.engine)
        self.model, self.engine.ids = copy.deepcopy((self.model, self.engine.ids))
        self.story = list(self.story)
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
        (self.model, self.story), self.engine = kept, engine

    def other_version(self) -> Any:
        """The route version the case does not run under."""
        return county.places(self.rule, 3 - self.engine.version)

    def both(self, verb: str, *given: Any) -> bool:
        """One command on both: they agree whether it is possible, and on everything afterwards."""
        self.engine.later()
        self.story.append(f"{verb} {[in_words(one) for one in given]}")
        possible = self.model.command(verb, *given)
        try:
            getattr(self.engine, verb)(*given)
            done, why = True, ""
        except Refusal as refusal:
            done, why = False, f"{type(refusal).__name__}: {refusal}"
        assert possible == done, f"model says {possible}, engine says {done} {why}\n{self.told()}"
        self.tried[verb, done] += 1
        if done:
            self.compare()
        if done and verb in ("leave", "join"):
            self.compare_findings()
        return done

    def change(self, aspect: str, persons: int) -> None:
        """The subject changes."""
        self.engine.later()
        self.story.append(f"change {aspect} {persons}")
        self.model.facts["persons"] = persons
        self.model.command("change", "clerk", aspect)
        self.engine.change(aspect, persons=persons)
        self.compare()

    def compare(self) -> None:
        """State, standing groups and every step ever are equal, the events tell the same, and the invariants hold."""
        case_id, model = self.engine.case_id, self.model
        rounds = list(Round.objects.filter(case_id=case_id).order_by("id"))
        steps = list(Step.objects.filter(case_id=case_id).order_by("id"))
        holds = set(Hold.objects.filter(case_id=case_id, resumed_at=None).values_list("round_id", flat=True))
        state = builders.Agreement.objects.values_list("state", flat=True).get(pk=case_id)
        assert (state, None in holds) == (self.state, model.held), self.told()
        lines = [self.step_line(one) for one in in_order(steps, rounds)]
        assert lines == self.model_lines(), f"engine has {set(lines) - set(self.model_lines())}\n{self.told()}"
        assert standing(rounds) == set(model.passed), self.told()
        copies = Copy.objects.filter(case_id=case_id).values_list("user_id", "read_at")
        assert {self.names[user]: read is not None for user, read in copies} == model.copies
        self.pair_up(in_order(steps, rounds))
        invariants.holds(case_id, clock.date_of(self.engine.now), chain=False)
        self.compare_events(rounds, steps, state, None in holds)

    def compare_findings(self) -> None:
        """The hourly check names steps that nobody there may decide, and each round that can not pass any more."""
        found = [one for one in dead_steps(self.engine.now) if one.case_id == self.engine.case_id]
        seats = {self.engine.ids[seat]: seat for seat in self.model.asked()}
        dead = [one for one in found if one.code in ("nobody", "excluded")]
        assert all(self.model.dead(seats[one.step_id]) for one in dead), f"{dead}\n{self.told()}"
        rounds = {one.pk: one for one in Round.objects.filter(case_id=self.engine.case_id)}
        named = {rounds[one.detail["round"]].group for one in found if "round" in one.detail}
        plain = {key for key, live in self.model.live.items() if not any(one.children for one in live.children)}
        lost = {key for key in plain if self.model.out_of_reach(self.model.live[key])}
        assert lost == named & plain, f"model {lost}, engine {found}\n{self.told()}"

    def pair_up(self, steps: list[Step]) -> None:
        """Which row each step of the model is."""
        self.engine.ids = {seat: step.pk for seat, step in zip(self.model_steps(), steps, strict=True)}

    def model_steps(self) -> list[Node]:
        """By group, in order of their making."""
        return sorted(steps_of(self.model), key=lambda step: step.path[-1].place.key)

    def model_lines(self) -> list[tuple[str, str, str, str]]:
        """Every seat in the words of the comparison; who holds it matters while it is asked."""
        asked = self.model.asked()
        return [
            (one.parent.kind, one.plan["key"], "open", one.holder)
            if one in asked
            else (one.parent.kind, one.plan["key"], DECIDED.get(one.state, "over"), "")
            for one in self.model_steps()
        ]

    def step_line(self, step: Step) -> tuple[str, str, str, str]:
        """The same of a step; carried and answered ones count as approved."""
        counts = step.state == "answered" or step.carried_from_id
        state = "approved" if counts else step.state if step.state in (*DECIDED, "open") else "over"
        holder = self.names[step.holder_id] if state == "open" else ""
        return step.round.kind, step.plan, state, holder

    def compare_events(self, rounds: list[Round], steps: list[Step], state: str, held: bool) -> None:
        """Folding the events gives state, hold, rounds and steps."""
        told = folding.fold(self.engine.case_id, self.names)
        rows = {
            (one.group, one.number): (
                one.outcome,
                one.void,
                tuple((s.plan, s.state, self.names[s.holder_id]) for s in steps if s.round_id == one.pk),
            )
            for one in rounds
        }
        assert (told.state, told.held, told.rounds) == (state, held, rows)

    def told(self) -> str:
        """What was done, for whoever reads a failure."""
        return "\n".join([self.rule, *self.story, f"state {self.state}", *map(str, self.model_lines())])

    def finish(self) -> None:
        """The chain of hashes is whole, and the hourly check has said the same."""
        self.compare_findings()
        invariants.holds(self.engine.case_id, clock.date_of(self.engine.now))


def steps_of(model: Office) -> list[Node]:
    """Every step ever; where the chair passed a group, the model notes that among them."""
    return [one for one in model.seats if one.kind == "step"]


def in_words(one: Any) -> Any:
    """For the story: a step by its plan and holder, a route not in full."""
    if isinstance(one, list):
        return [in_words(each) for each in one]
    step = isinstance(one, Node) and f"{one.parent.kind} {one.plan['key']} of {one.holder or one.role}: {one.state}"
    return step or (dict if isinstance(one, dict) else one)


def in_order(steps: list[Step], rounds: list[Round]) -> list[Step]:
    """By group, in order of their making."""
    by_id = {one.pk: one for one in rounds}
    for step in steps:
        step.round = by_id[step.round_id]
    return sorted(steps, key=lambda step: step.round.group)


def standing(rounds: list[Round]) -> set[str]:
    """Groups whose last round, those taken back or let go undecided apart, passed and was not made void."""
    nothing = ("taken_back", "cancelled", "")
    own = {one.group: one for one in rounds if one.parent_id is None and one.outcome not in nothing}
    return {group for group, one in own.items() if one.outcome == "passed" and not one.void}
