"""The reference model, from engine.md: how a case moves and what every command does. Who may give it: rights.py.

Nothing is cancelled: a step is asked as long as its round needs it. A decision taken back counts no more, and what it
ended, voided and opened follows from that. Given is a route (route.py); of the product it knows nothing."""

from typing import Any

from tests.model.route import COMPLETED, Place

ASKED = ("plan", "role", "unit", "leader", "holder", "by")  # what a step is asked with


class Node:
    """A step in a round, or a round: a group's, or a step's own signers or advisers; `path`: what it stands in.

    `deed`: the step whose decision it stands for, or was ended by. `seen`: what it approved and is unchanged since.
    `by` added a step, `fixed` ties it to its holder. It has plans `later` to ask, or was sent back `to` a place."""

    state, when, actor, by, undone, lost, held, later, to = "open", 0, "", "", False, False, False, (), None

    def __init__(self, kind: str, parent: "Node | None", **given: Any) -> None:
        self.kind, self.parent, self.children, self.voided, self.deed = kind, parent, [], {}, self
        self.path, self.persons, self.seen = [self, *(parent.path if parent else [])], frozenset(), frozenset()
        (parent.children if parent else []).append(self)
        vars(self).update(given)

    def tree(self) -> list[Any]:
        return [self, *(deep for one in self.children if one.state != "taken_back" for deep in one.tree())]

    def vote(self) -> str:
        """How a step counts: signers before or after it speak for it too."""
        signers = [child.passed() for child in self.children if child.kind != "opinion"]
        return "refused" if False in signers else "open" if self.state == "approved" and None in signers else self.state

    def passed(self, beside: bool = True) -> bool | None:
        """Of a round: False when it cannot pass any more, None while it is open; without signers `beside`, or with."""
        votes = [one.vote() for one in self.children if not one.by for _vote in range(one.plan["votes"])]
        goal, yes = len(votes) and (self.place.needs or len(votes)), votes.count("approved")
        added = {one.vote() for one in self.children if one.by and beside} - {"approved", "answered", "cancelled"}
        if self.state == "open" and (yes + votes.count("open") < min(goal, len(votes)) or added - {"open"}):
            return False
        ended = any(one.state != "open" for one in self.path[::2])
        return True if ended or (yes >= goal and not self.later and not added) else None

    def needed(self) -> bool:
        return self.vote() == "open" and self.parent.passed() is self.parent.passed(beside=bool(self.by)) is None


class Model:
    """A case: every step ever, and by group its round that is live, its last one, and the one it has passed with."""

    def __init__(self, route: dict[str, Place], facts: dict[str, Any]) -> None:
        self.route, self.facts, self.state, self.held, self.clock = route, facts, 0, False, 0
        self.seats, self.live, self.last, self.passed = [], {}, {}, {}
        self.deciding = self.again = None  # the step the present command decides; whose decision it takes back

    def whom(self, _live: Node, plan: Any) -> list[dict[str, Any]]:
        """Whom a plan asks: as it is written. With posts, four eyes and decisions carried forward: rights.py."""
        return [{"role": plan["role"], "unit": plan["resolver"], "leader": "", "holder": ""}]

    def asked(self) -> list[Node]:
        """Every step whose answer is needed, in whatever depth."""
        return [one for one in self.seats if one.state == "open" and all(step.needed() for step in one.path[::2])]

    def heads(self, route: dict[str, Place]) -> list[Place]:
        """What each open track has to ask first: what has not passed, or on other contents than the present ones."""
        said = [(key, one) for key, past in self.passed.items() for one in past.tree() if one.state == "approved"]
        done = self.passed.keys() - self.live.keys() - {key for key, one in said if one.plan["aspects"] - one.deed.seen}
        todo = [one for key, one in route.items() if key not in done and one.applies(self.state, self.facts)]
        return [one for one in todo if one is next(other for other in todo if other.track == one.track)]

    def settle(self) -> None:
        """One move, then the next, until nothing moves."""
        heads = self.heads(self.route)
        for live in [one for one in self.live.values() if one.place not in heads]:
            self.over(live, "over")
        for place in heads:
            live = self.live.get(place.key) or self.begin(Node("group", None, place=place), self.last.get(place.key))
            self.ask(live)
            if live.passed():
                self.over(live, "passed")
            elif live.passed() is False:
                points = [self.route[key] for key in place.fails_to]
                self.send_back(live, next(one for one in points if one.reachable(self.state)), again=True)
            if live.state != "open":
                return self.settle()
        if self.state < COMPLETED and self.state not in [place.state for place in heads]:
            self.state += 1
            self.settle()

    def begin(self, live: Node, old: Node | None) -> Node:
        """Open a round. After a taking back the others' votes count on, and who was added and owes theirs is asked."""
        before = old.children if old and old.deed.undone else []
        live.children = [one for one in before if one.vote() in ("approved", "refused") and not one.lost]
        if live.kind == "group":
            self.live[live.place.key] = self.last[live.place.key] = live
            kept = [one.plan["key"] for one in live.children if not (one.by or one.plan.get("each_holder"))]
            live.later = [plan for plan in live.place.plans(self.facts) if plan["key"] not in kept]
            self.ask(live)
        for one in before:
            if one.by and (one is old.deed or (old.state == "taken_back" and one.vote() == "open")):
                self.sit(live, **{name: vars(one)[name] for name in ASKED})
        return live

    def ask(self, live: Node) -> None:
        """Ask every plan, or the next. The decision just before may answer it; one just taken back stays as it was."""
        all_at_once, again = live.place.group["rule"] != "in_order", self.again
        while live.later and (all_at_once or all(one.vote() == "approved" for one in live.children if not one.by)):
            for given in self.whom(live, plan := live.later.pop(0)):
                seat = self.sit(live, plan=plan, by="", **given)
                if again and (again.by, again.plan["key"], seat.holder, seat.deed) == ("", plan["key"], "", seat):
                    vars(seat).update({name: vars(again)[name] for name in ("role", "leader", "holder", "fixed")})

    def sit(self, live: Node, **given: Any) -> Node:
        self.seats.append(Node("step", live, fixed=bool(given["holder"]), **given))
        return self.seats[-1]

    def over(self, live: Node, how: str, deed: Node | None = None) -> None:
        live.state, live.deed = how, deed or self.deciding or live
        del self.live[live.place.key]
        self.passed |= {live.place.key: live} if how == "passed" else {}

    def send_back(self, live: Node, to: Place, again: bool) -> None:
        """End what is live from the target on, make the target void, and with `again` every later group."""
        live.to, self.state = to, self.state if to.is_open(self.state) else to.state
        for other in [one for one in self.live.values() if one is live or one.place.falls(to)]:
            self.over(other, "sent" if other is live else "over")
        self.passed.pop(live.place.key, None)
        void = [key for key, one in self.route.items() if key == to.key or (again and one.after(to))]
        (self.deciding or live).voided = {key: self.passed.pop(key) for key in void if key in self.passed}

    def do(self, verb: str, who: str, *more: Any) -> None:
        """One command that may be done; then the case settles."""
        self.clock, self.deciding, self.again = self.clock + 1, None, None
        match verb, *more:
            case (("claim" | "release"), seat):
                seat.holder = who if verb == "claim" else ""
            case "answer", seat:
                seat.state, seat.when = "answered", self.clock
            case "drop", seat:
                seat.state = "cancelled"
            case "reassign", seat, given:
                vars(seat).update(given, fixed=True)
            case "ask", seat, where, given, persons:  # a signer before, after or beside, or an adviser
                if where == "after":
                    self.decide(who, seat, "approved", persons)
                seat.holder = seat.holder or (who if where == "opinion" else "")
                live = seat.parent if where == "beside" else Node(where, seat, place=seat.parent.place)
                self.sit(live, plan=seat.plan, by=who, **given)
            case "decide", seat, verdict, persons, *way:
                self.decide(who, seat, verdict, persons)
                if verdict == "returned":
                    self.send_back(seat.path[-1], *way)
            case "take_back", seat:
                self.take_back(who, seat)
            case "hold", on, seat:  # of the whole case, or of a step's round
                (seat.parent if seat else self).held = on
            case "end", to:
                self.state, self.held = to, False
                self.passed = {key: one for key, one in self.passed.items() if one.place.opens != to}
            case "change", aspect:
                for one in self.seats:
                    one.seen -= {aspect}
            case "override", key, persons:
                for plan in self.live[key].place.group["plans"]:
                    self.seats.append(Node("override", self.live[key], plan=plan))
                    self.decide(who, self.seats[-1], "approved", persons)
                self.over(self.live[key], "passed")
            case "migrate", route, ends:
                for live in ends:
                    self.over(live, "over")
                self.route = route
                for key, live in self.live.items():
                    live.place = route[key]
        self.settle()

    def decide(self, who: str, seat: Node, verdict: str, persons: frozenset[str]) -> None:
        self.deciding = seat
        vars(seat).update(state=verdict, actor=who, when=self.clock, persons=persons, seen=seat.plan["aspects"])

    def take_back(self, who: str, seat: Node) -> None:
        """What it ended, voided and opened is undone, and it is asked again; within its round, where that goes on."""
        *inner, root = seat.path[1::2]
        failed, here = [one for one in inner if one.passed() is False], self.route[root.place.key]
        within = inner and root.state == "open" and not any(one.parent.state == "open" for one in failed)
        seat.undone, seat.lost, seat.holder, self.again = True, True, seat.holder if seat.fixed else who, seat
        carried = [one.parent for one in self.seats if one.deed is seat]
        self.passed = {key: past for key, past in (self.passed | seat.voided).items() if past not in carried}
        for one in inner[:1] if within else inner:
            one.state, one.deed, one.parent.lost = "taken_back", seat, True
        if within:
            self.begin(Node(inner[0].kind, inner[0].parent, place=here), inner[0])
            for one in [one for live in failed if live is not inner[0] for one in live.children if one.state == "open"]:
                one.state = "cancelled"
                self.sit(one.parent, **{name: vars(one)[name] for name in ASKED})
        elif root.state == "passed":
            self.send_back(root, here, again=False)
        else:
            for other in [one for one in self.live.values() if one.place.falls(root.to or here)]:
                self.over(other, "taken_back", seat)
