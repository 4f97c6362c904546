"""The reference model: what a case does, in plain Python. It imports nothing of the product.

Written from engine.md, not from the code. Every verb needs something, or raises Refused; then the case settles.
world.py is the route and the people it stands on, votes.py how a round stands, moving.py how a case moves,
rights.py who may.
"""

from typing import Any

from tests.model.rights import Refused, Rights
from tests.model.votes import Round, Seat, below
from tests.model.world import ENDS, LADDER, STATES, Place, above, ladder_of


class Model(Rights):
    """One case and every command on it."""

    def do(self, verb: str, *given: Any) -> None:
        """One command: the verb, then whatever follows from it."""
        self.clock, self.deciding = self.clock + 1, None
        getattr(self, verb)(*given)
        self.settle()

    def decide(self, who: str, seat: Seat, verdict: str, to: str = "", resume: str = "with_me") -> None:
        target = self.points(seat.round.root.place).get(to)
        self.need(self.may(who, seat), seat.round.kind != "opinion", verdict != "returned" or target)
        self.record(who, seat, verdict)
        if verdict == "returned" and target:
            self.send_back(seat.round.root, target, resume == "again")

    def record(self, who: str, seat: Seat, verdict: str) -> None:
        seat.state, seat.actor, seat.when, self.deciding = verdict, who, self.clock, seat
        seat.persons = self.people.post(who, seat.role, seat.unit)[0]
        seat.seen = self.now(seat.plan["aspects"])
        self.act(seat.persons, seat.round.place, seat.plan)

    def bulk(self, who: str, seats: list[Seat]) -> None:
        """Several approvals, each with all that follows from it; what cannot be approved stays and stops no other."""
        self.need(seats)
        for seat in seats:
            try:
                self.need(seat.plan.get("bulk"))
                self.do("decide", who, seat, "approved")
            except Refused:
                continue

    def claim(self, who: str, seat: Seat) -> None:
        self.need(self.may(who, seat))
        seat.holder = who

    def release(self, who: str, seat: Seat) -> None:
        self.need(seat in self.asked(), seat.holder == who, not seat.fixed)
        seat.holder = ""

    def ask(self, who: str, seat: Seat, user: str, where: str) -> None:
        """A signer before, after or beside, or an adviser."""
        self.need(self.acts_on(who, seat), seat.round.kind != "opinion", where != "after" or self.may(who, seat))
        role, unit = self.candidate(seat, user, who)
        if where == "after":
            self.record(who, seat, "approved")
        seat.holder = seat.holder or (who if where == "opinion" else "")
        live = seat.round if where == "beside" else Round(seat.round.place, where, seat)
        seat.children += [live] if live.parent is seat else []
        self.sit(Seat(seat.plan, live, role, unit, user, True, who, seat.leader))

    def answer(self, who: str, seat: Seat) -> None:
        self.need(self.acts_on(who, seat), seat.round.kind == "opinion")
        seat.state, seat.when = "approved", self.clock

    def reassign(self, who: str, seat: Seat, user: str) -> None:
        works = self.people.post(who, seat.role, seat.unit)[0] and self.free(who, seat)
        self.need(not self.stopped(seat), works or self.people.post(who, seat.leader, seat.unit)[0])
        role, _unit = self.candidate(seat, user, who, hand_on=True)
        if role != seat.role and role in ladder_of(seat.plan):
            seat.leader = above(seat.plan, role)
        seat.holder, seat.role, seat.fixed = user, role, True

    def hand_over(self, leaver: str, to: str) -> None:
        """Every step that waits for the leaver alone, where the successor has the post and four eyes let them."""
        self.need(leaver != to)
        for seat in self.asked():
            over = self.people.over(seat.role, seat.unit)
            mine = seat.holder == leaver or (not seat.holder and over and all(leaver in one for one in over.values()))
            own = seat.unit.startswith(self.people.posts[to].get(seat.role, "-"))
            if mine and own and not self.people.four_eyes(frozenset({to}), seat.round.place, seat.plan, self.acts):
                seat.holder = to

    def drop(self, who: str, seat: Seat) -> None:
        others = [one for one in seat.round.root.asked() if one is not seat and self.free(who, one)]
        posted = any(self.people.post(who, one.role, one.unit)[0] for one in others)
        self.need(seat.by, not self.stopped(seat), seat.by == who or posted)
        seat.state = "cancelled"

    def hold(self, who: str, on: bool, seat: Seat | None = None) -> None:
        """Of the whole case, or of one step's round: by whoever may act on an open step or manages the home's cases."""
        it = seat.round if seat else self
        acts = any(self.people.post(who, one.role, one.unit)[0] for one in self.asked())
        manages = self.people.home(who, "clerk", "town_reviewer", *LADDER)
        self.need(it.held != on, self.open, acts or manages, not seat or not on or seat in self.asked())
        it.held = on

    def end(self, who: str, move: str) -> None:
        states, roles, to = ENDS[move]
        self.need(self.people.home(who, *roles), self.state in states)
        self.state, self.held = to, False
        for place in self.route.values():
            if self.open and place.opens == STATES.index(to):
                self.passed.pop(place.key, None)

    def change(self, aspect: str, persons: int) -> None:
        self.facts["persons"] = persons
        self.versions[aspect] += 1

    def override(self, who: str, key: str) -> None:
        """The chair passes a group over its open steps; four eyes holds for the chair too."""
        persons, live = self.people.home(who, "chair"), self.live.get(key)
        self.need(persons, live, key != "draft", not self.held, live and not live.held)
        self.need(not any(self.people.four_eyes(persons, live.place, plan, self.acts) for plan in live.plans))
        live.when = self.clock
        live.seen = self.now(aspect for plan in live.place.group["plans"] for aspect in plan["aspects"])
        for plan in live.place.group["plans"]:
            self.act(persons, live.place, plan)
        self.over(live, "passed")

    def migrate(self, who: str, route: dict[str, Place]) -> None:
        """To another version: a live round goes on if both ask the same there; one that was acted in bars the way."""
        ends = []
        for key, live in self.live.items():
            here = route.get(key)
            reached = here and not self.before(here, route)
            alike = here and here.is_open(self.state) and here.asks(self.facts) == live.place.asks(self.facts)
            ends += [] if alike and reached else [live]
        steps = [seat for live in ends for seat in live.seats if seat.round is live]
        acted = [seat for seat in steps if seat.vote != "open" or seat.fixed or seat.by or seat.children]
        held = self.held or any(one.round.held or one.round.root.held for one in self.asked())
        self.need(self.people.home(who, "route_keeper"), self.open, not acted, not held)
        for live in ends:
            self.over(live)
        self.route = route
        for live in self.live.values():
            live.place = route[live.key]

    def take_back(self, who: str, seat: Seat) -> None:
        """While nobody at or behind it acted: what it ended, voided and opened is undone, and it is asked again."""
        root, child = seat.round.root, seat.round
        here, own = self.route.get(root.key), self.live.get(root.key) is root
        back = root.to if root.how == "sent" else here
        self.need(who in seat.persons, not seat.undone, not self.held, self.people.post(who, seat.role, seat.unit)[0])
        self.need(self.open, here, back, own or root.by is seat)
        self.need(own or root.how == "sent" or self.reachable(here), not self.acted_since(seat, back))
        self.need(not own or not any(below(one) for one in root.seats if one is not seat and one.round is root))
        inner = child.above
        failed = [one for one in inner if one.passed is False]
        dead = any(one.parent.state == "open" for one in failed)
        seat.undone, again = True, [one for one in child.seats if one is seat or one.vote == "open"]
        carried = [key for key, past in self.passed.items() if any(one.source is seat for one in past.seats)]
        self.passed = {key: past for key, past in (self.passed | seat.voided).items() if key not in carried}
        for one in inner[:1] if own and not dead else inner:
            one.how = "taken_back"
        if child is not root and own and not dead:
            live = Round(here, child.kind, child.parent, [one for one in child.seats if one.counts])
            child.parent.children.append(live)
            for one in again:
                self.sit_again(live, one)
            for one in [one for live in failed if live is not child for one in live.seats if one.state == "open"]:
                one.state = "cancelled"
                self.sit_again(one.round, one)
        elif root.how == "sent":
            for other in [one for one in self.live.values() if one.place.falls(back)]:
                self.over(other, "taken_back")
        else:
            self.over(root, "taken_back") if own else self.send_back(root, here, again=False)
            live = self.begin(here) if here.plans(self.facts) and not self.before(here) else None
            for one in live.seats if live and not seat.by else ():
                if one.plan["key"] == seat.plan["key"] and one.state == "open" and not one.holder:
                    one.role, one.leader, one.fixed = seat.role, seat.leader, seat.fixed
                    one.holder = seat.holder if seat.fixed else who
                    break

    def acted_since(self, seat: Seat, back: Place) -> bool:
        """Whether anybody decided, answered or overrode at or behind that place after it, asked others, or ended from
        a track beside what was asked there."""
        behind = [one for one in self.seats if (there := self.route.get(one.round.key)) and there.falls(back)]
        younger = self.seats[self.seats.index(seat) + 1 :]
        enders = [one.round.root.by for one in behind if one.round.root.by and not one.round.root.by.undone]
        late = any(one.when > seat.when for one in [*enders, *behind, *(one.round.root for one in behind)])
        return late or any(one in younger and one.by not in ("", seat.actor) for one in behind)

    def lend(self, lender: str, user: str, role: str) -> None:
        """A post to a substitute; the same again ends it."""
        loan = (user, lender, role)
        self.people.lent = (
            [*self.people.lent, loan]
            if loan not in self.people.lent
            else [one for one in self.people.lent if one != loan]
        )
