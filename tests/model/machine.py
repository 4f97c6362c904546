"""Drives the engine and the reference model with the same commands and compares them after each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests import builders, folding, invariants, light
from tests.model.model import Model, Refused, Seat
from workflow import clock
from workflow.commands import cases, steps
from workflow.errors import Refusal
from workflow.models import Hold, Round, Step
from workflow.rules import canonical

RULES = {"agri_dispersed": "any", "agri_concentrated": "all", "kin_reliance": "k_of_n", "self_employment": "weighted"}
ALSO = {"clerk": "town_reviewer", "vice_leader": "village_reviewer", "finance_preparer": "finance_reviewer"}
SEATED = (
    "clerk",
    "clerk_2",
    "village_group_leader",
    "village_reviewer",
    "town_reviewer",
    "vice_leader",
    "chair",
    "county_officer",
    "receiving_village",
    "receiving_town",
    "finance_preparer",
    "finance_reviewer",
    "archive_keeper",
    "contact_cadre",
)
CODES = {"town_reviewer": builders.HOME_TOWN, "village_reviewer": builders.HOME_VILLAGE}
number = st.integers(0, 10**6)


def county(world: builders.World) -> None:
    """One light route per rule, and people who wear two hats that do not go together."""
    for mode, name in RULES.items():
        light.route(world, mode, name)
    for person, role in ALSO.items():
        light.give(world, person, role, CODES.get(role, builders.COUNTY))


def roles() -> dict[str, set[str]]:
    """Who holds which role over the case's units."""
    held = {who: {who} for who in SEATED} | {"clerk_2": {"clerk"}}
    return {who: posts | ({ALSO[who]} if who in ALSO else set()) for who, posts in held.items()}


@dataclass
class Sight:
    """The engine's rows in the words of the model."""

    state: str
    held: bool
    rounds: dict[tuple[str, int], tuple[Any, ...]]
    ids: dict[tuple[str, int], list[int]]


def engine_sight(case_id: int, names: dict[int | None, str]) -> Sight:
    """Read the rows."""
    rounds = {one.pk: one for one in Round.objects.filter(case_id=case_id).order_by("id")}
    seats: dict[int, list[Step]] = {pk: [] for pk in rounds}
    for step in Step.objects.filter(case_id=case_id).order_by("id"):
        seats[step.round_id].append(step)
    return Sight(
        builders.Agreement.objects.values_list("state", flat=True).get(pk=case_id),
        Hold.objects.filter(case_id=case_id, resumed_at=None, round=None).exists(),
        {
            (one.group, one.number): (
                one.outcome,
                one.void,
                tuple((step.plan, step.state, names[step.holder_id]) for step in seats[pk]),
            )
            for pk, one in rounds.items()
        },
        {(one.group, one.number): [step.pk for step in seats[pk]] for pk, one in rounds.items()},
    )


def model_sight(model: Model) -> dict[tuple[str, int], tuple[Any, ...]]:
    """The same of the model."""
    return {
        (live.at.group["key"], live.number): (
            live.outcome,
            live.void,
            tuple((seat.plan["key"], seat.state, seat.holder) for seat in live.seats),
        )
        for live in model.rounds
    }


class Machine(RuleBasedStateMachine):
    """One case, driven by both."""

    world: builders.World

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.names = {user.pk: name for name, user in self.world.people.items()} | {None: ""}
        self.now: datetime = self.world.now
        self.content = 0

    def teardown(self) -> None:
        """Nothing stays."""
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    @initialize(mode=st.sampled_from(sorted(RULES)), persons=st.sampled_from([3, 5]))
    def draft(self, mode: str, persons: int) -> None:
        """A drafted case."""
        self.case = light.agreement(self.world, mode, persons=persons)
        self.model = Model(light.stages(RULES[mode]), roles(), "clerk", "contact_cadre", {"persons": persons})
        self.compare()

    # --- choosing ------------------------------------------------------------
    def seat(self, pick: int) -> Seat:
        """Mostly an open step, now and then any that ever was."""
        every = [seat for live in self.model.rounds for seat in live.seats]
        pool = (self.model.open_seats() or every) if pick % 8 else every
        return pool[pick // 8 % len(pool)]

    def person(self, pick: int, seat: Seat) -> str:
        """Mostly somebody who may, now and then anybody."""
        able = [who for who in SEATED if self.model.may(who, seat)]
        pool = able if able and pick % 4 else SEATED
        return pool[pick // 4 % len(pool)]

    # --- verbs ------------------------------------------------------------
    @rule(a=number, b=number)
    def approve(self, a: int, b: int) -> None:
        """Somebody approves a step."""
        seat = self.seat(a)
        self.decide(seat, self.person(b, seat), "approve")

    @rule(a=number, b=number, c=number, resume=st.sampled_from(["with_me", "again"]))
    def send_back(self, a: int, b: int, c: int, resume: str) -> None:
        """Somebody returns a step to some point, mostly a possible one."""
        seat = self.seat(a)
        points = [place.group["key"] for place in self.model.points(seat)] if c % 6 else []
        every = points or [place.group["key"] for place in self.model.places]
        self.decide(seat, self.person(b, seat), "return", every[c // 6 % len(every)], resume)

    @rule(a=number, b=number)
    def refuse(self, a: int, b: int) -> None:
        """Somebody refuses a step."""
        seat = self.seat(a)
        self.decide(seat, self.person(b, seat), "refuse")

    def decide(self, seat: Seat, who: str, verdict: str, to: str = "", resume: str = "with_me") -> None:
        """Both."""
        step, comment = self.id_of(seat), "" if verdict == "approve" else "改"
        self.both(
            lambda: self.model.decide(who, seat, verdict, to, resume),
            lambda **how: steps.decide(step, verdict=verdict, to=to, resume=resume, comment=comment, **how),
            who,
        )

    @rule(a=number, b=number)
    def claim(self, a: int, b: int) -> None:
        """Somebody claims a step."""
        seat = self.seat(a)
        who, step = self.person(b, seat), self.id_of(seat)
        self.both(lambda: self.model.claim(who, seat), lambda **how: steps.claim(step, **how), who)

    @precondition(lambda self: any(seat.holder for seat in self.model.open_seats()))
    @rule(a=number, b=number)
    def release(self, a: int, b: int) -> None:
        """Somebody puts a step back."""
        seat = self.seat(a)
        who, step = seat.holder or self.person(b, seat), self.id_of(seat)
        self.both(lambda: self.model.release(who, seat), lambda **how: steps.release(step, **how), who)

    @rule(a=number)
    def hold_or_resume(self, a: int) -> None:
        """Somebody holds or resumes the case; mostly what is possible."""
        who, on = SEATED[a % len(SEATED)], not self.model.held if a // 32 % 5 else self.model.held
        hold = (lambda **how: cases.hold(self.case.pk, cause="dispute", **how)) if on else None
        self.both(lambda: self.model.hold(who, on), hold or (lambda **how: cases.resume(self.case.pk, **how)), who)

    @precondition(lambda self: self.model.state != "completed")
    @rule(aspect=st.sampled_from(["parties", "members", "amounts", "text"]), persons=st.sampled_from([3, 5]))
    def change(self, aspect: str, persons: int) -> None:
        """The subject changes: what is written, and a fact that a condition reads."""
        self.content += 1

        def engine(**how: Any) -> None:
            with cases.change(self.case.pk, verb="test.change", **how) as work:
                work.case.facts = work.case.facts | {"persons": persons}
                work.case.hashes = work.case.hashes | {aspect: canonical.digest(str(self.content))}

        self.both(lambda: self.model.change((aspect,), persons=persons), engine, "clerk")

    # --- both, and the comparison ------------------------------------------------------------
    def id_of(self, seat: Seat) -> int:
        """The engine's step."""
        return self.sight.ids[seat.round.at.group["key"], seat.round.number][seat.round.seats.index(seat)]

    def both(self, model: Callable[[], Any], engine: Callable[..., Any], who: str) -> None:
        """One command on both: they agree whether it is possible, and on everything afterwards."""
        self.now += timedelta(minutes=7)
        try:
            model()
            possible = True
        except Refused:
            possible = False
        try:
            engine(actor=self.world.people[who], now=self.now)
            done, why = True, ""
        except Refusal as refusal:
            done, why = False, f"{type(refusal).__name__}: {refusal}"
        assert possible == done, f"model says {possible}, engine says {done} {why}"
        if done:
            self.compare()

    def compare(self) -> None:
        """States, rounds and steps are equal, the events tell the same, and the invariants hold."""
        self.sight = engine_sight(self.case.pk, self.names)
        assert (self.sight.state, self.sight.held) == (self.model.state, self.model.held)
        assert self.sight.rounds == model_sight(self.model)
        invariants.holds(self.case.pk, clock.date_of(self.now))
        told = folding.fold(self.case.pk, self.names)
        assert (told.state, told.held, told.rounds) == (self.sight.state, self.sight.held, self.sight.rounds)

    @invariant()
    def something_to_do(self) -> None:
        """P6, in the model's words."""
        assert self.model.state == "completed" or self.model.open_seats()
