"""P2: {rules} x {situations} x {acts} on real cases, every one of them, engine beside model."""

import os
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from tests import builders
from tests.model import county
from tests.model.choosing import asked
from tests.model.county import MODES, POSTS, SEATED
from tests.model.model import Node
from tests.model.pair import Pair, steps_of


def first(pair: Pair, **wanted: Any) -> tuple[Node, str]:
    """The first step that is asked, and the first person who may decide it; anybody, where nobody may."""
    steps = [one for one in asked(pair.model) if all(getattr(one, name) == value for name, value in wanted.items())]
    able = [(one, who) for one in steps for who in SEATED if pair.model.may(who, one)]
    return able[0] if able else ((steps or steps_of(pair.model))[0], SEATED[0])


def decide(pair: Pair, verdict: str, to: str = "", resume: str = "with_me") -> None:
    one, who = first(pair)
    pair.both("decide", who, one, verdict, to, resume)


def ask(pair: Pair, where: str) -> None:
    one, who = first(pair)
    able = [user for user in SEATED if pair.model.candidate(one, user, who)]
    pair.both("ask", who, one, able[0] if able else SEATED[0], where)


def of_added(pair: Pair, verb: str) -> None:
    """Drop an added signer, or answer as an adviser; refused where there is none."""
    one = next((one for one in asked(pair.model) if one.by), steps_of(pair.model)[0])
    pair.both(verb, (one.by if verb == "drop" else one.holder) or "clerk", one)


def reassign(pair: Pair) -> None:
    one, who = first(pair)
    able = [user for user in SEATED if pair.model.candidate(one, user, who, hand_on=True)]
    pair.both("reassign", who, one, able[0] if able else SEATED[0])


def release(pair: Pair) -> None:
    one, who = first(pair)
    pair.both("claim", who, one)
    pair.both("release", who, one)


def take_back(pair: Pair) -> None:
    one = max(steps_of(pair.model), key=lambda seat: seat.when * (not seat.undone))
    pair.both("take_back", one.actor or "clerk", one)


def hold(pair: Pair, on_round: bool) -> None:
    """Held, then nothing goes, then resumed."""
    one, who = first(pair)
    it = one if on_round else None
    pair.both("hold", "clerk", True, it)
    pair.both("decide", who, one, "approved")
    pair.both("hold", "clerk", False, it)


def lend(pair: Pair) -> None:
    """A post is lent, the substitute decides, the loan ends."""
    one, who = first(pair)
    if one.role in pair.model.people.posts[who]:
        substitute = "clerk" if who == "clerk_2" else "clerk_2"
        pair.both("lend", who, substitute, one.role)
        pair.both("decide", substitute, one, "approved")
        pair.both("lend", who, substitute, one.role)


def bulk(pair: Pair) -> None:
    _one, who = first(pair)
    pair.both("bulk", who, asked(pair.model))


def migrate(pair: Pair) -> None:
    pair.both("migrate", "route_keeper", pair.other_version())


def copy_and_read(pair: Pair) -> None:
    pair.both("copy", "clerk", "contact_cadre")
    pair.both("read", "contact_cadre")


ACTS: dict[str, Callable[[Pair], Any]] = {
    "approve": lambda pair: decide(pair, "approved"),
    "refuse": lambda pair: decide(pair, "refused"),
    **{
        f"return to {to}, {resume}": lambda pair, to=to, resume=resume: decide(pair, "returned", to, resume)
        for to, resume in product(("previous", "drafter", "panel"), ("with_me", "again"))
    },
    **{
        f"ask {where}": lambda pair, where=where: ask(pair, where) for where in ("before", "after", "beside", "opinion")
    },
    "drop": lambda pair: of_added(pair, "drop"),
    "answer": lambda pair: of_added(pair, "answer"),
    "claim and release": release,
    "reassign": reassign,
    "hand over": lambda pair: pair.both("hand_over", first(pair)[1], "clerk_2"),
    "take back": take_back,
    "hold and resume the case": lambda pair: hold(pair, False),
    "hold and resume the round": lambda pair: hold(pair, True),
    "bulk": bulk,
    "override": lambda pair: pair.both("override", "chair", next(iter(pair.model.live), "panel")),
    "migrate": migrate,
    "lend": lend,
    "nudge": lambda pair: pair.both("nudge", "clerk", first(pair)[0]),
    "copy and read": copy_and_read,
    "migrate and revert": lambda pair: (migrate(pair), pair.both("revert", "route_keeper")),
    "leave": lambda pair: pair.both("leave", "town_reviewer", "town_reviewer"),
    "join": lambda pair: pair.both("join", "clerk_2", "town_reviewer", POSTS["town_reviewer"]),
    "change": lambda pair: pair.change("members", 5),
    "withdraw": lambda pair: pair.both("end", "clerk", "withdraw"),
    "terminate": lambda pair: pair.both("end", "county_officer", "terminate"),
    "supersede": lambda pair: pair.both("end", "county_officer", "supersede"),
    "reopen": lambda pair: pair.both("end", "county_officer", "reopen"),
}
pytestmark = pytest.mark.spread
SITUATIONS: dict[str, tuple[str, ...]] = {
    "nobody has decided": (),
    "one approved": ("approve",),
    "one refused": ("refuse",),
    "one approved and a signer after is asked": ("ask after",),
    "it was returned": ("approve", "return to drafter, with_me"),
}
MORE: dict[str, tuple[str, ...]] = {
    "a signer before is asked": ("ask before",),
    "a signer beside is asked": ("ask beside",),
    "an opinion is asked": ("ask opinion",),
    "a decision was taken back": ("approve", "take back"),
    "it was passed over": ("override",),
}
if os.environ.get("PROVE") == "1":
    SITUATIONS |= MORE


def go_on(pair: Pair, done: Callable[[Pair], bool]) -> None:
    """Approve or answer whatever is asked by whoever may, until that is done or nobody may."""
    while pair.model.alive and not done(pair):
        able = [(one, who) for one in asked(pair.model) for who in SEATED if pair.model.may(who, one)]
        if not able:
            return
        one, who = able[0]
        answer = one.parent.kind == "opinion"
        went = pair.both("answer", who, one) if answer else pair.both("decide", who, one, "approved")
        assert went, f"{who} may, and yet may not\n{pair.told()}"


@pytest.fixture
def settled(world: builders.World) -> builders.World:
    """The county with its five routes."""
    county.settle_in(world)
    return world


@pytest.mark.parametrize(("rule", "situation"), list(product(MODES, SITUATIONS)))
def test_every_act_in_every_situation_under_every_rule(settled: builders.World, rule: str, situation: str) -> None:
    """A group of three under its rule; each act, and then approvals until the group has passed, as far as they go."""
    pair = Pair(settled, MODES[rule], 5)
    decide(pair, "approved")
    for step in SITUATIONS[situation]:
        ACTS[step](pair)
    for act in ACTS:
        with pair.what_if():
            ACTS[act](pair)
            go_on(pair, lambda pair: "panel" in pair.model.passed)
    pair.finish()


@pytest.mark.parametrize("state", ["signing", "final_check", "completed"])
def test_every_act_in_every_later_state(settled: builders.World, state: str) -> None:
    """One after another on the receiving side, an early track, a carried decision; and what has ended."""
    pair = Pair(settled, MODES["in_order"], 5)
    go_on(pair, lambda pair: pair.state == state)
    for act in ACTS:
        with pair.what_if():
            ACTS[act](pair)
            go_on(pair, lambda pair: False)
    pair.finish()
