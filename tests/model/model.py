"""The reference model: what a case does, in plain Python. It imports nothing of the product and knows no row.

Written from engine.md, not from the code: a route is nested dicts (tests/light.py), people are names. Every verb checks
first and raises Refused, or changes and then settles.
"""

from dataclasses import dataclass, field
from typing import Any

STATES = ("draft", "in_review", "signing", "final_check", "completed")
BACK = {"in_review": ("draft",), "signing": ("draft", "in_review")}
MANAGERS = {"clerk", "town_reviewer", "vice_leader", "chair", "county_officer"}
JUDGES = {"review", "approve", "receive", "accept", "check", "pay"}
ONE_OF = ({"measure", "accept"}, {"prepare", "check", "pay"})
AFTER = {"approve": "approved", "return": "returned", "refuse": "refused"}


class Refused(Exception):
    """The verb is not possible."""


@dataclass(eq=False)
class Seat:
    """One step."""

    plan: dict[str, Any]
    round: "Round"
    holder: str = ""
    fixed: bool = False
    state: str = "open"
    persons: frozenset[str] = frozenset()
    seen: dict[str, int] = field(default_factory=dict)


@dataclass(eq=False)
class Round:
    """One go at a group; `waiting` are the plans that a rule in order has yet to ask."""

    at: "Place"
    number: int
    seats: list[Seat] = field(default_factory=list)
    waiting: list[dict[str, Any]] = field(default_factory=list)
    outcome: str = ""
    void: bool = False


@dataclass(frozen=True)
class Place:
    """A group in its route: the state its track gates, the state it opens in, its place in the track."""

    state: str
    track: str
    opens: str
    position: int
    group: dict[str, Any] = field(compare=False)


class Model:
    """One case."""

    def __init__(self, route: dict[str, Any], roles: dict[str, set[str]], author: str, cadre: str, facts: Any) -> None:
        self.state, self.held, self.facts, self.author, self.cadre = "draft", False, dict(facts), author, cadre
        self.roles, self.lent = roles, list[tuple[str, str, str]]()  # substitute, lender, role
        self.rounds: list[Round] = []
        self.versions = dict.fromkeys(("parties", "members", "amounts", "text"), 0)
        self.places = [
            Place(state, key, opens, index, group)
            for state, tracks in route.items()
            for key, (opens, groups) in tracks.items()
            for index, group in enumerate(groups)
        ]
        self.settle()

    # --- who may ------------------------------------------------------------
    def authority(self, who: str, role: str) -> frozenset[str]:
        """The persons who would act: oneself, with whom one stands in for; empty without the post."""
        if role in self.roles[who]:
            return frozenset({who})
        lenders = [lender for substitute, lender, lent in self.lent if (substitute, lent) == (who, role)]
        return frozenset({who, lenders[0]}) if lenders else frozenset()

    def excluded(self, persons: frozenset[str], seat: Seat) -> bool:
        """Four eyes, and one person one vote where heads are counted."""
        if self.cadre in persons:
            return True
        if seat.plan["duty"] in JUDGES and self.author in persons and set(seat.plan["aspects"]) & set(self.versions):
            return True
        for act in (one for live in self.rounds for one in live.seats if one.persons & persons):
            here, there = seat.round.at, act.round.at
            duties = {seat.plan["duty"], act.plan["duty"]}
            if here != there and (here.state == there.state or any(len(duties & pair) == 2 for pair in ONE_OF)):
                return True
            counts = seat.round.at.group["rule"] in ("k_of_n", "weighted")
            if counts and act.round is seat.round:
                return True
        return False

    def may(self, who: str, seat: Seat) -> bool:
        """Whether this person may decide this step now."""
        persons = self.authority(who, seat.plan["role"])
        mine = seat.holder in ("", who) or any(pair[:2] == (who, seat.holder) for pair in self.lent)
        return seat.state == "open" and not self.held and mine and bool(persons) and not self.excluded(persons, seat)

    # --- verbs ------------------------------------------------------------
    def decide(self, who: str, seat: Seat, verdict: str, to: str = "", resume: str = "with_me") -> None:
        """Approve, return to a point, or refuse."""
        target = next((place for place in self.points(seat) if place.group["key"] == to), None)
        self.need(self.may(who, seat) and (verdict != "return" or target is not None))
        seat.state, seat.persons = AFTER[verdict], self.authority(who, seat.plan["role"])
        seat.seen = {aspect: self.versions.get(aspect, 0) for aspect in seat.plan["aspects"]}
        if target is not None and verdict == "return":
            self.send_back(seat.round, target, resume == "again", "returned")
        self.settle()

    def claim(self, who: str, seat: Seat) -> None:
        """Take it into one's own hands."""
        self.need(self.may(who, seat))
        seat.holder = who

    def release(self, who: str, seat: Seat) -> None:
        """Put it back."""
        self.need(seat.state == "open" and seat.holder == who and not seat.fixed)
        seat.holder = ""

    def hold(self, who: str, on: bool) -> None:
        """Hold or resume the whole case: managers of the home unit, or whoever is posted for an open step."""
        posts = {seat.plan["role"] for seat in self.open_seats()} | MANAGERS
        self.need(self.held != on and self.state != "completed" and any(self.authority(who, post) for post in posts))
        self.held = on
        self.settle()

    def change(self, aspects: tuple[str, ...] = (), **facts: Any) -> None:
        """The subject changed."""
        self.facts |= facts
        for aspect in aspects:
            self.versions[aspect] += 1
        self.settle()

    # --- how it moves ------------------------------------------------------------
    def settle(self) -> None:
        """Until nothing moves. A group is asked when everything before it on its track stands, and only then."""
        while self.state != "completed" and self.turn():
            pass

    def turn(self) -> bool:
        """One move; False at rest."""
        for live in self.live():
            if self.vote(live) is False:
                self.send_back(live, self.refused_to(live.at), True, "refused")
                return True
        finished = {place.track for place in self.places if place.state == self.state}
        for key in {place.track for place in self.places if self.is_open(place)}:
            groups = [place for place in self.places if place.track == key]
            waiting = next((place for place in groups if self.applies(place) and not self.stands(place)), None)
            if waiting is None:
                continue
            finished.discard(key)
            for live in self.live():
                if live.at.track == key and live.at.position > waiting.position:
                    self.close(live, "cancelled")
                    return True
            current = next((live for live in self.live() if live.at == waiting), None)
            if current is None:
                self.open(waiting)
                return True
            if self.vote(current):
                self.close(current, "passed")
                return True
            if current.waiting and all(seat.state == "approved" for seat in current.seats):
                self.seat(current, current.waiting.pop(0))
                return True
        if finished != {place.track for place in self.places if place.state == self.state}:
            return False
        self.state = STATES[STATES.index(self.state) + 1]
        return True

    def vote(self, live: Round) -> bool | None:
        """True when the rule is met, False when it cannot be met any more, None while it is open."""
        counted = [seat for seat in live.seats if seat.state not in ("skipped", "cancelled")]
        rule, threshold = live.at.group["rule"], live.at.group["threshold"]

        def met(approving: list[Seat]) -> bool:
            if rule == "any":
                return bool(approving) or not counted
            if rule in ("all", "in_order"):
                return len(approving) == len(counted)
            return sum(seat.plan.get("weight", 1) if rule == "weighted" else 1 for seat in approving) >= threshold

        if not met([seat for seat in counted if seat.state in ("approved", "open")]):
            return False
        return True if met([s for s in counted if s.state == "approved"]) and not live.waiting else None

    def stands(self, place: Place) -> bool:
        """Its last round passed, was not voided, and what its deciders saw is unchanged."""
        last = next((live for live in reversed(self.rounds) if live.at == place), None)
        if last is None or last.void or last.outcome != "passed":
            return False
        seen = [pair for seat in last.seats if seat.state == "approved" for pair in seat.seen.items()]
        return all(self.versions.get(aspect, 0) == version for aspect, version in seen)

    def applies(self, place: Place) -> bool:
        """Whether it is asked, or somebody would be if it were opened now."""
        return any(live.at == place for live in self.live()) or bool(self.plans(place))

    def plans(self, place: Place) -> list[dict[str, Any]]:
        """The plans whose condition (fact at least value) holds."""
        wanted = [(plan, plan.get("condition")) for plan in place.group["plans"]]
        return [plan for plan, rule in wanted if rule is None or self.facts[rule["fact"]] >= rule["at_least"]]

    def open(self, place: Place) -> None:
        """A new round with its seats."""
        live = Round(place, 1 + sum(one.at == place for one in self.rounds))
        self.rounds.append(live)
        live.waiting = self.plans(place)
        ask = 1 if place.group["rule"] == "in_order" else len(live.waiting)
        for plan in [live.waiting.pop(0) for _ in range(ask)]:
            self.seat(live, plan)

    def seat(self, live: Round, plan: dict[str, Any]) -> None:
        """One claimable step, or one for each who holds the post."""
        each = sorted(who for who, roles in self.roles.items() if plan["role"] in roles)
        each += [
            substitute for substitute, _lender, role in self.lent if role == plan["role"] and substitute not in each
        ]
        for holder in each if plan.get("each_holder") else [""]:
            live.seats.append(Seat(plan, live, holder, fixed=bool(holder)))

    def close(self, live: Round, outcome: str) -> None:
        """End a round; what is open in it is cancelled."""
        live.outcome = outcome
        for seat in live.seats:
            seat.state = "cancelled" if seat.state == "open" else seat.state

    # --- backwards ------------------------------------------------------------
    def points(self, seat: Seat) -> list[Place]:
        """Where a return may go: earlier groups that have run, in this state or one the law lets it go back to."""
        ran = {live.at for live in self.rounds}
        return [p for p in self.places if p in ran and self.after(seat.round.at, p) and self.reachable(p)]

    def refused_to(self, at: Place) -> Place:
        """Where a failed group goes: its own point, or the start of its track where the law does not go back so far."""
        wanted = next((p for p in self.places if p.group["key"] == at.group["on_refuse"]), self.places[0])
        return wanted if self.reachable(wanted) else next(p for p in self.places if p.track == at.track)

    def send_back(self, live: Round, to: Place, again: bool, how: str) -> None:
        """Close what is live from the target on, void the target, and with `again` every later group."""
        if not self.is_open(to):
            self.state = to.state
        for other in self.live():
            later = (
                other.at.position >= to.position
                if other.at.track == to.track
                else self.order(other.at.opens) > (self.order(to.state))
            )
            if other is live or later:
                self.close(other, how if other is live else "cancelled")
        for past in self.rounds:
            if past.outcome == "passed" and (past.at == to or (again and self.after(past.at, to))):
                past.void = True

    def after(self, place: Place, other: Place) -> bool:
        """Later on the same track, or gating a later state."""
        if place.track == other.track:
            return place.position > other.position
        return self.order(place.state) > self.order(other.state)

    def is_open(self, place: Place) -> bool:
        """Its track is being worked on in the present state."""
        return self.order(place.opens) <= self.order(self.state) <= self.order(place.state)

    def reachable(self, place: Place) -> bool:
        """Worked on now, or in a state the law lets the case go back to."""
        return self.is_open(place) or place.state in BACK.get(self.state, ())

    def order(self, state: str) -> int:
        """The place of a state on the way."""
        return STATES.index(state)

    def live(self) -> list[Round]:
        """Rounds that are being asked."""
        return [one for one in self.rounds if not one.outcome]

    def open_seats(self) -> list[Seat]:
        """Steps that wait for somebody."""
        return [seat for live in self.rounds for seat in live.seats if seat.state == "open"]

    def need(self, possible: bool) -> None:
        """Refuse."""
        if not possible:
            raise Refused
