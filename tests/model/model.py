"""The reference model: what a case does, in plain Python. It imports nothing of the product.

Written from engine.md, not from the code. A route is nested dicts (tests/light.py), people are names, posts are
{person: {role: unit code}}. Every verb checks first and raises Refused, or changes and then settles.
"""

from dataclasses import dataclass, field
from itertools import chain
from typing import Any

STATES = ("draft", "in_review", "signing", "final_check", "completed")
BACK = {"in_review": ("draft",), "signing": ("draft", "in_review")}
MANAGERS = ("clerk", "town_reviewer", "vice_leader", "chair", "county_officer")
JUDGES = {"review", "approve", "receive", "accept", "check", "pay"}
ONE_OF = ({"measure", "accept"}, {"prepare", "check", "pay"})
AFTER = {"approve": "approved", "return": "returned", "refuse": "refused"}
LADDER = ("vice_leader", "chair", "county_officer")
WRITTEN = ("parties", "members", "amounts", "text")


class Refused(Exception):
    """The verb is not possible."""


@dataclass(frozen=True)
class Place:
    """A group in its route: the state its track gates, the state it opens in, its place in the track."""

    state: str
    track: str
    opens: str
    position: int
    group: dict[str, Any] = field(compare=False)


@dataclass(eq=False)
class Seat:
    """One step; `by` added it, `fixed` ties it to its holder."""

    plan: dict[str, Any]
    round: "Round"
    role: str
    unit: str
    holder: str = ""
    fixed: bool = False
    by: str = ""
    leader: str = "vice_leader"
    state: str = "open"
    persons: frozenset[str] = frozenset()
    seen: dict[str, int] = field(default_factory=dict)
    children: list["Round"] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"{self.plan['key']} of {self.holder or self.role}: {self.state}"

    def vote(self) -> str:
        """As its group counts it: signers before or after it speak for it too."""
        signers = [one for one in self.children if one.kind != "opinion"]
        if any(one.outcome == "refused" for one in signers):
            return "refused"
        open_still = self.state == "approved" and any(not one.outcome for one in signers)
        return {"answered": "approved"}.get(self.state, "open" if open_still else self.state)


@dataclass(eq=False)
class Round:
    """One go at a group, or a step's own round of signers or advisers; `waiting`: plans yet to be asked, in order."""

    at: Place
    number: int
    kind: str = "group"
    parent: Seat | None = None
    seats: list[Seat] = field(default_factory=list)
    waiting: list[dict[str, Any]] = field(default_factory=list)
    outcome: str = ""
    void: bool = False

    def root(self) -> "Round":
        return self.parent.round.root() if self.parent else self

    def tree(self) -> list[Seat]:
        return [one for s in self.seats for one in (s, *chain.from_iterable(child.tree() for child in s.children))]


class Model:
    """One case."""

    def __init__(self, route: Any, posts: Any, units: dict[str, str], author: str, cadre: str, facts: Any) -> None:
        self.state, self.held, self.facts, self.author, self.cadre = "draft", False, dict(facts), author, cadre
        self.posts, self.units, self.lent = posts, units, list[tuple[str, str, str]]()  # substitute, lender, role
        self.rounds: list[Round] = []
        self.versions = dict.fromkeys(WRITTEN, 0)
        tracks = [(state, key, *track) for state, found in route.items() for key, track in found.items()]
        self.places = [Place(s, k, opens, i, g) for s, k, opens, groups in tracks for i, g in enumerate(groups)]
        self.settle()

    # --- who may ----------------------------------------------------------------------------
    def authority(self, who: str, role: str, unit: str) -> tuple[frozenset[str], str]:
        """The persons who would act (oneself, with whom one stands in for) and under which unit's post."""
        stands = [(who, who)] + [(who, lender) for one, lender, lent in self.lent if (one, lent) == (who, role)]
        found = [(frozenset(pair), self.posts[pair[1]].get(role, "-")) for pair in stands]
        return next(((persons, code) for persons, code in found if unit.startswith(code)), (frozenset(), ""))

    def excluded(self, persons: frozenset[str], seat: Seat) -> bool:
        """Four eyes; and one person one vote where heads are counted or signers were added."""
        wrote = seat.plan["duty"] in JUDGES and self.author in persons and set(seat.plan["aspects"]) & set(WRITTEN)
        here, root = seat.round.at, seat.round.root()
        counted = here.group["rule"] in ("k_of_n", "weighted") or any(one.by for one in root.tree())
        for act in (one for live in self.rounds for one in live.seats if one.persons & persons):
            there, duties = act.round.at, {seat.plan["duty"], act.plan["duty"]}
            if here != there and (here.state == there.state or any(len(duties & pair) == 2 for pair in ONE_OF)):
                return True
            if counted and act is not seat and act.round.root() is root:
                return True
        return self.cadre in persons or bool(wrote)

    def acts_on(self, who: str, seat: Seat) -> bool:
        """Whether this person works on this step now."""
        persons, _unit = self.authority(who, seat.role, seat.unit)
        lapsed = not seat.fixed and not self.authority(seat.holder, seat.role, seat.unit)[0] if seat.holder else True
        mine = lapsed or seat.holder == who or any(pair[:2] == (who, seat.holder) for pair in self.lent)
        return seat.state == "open" and not self.held and mine and bool(persons) and not self.excluded(persons, seat)

    def may(self, who: str, seat: Seat) -> bool:
        """Whether they may decide it: nobody was asked before them."""
        waits = any(not child.outcome and child.kind in ("before", "opinion") for child in seat.children)
        return self.acts_on(who, seat) and not waits

    def candidate(self, seat: Seat, who: str, asker: str, hand_on: bool) -> tuple[str, str]:
        """(role, unit) under which a person may be asked: within reach, in sight of it, not excluded, not yet asked."""
        near = "-" if hand_on else self.authority(asker, seat.role, seat.unit)[1]
        found = sorted((code, role) for role, code in self.posts[who].items() if role != "contact_cadre")
        found = [(code, role) for code, role in found if seat.unit.startswith(code) or code.startswith(near)]
        found = [(code, role) for code, role in found if not hand_on or role in (seat.role, seat.leader)]
        tree = [s for s in seat.round.root().tree() if s is not seat and s.state == "open" and not s.round.outcome]
        asked = (not hand_on or seat.by) and who in {one.holder for one in tree}
        home = any(self.units["home_group"].startswith(c) and not r.startswith("receiving") for c, r in found)
        blind = not home and bool(set(seat.plan["aspects"]) - {"parties", "members"})
        same = who == (seat.holder if hand_on else asker)
        self.need(bool(found) and not asked and not blind and not same and not self.excluded(frozenset({who}), seat))
        code, role = min(found, key=lambda pair: pair[1] != seat.role)
        return role, code

    # --- verbs ------------------------------------------------------------------------------
    def decide(self, who: str, seat: Seat, verdict: str, to: str = "", resume: str = "with_me") -> None:
        target = next((place for place in self.points(seat) if place.group["key"] == to), None)
        self.need(self.may(who, seat) and seat.round.kind != "opinion" and (verdict != "return" or target is not None))
        self.record(who, seat, AFTER[verdict])
        if target is not None and verdict == "return":
            if seat.round.parent:
                self.close(seat.round, "returned")
            self.send_back(seat.round.root(), target, resume == "again", "returned")
        self.settle()

    def record(self, who: str, seat: Seat, state: str) -> None:
        seat.state, seat.persons = state, self.authority(who, seat.role, seat.unit)[0]
        seat.seen = {aspect: self.versions.get(aspect, 0) for aspect in seat.plan["aspects"]}

    def claim(self, who: str, seat: Seat) -> None:
        self.need(self.may(who, seat))
        seat.holder = who

    def release(self, who: str, seat: Seat) -> None:
        self.need(seat.state == "open" and seat.holder == who and not seat.fixed)
        seat.holder = ""

    def add_signer(self, who: str, seat: Seat, user: str, where: str) -> None:
        self.need(
            self.acts_on(who, seat) and seat.round.kind != "opinion" and (where != "after" or self.may(who, seat))
        )
        role, unit = self.candidate(seat, user, who, False)
        if where == "after":
            self.record(who, seat, "approved")
        live = seat.round if where == "beside" else self.child(seat, where)
        live.seats.append(Seat(seat.plan, live, role, unit, user, True, who, seat.leader))
        self.settle()

    def delegate(self, who: str, seat: Seat, user: str) -> None:
        self.need(self.acts_on(who, seat) and seat.round.kind != "opinion")
        role, unit = self.candidate(seat, user, who, False)
        seat.holder = seat.holder or who
        live = self.child(seat, "opinion")
        live.seats.append(Seat(seat.plan, live, role, unit, user, True, who, seat.leader))

    def give_opinion(self, who: str, seat: Seat) -> None:
        self.need(self.acts_on(who, seat) and seat.round.kind == "opinion")
        seat.state = "answered"
        self.settle()

    def reassign(self, who: str, seat: Seat, user: str) -> None:
        leads = self.authority(who, seat.leader, seat.unit)[0]
        works = self.authority(who, seat.role, seat.unit)[0] and (
            seat.holder in ("", who) or any(pair[:2] == (who, seat.holder) for pair in self.lent)
        )
        self.need(seat.state == "open" and not self.held and bool(leads or works))
        role, _unit = self.candidate(seat, user, who, True)
        ladder = list(dict.fromkeys((seat.plan["role"], *LADDER)))
        if role != seat.role and role in ladder:
            seat.leader = ladder[min(ladder.index(role) + 1, len(ladder) - 1)]
        seat.holder, seat.role, seat.fixed = user, role, True

    def drop_signer(self, who: str, seat: Seat) -> None:
        others = [one for one in seat.round.root().tree() if one is not seat and one.state == "open"]
        holds = [s for s in others if s.holder in ("", who) and self.authority(who, s.role, s.unit)[0]]
        self.need(bool(seat.by) and seat.state == "open" and not self.held and bool(seat.by == who or holds))
        self.cancel(seat)
        if seat.round.parent and all(one.state == "cancelled" for one in seat.round.seats):
            self.close(seat.round, "cancelled")
        self.settle()

    def hold(self, who: str, on: bool) -> None:
        posts = [(seat.role, seat.unit) for seat in self.open_seats()]
        posts += [(role, self.units["home_group"]) for role in MANAGERS]
        self.need(self.held != on and self.state in STATES[:-1] and any(self.authority(who, *p)[0] for p in posts))
        self.held = on

    def withdraw(self, who: str) -> None:
        posted = any(self.authority(who, role, self.units["home_group"])[0] for role in ("clerk", "town_reviewer"))
        self.need(posted and self.state in STATES[:3])
        for live in self.live():
            self.close(live, "cancelled")
        self.state, self.held = "withdrawn", False

    def change(self, aspect: str, **facts: Any) -> None:
        self.facts |= facts
        self.versions[aspect] += 1
        self.settle()

    # --- how it moves: a group is asked when everything before it on its track stands, and only then -------------
    def settle(self) -> None:
        while self.state in STATES[:-1] and self.turn():
            pass

    def turn(self) -> bool:
        """One move; False at rest."""
        for child in [one for one in self.rounds if one.parent and not one.outcome]:
            if (vote := self.vote(child)) is not None:
                self.close(child, "passed" if vote else "refused")
                if child.parent and child.parent.state == "open" and not vote:
                    self.cancel(child.parent)
                return True
        for live in self.live():
            if self.vote(live) is False:
                self.send_back(live, self.refused_to(live.at), True, "refused")
                return True
        unfinished = False
        for key in dict.fromkeys(place.track for place in self.places if self.is_open(place)):
            groups = [place for place in self.places if place.track == key]
            first = next((place for place in groups if self.applies(place) and not self.stands(place)), None)
            if first is None:
                continue
            unfinished |= first.state == self.state
            later = [one for one in self.live() if one.at.track == key and one.at.position > first.position]
            current = next((one for one in self.live() if one.at == first), None)
            if later or current is None or self.vote(current):
                self.close(later[0], "cancelled") if later else self.close(current, "passed") if current else (
                    self.open(first)
                )
                return True
            if self.ask_on(current):
                return True
        if not unfinished:
            self.state = STATES[STATES.index(self.state) + 1]
        return not unfinished

    def ask_on(self, live: Round) -> bool:
        """Ask the next in order; nobody is asked whom the rule no longer needs while added signers still answer."""
        planned = [seat for seat in live.seats if not seat.by]
        needless = [s for s in planned if s.vote() == "open" and self.met(live, planned) and not live.waiting]
        for seat in needless:
            self.cancel(seat)
        if live.waiting and all(seat.vote() in ("approved", "cancelled") for seat in planned):
            self.seat(live, live.waiting.pop(0))
            return True
        return bool(needless)

    def met(self, live: Round, planned: list[Seat], hoping: bool = False) -> bool:
        """Whether the rule is met by those who approved, or would be if everybody still asked approved."""
        counted = [seat for seat in planned if seat.vote() not in ("skipped", "cancelled")]
        approving = [s for s in counted if s.vote() == "approved" or (hoping and s.vote() == "open")]
        rule = "all" if live.parent else live.at.group["rule"]
        if rule == "any":
            return bool(approving) or not counted
        if rule in ("all", "in_order"):
            return len(approving) == len(counted)
        weight = sum(seat.plan.get("weight", 1) if rule == "weighted" else 1 for seat in approving)
        return weight >= int(live.at.group["threshold"])

    def vote(self, live: Round) -> bool | None:
        """True when the rule is met and added signers agree, False when that cannot be any more, None while open."""
        planned = [seat for seat in live.seats if live.parent or not seat.by]
        added = [s.vote() for s in live.seats if s not in planned and s.vote() not in ("skipped", "cancelled")]
        if not self.met(live, planned, hoping=True) or set(added) - {"open", "approved"}:
            return False
        return True if self.met(live, planned) and not live.waiting and set(added) <= {"approved"} else None

    def stands(self, place: Place) -> bool:
        """Its last round passed, was not voided, and what its deciders saw is unchanged."""
        last = next((one for one in reversed(self.rounds) if one.at == place and not one.parent), None)
        if last is None or last.void or last.outcome != "passed":
            return False
        seen = [pair for seat in last.tree() if seat.state == "approved" for pair in seat.seen.items()]
        return all(self.versions.get(aspect, 0) == version for aspect, version in seen)

    def applies(self, place: Place) -> bool:
        return any(live.at == place for live in self.live()) or bool(self.plans(place))

    def plans(self, place: Place) -> list[dict[str, Any]]:
        wanted = [(plan, plan.get("condition")) for plan in place.group["plans"]]
        return [plan for plan, rule in wanted if rule is None or self.facts[rule["fact"]] >= rule["at_least"]]

    def new(self, at: Place, **what: Any) -> Round:
        self.rounds.append(Round(at, 1 + sum(one.at == at for one in self.rounds), **what))
        return self.rounds[-1]

    def child(self, seat: Seat, kind: str) -> Round:
        seat.children.append(self.new(seat.round.at, kind=kind, parent=seat))
        return seat.children[-1]

    def open(self, place: Place) -> None:
        live = self.new(place, waiting=self.plans(place))
        for _each in range(1 if place.group["rule"] == "in_order" else len(live.waiting)):
            self.seat(live, live.waiting.pop(0))

    def seat(self, live: Round, plan: dict[str, Any]) -> None:
        """One claimable step, or one for each who holds the post."""
        unit = self.units[plan["resolver"]]
        each = [who for who in self.posts if self.authority(who, plan["role"], unit)[0]]
        for holder in each if plan.get("each_holder") else [""]:
            live.seats.append(Seat(plan, live, plan["role"], unit, holder, fixed=bool(holder)))

    def close(self, live: Round, outcome: str) -> None:
        live.outcome = outcome
        for seat in live.seats:
            self.cancel(seat)

    def cancel(self, seat: Seat) -> None:
        seat.state = "cancelled" if seat.state == "open" else seat.state
        for child in seat.children:
            if not child.outcome:
                self.close(child, "cancelled")

    # --- backwards --------------------------------------------------------------------------
    def points(self, seat: Seat) -> list[Place]:
        ran = {live.at for live in self.rounds}
        return [p for p in self.places if p in ran and self.after(seat.round.at, p) and self.reachable(p)]

    def refused_to(self, at: Place) -> Place:
        wanted = next((p for p in self.places if p.group["key"] == at.group["on_refuse"]), self.places[0])
        return wanted if self.reachable(wanted) else next(p for p in self.places if p.track == at.track)

    def send_back(self, live: Round, to: Place, again: bool, how: str) -> None:
        """Close what is live from the target on, void the target, and with `again` every later group."""
        self.state = self.state if self.is_open(to) else to.state
        for other in self.live():
            same, opens = other.at.track == to.track, STATES.index(other.at.opens) > STATES.index(to.state)
            if other is live or (other.at.position >= to.position if same else opens):
                self.close(other, how if other is live else "cancelled")
        for past in self.rounds:
            past.void |= (
                past.outcome == "passed" and not past.parent and (past.at == to or (again and self.after(past.at, to)))
            )

    def after(self, place: Place, other: Place) -> bool:
        later = STATES.index(place.state) > STATES.index(other.state)
        return place.position > other.position if place.track == other.track else later

    def is_open(self, place: Place) -> bool:
        return STATES.index(place.opens) <= STATES.index(self.state) <= STATES.index(place.state)

    def reachable(self, place: Place) -> bool:
        return self.state in STATES and (self.is_open(place) or place.state in BACK.get(self.state, ()))

    def live(self) -> list[Round]:
        return [one for one in self.rounds if not one.outcome and not one.parent]

    def open_seats(self) -> list[Seat]:
        return [seat for live in self.rounds for seat in live.seats if seat.state == "open"]

    def need(self, possible: bool) -> None:
        if not possible:
            raise Refused
