"""Draws commands at random and gives each to engine and reference model."""

from typing import Any

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests import builders
from tests.model import choosing
from tests.model.county import POSTS, RULES, SEATED
from tests.model.office import ENDS
from tests.model.pair import Pair, steps_of
from tests.model.rights import NEVER_ASKED

number = st.integers(0, 10**6)


def held(machine: "Machine") -> bool:
    """Whether there is a case to move on."""
    return bool(machine.model.alive)


class Machine(RuleBasedStateMachine):
    """One case, driven by both."""

    world: builders.World
    pair: Pair

    def __init__(self) -> None:
        super().__init__()
        self.moved: set[tuple[str, str]] = set()  # posts left or given in this run
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()

    def teardown(self) -> None:
        """The chain of hashes is whole; then nothing stays."""
        if hasattr(self, "pair"):
            self.pair.finish()
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    @property
    def model(self) -> Any:
        return self.pair.model

    @initialize(mode=st.sampled_from(sorted(RULES)), persons=st.sampled_from([3, 5]))
    def draft(self, mode: str, persons: int) -> None:
        """A drafted case."""
        self.pair = Pair(self.world, mode, persons)

    # --- deciding ------------------------------------------------------------
    @rule(a=number, b=number, n=st.integers(1, 5))
    def approve_several(self, a: int, b: int, n: int) -> None:
        """Somebody who may approves, and so do the next ones: most of what officials do; cases get far."""
        for turn in range(n):
            able = [(one, who) for one in self.model.asked() for who in SEATED if self.model.may(who, one)]
            if able:
                one, who = able[(a + b + turn) % len(able)]
                self.pair.both("decide", who, one, "approved")

    @rule(a=number, b=number, verdict=st.sampled_from(["approved", "approved", "refused"]))
    def decide(self, a: int, b: int, verdict: str) -> None:
        """Somebody approves or refuses a step."""
        one = choosing.seat(self.model, a)
        self.pair.both("decide", choosing.person(self.model, b, one), one, verdict)

    @rule(a=number, b=number, c=number, resume=st.sampled_from(["with_me", "again"]))
    def send_back(self, a: int, b: int, c: int, resume: str) -> None:
        """Somebody returns a step to a point, mostly a possible one; or to the previous one, or the drafter."""
        one = choosing.seat(self.model, a)
        every = [*self.model.route, "previous", "drafter"]
        to = choosing.mostly(list(self.model.points(one)), every, c, 6)
        self.pair.both("decide", choosing.person(self.model, b, one), one, "returned", to, resume)

    @rule(a=number, b=number, c=number)
    def bulk(self, a: int, b: int, c: int) -> None:
        """Somebody approves several at once."""
        one = choosing.seat(self.model, a)
        who = choosing.person(self.model, b, one)
        both = {one, choosing.seat(self.model, c)}
        self.pair.both("bulk", who, sorted(both, key=self.pair.engine.ids.__getitem__))

    @rule(a=number, b=number, how=st.booleans())
    def take_back(self, a: int, b: int, how: bool) -> None:
        """Somebody takes their last decision back, or some decision."""
        steps = steps_of(self.model)
        decided = [one for one in steps if one.persons and not one.undone] or steps
        one = max(decided, key=lambda one: one.when) if how else decided[a % len(decided)]
        who = one.actor if one.actor and b % 4 else SEATED[b // 4 % len(SEATED)]
        self.pair.both("take_back", who, one)

    @rule(a=number, b=number)
    def override(self, a: int, b: int) -> None:
        """The chair, mostly, passes a group, rarely."""
        if a % 3 == 0:
            who = "chair" if b % 4 else SEATED[b // 4 % len(SEATED)]
            self.pair.both("override", who, choosing.mostly(list(self.model.live), list(self.model.route), a // 3))

    # --- whose step it is ------------------------------------------------------------
    @rule(a=number, b=number, release=st.booleans())
    def claim_or_release(self, a: int, b: int, release: bool) -> None:
        """Somebody claims a step, or puts one back."""
        one = choosing.seat(self.model, a)
        if release and one.holder and b % 4:
            self.pair.both("release", one.holder, one)
        else:
            self.pair.both("release" if release else "claim", choosing.person(self.model, b, one), one)

    @rule(a=number, b=number, c=number, where=st.sampled_from(["before", "after", "beside", "opinion"]))
    def ask(self, a: int, b: int, c: int, where: str) -> None:
        """Somebody asks another to sign or advise."""
        one = choosing.seat(self.model, a)
        who = choosing.person(self.model, b, one)
        self.pair.both("ask", who, one, choosing.colleague(self.model, c, one, who, hand_on=False), where)

    @rule(a=number, b=number, c=number)
    def reassign(self, a: int, b: int, c: int) -> None:
        """Somebody hands a step on."""
        one = choosing.seat(self.model, a)
        who = choosing.person(self.model, b, one)
        self.pair.both("reassign", who, one, choosing.colleague(self.model, c, one, who, hand_on=True))

    @rule(a=number, b=number)
    def hand_over(self, a: int, b: int) -> None:
        """Somebody's desk goes to another."""
        leaver, to = SEATED[a % len(SEATED)], SEATED[b % len(SEATED)]
        if leaver != to:
            self.pair.both("hand_over", leaver, to)

    @precondition(lambda self: any(one.by for one in self.model.asked()))
    @rule(a=number, b=number, drop=st.booleans())
    def answer_or_drop(self, a: int, b: int, drop: bool) -> None:
        """An adviser answers, or an added signer is dropped."""
        added = [one for one in self.model.asked() if one.by]
        one = added[a % len(added)]
        who = (one.by if drop else one.holder) if b % 4 else SEATED[b // 4 % len(SEATED)]
        self.pair.both("drop" if drop else "answer", who, one)

    @rule(a=number, b=number)
    def lend(self, a: int, b: int) -> None:
        """Somebody lends their post for a while, or ends it."""
        lent = sorted(self.model.people.lent)
        if lent and a % 2:
            user, lender, role = lent[a // 2 % len(lent)]
            self.pair.both("lend", lender, user, role)
            return
        lender, user = SEATED[a // 2 % len(SEATED)], SEATED[b % len(SEATED)]
        role = min(self.model.people.posts[lender], default="route_keeper")
        lendable = role != "route_keeper" and not self.model.people.posts[user].keys() <= set(NEVER_ASKED)
        if lendable and lender != user and not any((one[0], one[2]) == (user, role) for one in lent):
            self.pair.both("lend", lender, user, role)

    @rule(a=number, b=number)
    def leave_or_join(self, a: int, b: int) -> None:
        """Somebody leaves a post, rarely, or gets one they never had."""
        who, role = SEATED[a % len(SEATED)], sorted(POSTS)[b % len(POSTS)]
        held = [(one, role) for one in SEATED for role in self.model.people.posts[one].keys() & POSTS.keys()]
        held = sorted(one for one in held if one not in self.moved)
        if a % 3 == 0 and held:
            who, role = held[b % len(held)]
            self.moved.add((who, role))
            self.pair.both("leave", who, role)
        elif a % 3 == 1 and self.model.people.posts[who] and (who, role) not in {*held, *self.moved}:
            self.moved.add((who, role))
            self.pair.both("join", who, role, POSTS[role])

    # --- what is said about it ---------------------------------------------------------
    @rule(a=number, b=number, verb=st.sampled_from(["nudge", "copy", "read"]))
    def talk(self, a: int, b: int, verb: str) -> None:
        """Somebody urges, sends a copy, or reads theirs."""
        unread = sorted(who for who, read in self.model.copies.items() if not read)
        who = SEATED[a % len(SEATED)]
        if verb == "nudge":
            self.pair.both("nudge", who, choosing.seat(self.model, b))
        elif verb == "copy":
            self.pair.both("copy", who, SEATED[b % len(SEATED)])
        elif unread:
            self.pair.both("read", unread[a % len(unread)])

    # --- the whole case ------------------------------------------------------------
    @rule(a=number, b=number, on_round=st.booleans())
    def hold_or_resume(self, a: int, b: int, on_round: bool) -> None:
        """Somebody holds the case or a step's round, rarely; what is held is mostly resumed."""
        stopped = [one for one in self.model.asked() if one.parent.held]
        one = stopped[b % len(stopped)] if stopped else choosing.seat(self.model, b)
        it = one.parent if on_round or stopped else self.model
        on = it.held if a % 6 == 5 else not it.held
        if it.held or a // 6 % 4 == 3:
            who = "clerk" if a // 24 % 3 != 2 else SEATED[a // 72 % len(SEATED)]
            self.pair.both("hold", who, on, one if it is one.parent else None)

    @rule(a=st.integers(0, 255), move=st.sampled_from(sorted(ENDS)))
    def end(self, a: int, move: str) -> None:
        """Somebody withdraws, terminates, supersedes or reopens, rarely where it ends the case."""
        usual = {"withdraw": "clerk"}.get(move, "county_officer")
        if a % 8 == 7 or self.model.state not in ENDS[move][0]:
            self.pair.both("end", usual if a // 8 % 2 else SEATED[a // 16 % len(SEATED)], move)

    @precondition(held)
    @rule(a=number)
    def migrate(self, a: int) -> None:
        """The keeper publishes another version and moves the case to it, or back again, rarely."""
        who = "route_keeper" if a // 3 % 4 else SEATED[a // 12 % len(SEATED)]
        if a % 3 == 0:
            self.pair.both("migrate", who, self.pair.other_version())
        elif self.pair.tried["migrate", True] and (a % 3 == 1 or self.model.former):
            self.pair.both("revert", who)

    @precondition(held)
    @rule(aspect=st.sampled_from(["parties", "members", "amounts", "text"]), persons=st.sampled_from([3, 5]))
    def change(self, aspect: str, persons: int) -> None:
        """The subject changes: what is written, and a fact that a condition reads."""
        self.pair.change(aspect, persons)

    @invariant()
    def something_to_do(self) -> None:
        """P6, in the model's words."""
        live = self.model.live.values()
        assert not self.model.alive or self.model.asked() or any(self.model.out_of_reach(one) for one in live)
