"""Drives the engine and the reference model with the same commands and compares them after each."""

import copy
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from agreements.commands import lifecycle
from tests import builders, folding, invariants, light
from tests.model.model import STATES, Model, Refused, Seat
from workflow import clock
from workflow.commands import cases, people, steps
from workflow.errors import Refusal
from workflow.models import Hold, Posting, Round, Step, Substitution
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
UNITS = {
    "home_group": builders.HOME_GROUP,
    "home_village": builders.HOME_VILLAGE,
    "home_town": builders.HOME_TOWN,
    "county": builders.COUNTY,
    "partner_village": builders.PARTNER_VILLAGE,
    "partner_town": builders.PARTNER_TOWN,
}
number = st.integers(0, 10**6)


def county(world: builders.World) -> None:
    """One light route per rule, and people who wear two hats that do not go together."""
    for mode, name in RULES.items():
        light.route(world, mode, name)
    for person, role in ALSO.items():
        light.give(world, person, role, CODES.get(role, builders.COUNTY))


def posts(world: builders.World) -> dict[str, dict[str, str]]:
    """Who holds which role where, in order of the rows."""
    names = {user.pk: name for name, user in world.people.items() if name in SEATED}
    found = Posting.objects.filter(user__in=names).order_by("user_id").values_list("user_id", "role", "unit__code")
    held: dict[str, dict[str, str]] = {}
    for pk, role, code in found:
        held.setdefault(names[pk], {})[role] = code
    return held


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
    tried: Counter[tuple[str, bool]] = Counter()  # (verb, whether it was possible), over all runs

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.names = {user.pk: name for name, user in self.world.people.items()} | {None: ""}
        self.now: datetime = self.world.now
        self.content = 0

    def teardown(self) -> None:
        """The chain of hashes is whole; then nothing stays."""
        if hasattr(self, "case"):
            invariants.holds(self.case.pk, clock.date_of(self.now))
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    @initialize(mode=st.sampled_from(sorted(RULES)), persons=st.sampled_from([3, 5]))
    def draft(self, mode: str, persons: int) -> None:
        """A drafted case."""
        self.case = light.agreement(self.world, mode, persons=persons)
        facts = {"persons": persons}
        self.model = Model(light.stages(RULES[mode]), posts(self.world), UNITS, "clerk", "contact_cadre", facts)
        self.compare()

    # --- choosing ------------------------------------------------------------
    def seat(self, pick: int) -> Seat:
        """Mostly an open step, now and then any that ever was."""
        every = [seat for live in self.model.rounds for seat in live.seats]
        pool = (self.model.open_seats() or every) if pick % 8 != 7 else every
        return pool[pick // 8 % len(pool)]

    def person(self, pick: int, seat: Seat) -> str:
        """Mostly somebody who may, now and then anybody."""
        able = [who for who in SEATED if self.model.may(who, seat)]
        pool = able if able and pick % 4 != 3 else SEATED
        return pool[pick // 4 % len(pool)]

    def colleague(self, pick: int, seat: Seat, who: str, hand_on: bool) -> str:
        """Mostly somebody who may be asked, now and then anybody."""
        able = [user for user in SEATED if self.can_ask(seat, user, who, hand_on)]
        pool = able if able and pick % 4 != 3 else SEATED
        return pool[pick // 4 % len(pool)]

    def can_ask(self, seat: Seat, user: str, who: str, hand_on: bool) -> bool:
        """Whether the model would let them be asked."""
        try:
            self.model.candidate(seat, user, who, hand_on)
        except Refused:
            return False
        return True

    # --- verbs ------------------------------------------------------------
    @rule(a=number, b=number)
    def approve(self, a: int, b: int) -> None:
        """Somebody approves a step."""
        seat = self.seat(a)
        self.decide(seat, self.person(b, seat), "approve")

    @rule(a=number, b=number)
    def approve_as_well(self, a: int, b: int) -> None:
        """The same: most of what officials do."""
        self.approve_next(a, b)

    @rule(a=number, b=number, n=st.integers(1, 5))
    def approve_several(self, a: int, b: int, n: int) -> None:
        """Somebody approves, and so do the next ones: cases get far."""
        for turn in range(n):
            self.approve_next(a + turn, b + turn)

    def approve_next(self, a: int, b: int) -> None:
        """Approve an open step by somebody who may, if there is one."""
        able = [(seat, who) for seat in self.model.open_seats() for who in SEATED if self.model.may(who, seat)]
        if able and self.model.state in STATES[:-1]:
            seat, who = able[(a + b) % len(able)]
            self.decide(seat, who, "approve")

    @rule(a=number, b=number, c=number, resume=st.sampled_from(["with_me", "again"]))
    def send_back(self, a: int, b: int, c: int, resume: str) -> None:
        """Somebody returns a step to some point, mostly a possible one."""
        seat = self.seat(a)
        points = [place.group["key"] for place in self.model.points(seat)] if c % 6 != 5 else []
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
            verdict,
            lambda: self.model.decide(who, seat, verdict, to, resume),
            lambda **how: steps.decide(step, verdict=verdict, to=to, resume=resume, comment=comment, **how),
            who,
        )

    @rule(a=number, b=number)
    def claim(self, a: int, b: int) -> None:
        """Somebody claims a step."""
        seat = self.seat(a)
        who, step = self.person(b, seat), self.id_of(seat)
        self.both("claim", lambda: self.model.claim(who, seat), lambda **how: steps.claim(step, **how), who)

    @precondition(lambda self: any(seat.holder for seat in self.model.open_seats()))
    @rule(a=number, b=number)
    def release(self, a: int, b: int) -> None:
        """Somebody puts a step back."""
        seat = self.seat(a)
        who, step = seat.holder or self.person(b, seat), self.id_of(seat)
        self.both("release", lambda: self.model.release(who, seat), lambda **how: steps.release(step, **how), who)

    @rule(a=number)
    def hold_or_resume(self, a: int) -> None:
        """Somebody holds the case, rarely; a held one is mostly resumed, mostly by somebody who may."""
        on = self.model.held if a % 6 == 5 else not self.model.held
        if not self.model.held and a // 6 % 4 != 3:
            return
        who = "clerk" if a // 24 % 3 != 2 else SEATED[a // 72 % len(SEATED)]
        hold = (lambda **how: cases.hold(self.case.pk, cause="dispute", **how)) if on else None
        resume = lambda **how: cases.resume(self.case.pk, **how)  # noqa: E731
        self.both("hold" if on else "resume", lambda: self.model.hold(who, on), hold or resume, who)

    @rule(a=number, b=number, c=number, where=st.sampled_from(["before", "after", "beside"]))
    def add_signer(self, a: int, b: int, c: int, where: str) -> None:
        """Somebody asks another to sign."""
        seat = self.seat(a)
        who, step = self.person(b, seat), self.id_of(seat)
        user = self.colleague(c, seat, who, hand_on=False)
        pk = self.world.people[user].pk
        self.both(
            where,
            lambda: self.model.add_signer(who, seat, user, where),
            lambda **how: steps.add_signer(step, users=[pk], where=where, **how),
            who,
        )

    @rule(a=number, b=number, c=number, verb=st.sampled_from(["delegate", "reassign", "reassign"]))
    def hand(self, a: int, b: int, c: int, verb: str) -> None:
        """Somebody asks another for an opinion, or hands the step on."""
        seat = self.seat(a)
        who, step = self.person(b, seat), self.id_of(seat)
        user = self.colleague(c, seat, who, hand_on=verb == "reassign")
        pk = self.world.people[user].pk
        self.both(
            verb,
            lambda: getattr(self.model, verb)(who, seat, user),
            lambda **how: getattr(steps, verb)(step, to=pk, **how),
            who,
        )

    @precondition(lambda self: any(seat.by for seat in self.model.open_seats()))
    @rule(a=number, b=number, drop=st.booleans())
    def answer_or_drop(self, a: int, b: int, drop: bool) -> None:
        """An adviser answers, or an added signer is dropped."""
        added = [seat for seat in self.model.open_seats() if seat.by]
        seat = added[a % len(added)]
        step = self.id_of(seat)
        if drop:
            who = seat.by if b % 2 == 0 else SEATED[b // 2 % len(SEATED)]
            self.both(
                "drop",
                lambda: self.model.drop_signer(who, seat),
                lambda **how: steps.drop_signer(step, reason="不必了", **how),
                who,
            )
            return
        who = seat.holder if b % 4 != 3 else SEATED[b // 4 % len(SEATED)]
        self.both(
            "answer",
            lambda: self.model.give_opinion(who, seat),
            lambda **how: steps.give_opinion(step, leaning="agree", text="同意", **how),
            who,
        )

    @rule(a=number, b=number)
    def lend_or_take_back_a_post(self, a: int, b: int) -> None:
        """Somebody lends their post for a while, or ends it. Never refused here: the model only hears of it."""
        if self.model.lent and a % 2:
            lent = self.model.lent.pop(a // 2 % len(self.model.lent))
            posting = Posting.objects.get(user=self.world.people[lent[1]], role=lent[2])
            loan = Substitution.objects.get(posting=posting, substitute=self.world.people[lent[0]], revoked_at=None)
            people.revoke(loan.pk, actor=self.world.people[lent[1]], now=self.now)
            return
        lender, substitute = SEATED[a // 2 % len(SEATED)], SEATED[b % len(SEATED)]
        role = sorted(self.model.posts[lender])[0]
        if lender == substitute or any(pair[0] == substitute and pair[2] == role for pair in self.model.lent):
            return
        posting = Posting.objects.get(user=self.world.people[lender], role=role)
        until = clock.date_of(self.now) + timedelta(days=60)
        people.lend(
            posting.pk,
            actor=self.world.people[lender],
            substitute=self.world.people[substitute],
            until=until,
            now=self.now,
        )
        self.model.lent.append((substitute, lender, role))

    @precondition(lambda self: self.model.state in ("draft", "in_review", "signing"))
    @rule(a=st.integers(0, 63))
    def withdraw(self, a: int) -> None:
        """Somebody withdraws the case, rarely."""
        if a % 8 == 7:
            who = SEATED[a // 8 % len(SEATED)]
            self.both(
                "withdraw",
                lambda: self.model.withdraw(who),
                lambda **how: lifecycle.withdraw(self.case.pk, reason="另有安排", **how),
                who,
            )

    @precondition(lambda self: self.model.state in STATES[:-1])
    @rule(aspect=st.sampled_from(["parties", "members", "amounts", "text"]), persons=st.sampled_from([3, 5]))
    def change(self, aspect: str, persons: int) -> None:
        """The subject changes: what is written, and a fact that a condition reads."""
        self.content += 1

        def engine(**how: Any) -> None:
            with cases.change(self.case.pk, verb="test.change", **how) as work:
                work.case.facts = work.case.facts | {"persons": persons}
                work.case.hashes = work.case.hashes | {aspect: canonical.digest(str(self.content))}

        self.both("change", lambda: self.model.change(aspect, persons=persons), engine, "clerk")

    # --- one attempt that leaves nothing ----------------------------------------------------
    def try_out(self, verb: str, who: str, seat: Seat) -> None:
        """Both, compared as always, and undone again."""
        model, sight, place = self.model, self.sight, self.model.rounds.index(seat.round)
        self.model = copy.deepcopy(model)
        twin = self.model.rounds[place].seats[seat.round.seats.index(seat)]
        with transaction.atomic():
            self.do(verb, who, twin)
            transaction.set_rollback(True)
        self.model, self.sight = model, sight

    def do(self, verb: str, who: str, seat: Seat) -> None:
        """One verb by its name, with something fitting for what else it needs."""
        step, hand_on = self.id_of(seat), verb == "reassign"
        user = self.colleague(0, seat, who, hand_on)
        pk = self.world.people[user].pk
        if verb in ("approve", "return", "refuse"):
            self.decide(seat, who, verb, "draft" if verb == "return" else "")
            return
        case = self.case.pk
        calls: dict[str, tuple[Callable[[], Any], Callable[..., Any]]] = {
            "claim": (lambda: self.model.claim(who, seat), partial(steps.claim, step)),
            "release": (lambda: self.model.release(who, seat), partial(steps.release, step)),
            "reassign": (lambda: self.model.reassign(who, seat, user), partial(steps.reassign, step, to=pk)),
            "delegate": (lambda: self.model.delegate(who, seat, user), partial(steps.delegate, step, to=pk)),
            "drop": (lambda: self.model.drop_signer(who, seat), partial(steps.drop_signer, step, reason="-")),
            "answer": (
                lambda: self.model.give_opinion(who, seat),
                partial(steps.give_opinion, step, leaning="agree", text="-"),
            ),
            "hold": (lambda: self.model.hold(who, True), partial(cases.hold, case, cause="dispute")),
            "resume": (lambda: self.model.hold(who, False), partial(cases.resume, case)),
            "withdraw": (lambda: self.model.withdraw(who), partial(lifecycle.withdraw, case, reason="-")),
        }
        for where in ("before", "after", "beside"):
            add = partial(steps.add_signer, step, users=[pk], where=where)
            calls[where] = (partial(self.model.add_signer, who, seat, user, where), add)
        self.both(verb, *calls[verb], who)

    # --- both, and the comparison ------------------------------------------------------------
    def id_of(self, seat: Seat) -> int:
        """The engine's step."""
        return self.sight.ids[seat.round.at.group["key"], seat.round.number][seat.round.seats.index(seat)]

    def both(self, verb: str, model: Callable[[], Any], engine: Callable[..., Any], who: str) -> None:
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
        assert possible == done, f"{who} {verb}: model says {possible}, engine says {done} {why}; {self.model.rounds}"
        self.tried[verb, done] += 1
        if done:
            self.compare()

    def compare(self) -> None:
        """States, rounds and steps are equal, the events tell the same, and the invariants hold."""
        self.sight = engine_sight(self.case.pk, self.names)
        assert (self.sight.state, self.sight.held) == (self.model.state, self.model.held)
        assert self.sight.rounds == model_sight(self.model)
        invariants.holds(self.case.pk, clock.date_of(self.now), chain=False)
        told = folding.fold(self.case.pk, self.names)
        assert (told.state, told.held, told.rounds) == (self.sight.state, self.sight.held, self.sight.rounds)

    @invariant()
    def something_to_do(self) -> None:
        """P6, in the model's words."""
        assert self.model.state not in STATES[:-1] or self.model.open_seats()
