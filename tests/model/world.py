"""What the reference model stands on: `Given` is the route, the people and the blank sheet of a case, `Allowed` whom a
step may ask and what a command needs. Nothing here changes a case; how it moves is in model.py.

People are names, posts are {person: {role: unit code}}, a loan is (substitute, lender, role).
"""

from dataclasses import dataclass, field
from typing import Any

STATES = ("draft", "in_review", "signing", "final_check", "completed")
OPEN = STATES[:-1]
BACK = {"in_review": (0,), "signing": (0, 1)}  # never behind signing once signed
ENDS = {  # from where, by whom over the home, to which state
    "withdraw": (("draft", "in_review", "signing"), ("clerk", "town_reviewer"), "withdrawn"),
    "terminate": (("final_check",), ("county_officer",), "terminated"),
    "supersede": (("final_check",), ("county_officer",), "superseded"),
    "reopen": (("completed",), ("county_officer",), "final_check"),
}
LADDER = ("vice_leader", "chair", "county_officer")
JUDGES = {"review", "approve", "receive", "accept", "check", "pay"}
WRITTEN = {"parties", "members", "amounts", "text"}
ONE_OF = ({"measure", "accept"}, {"prepare", "check", "pay"})
ASKED = ("plan", "role", "unit", "leader", "holder", "by")  # what a step is asked with
NEVER_ASKED = ("contact_cadre", "route_keeper", "security_admin")
Persons = frozenset[str]


@dataclass(frozen=True)
class Place:
    """A group in its route: the state its track gates, the one it opens in (both by number), its place in the track."""

    key: str
    state: int
    track: str
    opens: int
    position: int
    group: Any
    needs: int  # votes; 0: all of them
    fails_to: tuple[str, str]  # its own point or the drafter, else the start of its track

    def is_open(self, state: str) -> bool:
        return state in STATES and self.opens <= STATES.index(state) <= self.state

    def reachable(self, state: str) -> bool:
        return self.is_open(state) or self.state in BACK.get(state, ())

    def after(self, other: "Place") -> bool:
        return self.position > other.position if self.track == other.track else self.state > other.state

    def falls(self, to: "Place") -> bool:
        """Whether a return to that place ends what is live here."""
        return self.position >= to.position if self.track == to.track else self.opens > to.state

    def plans(self, facts: dict[str, Any]) -> list[dict[str, Any]]:
        wanted = [(plan, plan.get("condition")) for plan in self.group["plans"]]
        return [plan for plan, rule in wanted if rule is None or facts[rule["fact"]] >= rule["at_least"]]

    def asks(self, facts: dict[str, Any]) -> Any:
        """What two versions of a route must have alike for a live round to go on; lead times may differ."""
        return self.state, self.track, self.group["rule"], [{**plan, "lead": 0} for plan in self.plans(facts)]


def above(plan: dict[str, Any], role: str) -> str:
    """Who leads a step of this plan that went to that role."""
    ladder = plan["ladder"]
    return LADDER[0] if role == plan["role"] else ladder[min(ladder.index(role) + 1, len(ladder) - 1)]


@dataclass
class Given:
    """Route and facts; posts and loans, the drafter and the household's cadre, whether the route carries decisions
    forward; and a case before anything has happened."""

    route: dict[str, Place]
    facts: dict[str, Any]
    posts: dict[str, dict[str, str]]
    units: dict[str, str]
    lent: set[tuple[str, str, str]]
    author: str
    cadre: str
    carries: bool
    state: str = "draft"
    held: bool = False
    clock: int = 0
    deciding: Any = None  # the step decided by the present command
    again: Any = None  # the one whose decision it takes back
    seats: list[Any] = field(default_factory=list)  # every step ever, in order
    live: dict[str, Any] = field(default_factory=dict)  # by group: the round that is asked,
    last: dict[str, Any] = field(default_factory=dict)  # the last one ever,
    passed: dict[str, Any] = field(default_factory=dict)  # the one that passed and was not made void

    def post(self, who: str, role: str, unit: str) -> tuple[Persons, str]:
        """The persons who would act (oneself, and whom one stands in for) and the unit of the post, own before lent."""
        stands = [who, *(lender for one, lender, lent in self.lent if (one, lent) == (who, role))]
        found = [(frozenset({who, lender}), self.posts[lender].get(role, "-")) for lender in stands]
        return next((pair for pair in found if unit.startswith(pair[1])), (frozenset(), "-"))

    def on(self, who: str, seat: Any) -> Persons:
        return self.post(who, seat.role, seat.unit)[0]

    def has(self, who: str, seat: Any) -> Persons:
        """The same where it is nobody else's; a claim lasts as long as the post under which it was made."""
        claimed = seat.holder and (seat.fixed or self.on(seat.holder, seat))
        free = not claimed or who == seat.holder or any(loan[:2] == (who, seat.holder) for loan in self.lent)
        return self.on(who, seat) if free else frozenset()

    def holders(self, role: str, unit: str) -> dict[str, Persons]:
        """Everyone who could act under a post of this role over the unit, and for whom."""
        return {who: persons for who in self.posts if (persons := self.post(who, role, unit)[0])}

    def home(self, who: str, *roles: str) -> Persons:
        """The persons who would act as one of these roles over the household's home."""
        return next(filter(None, (self.post(who, role, self.units["home_group"])[0] for role in roles)), frozenset())

    def barred(self, persons: Persons, place: Place, plan: Any) -> bool:
        """Four eyes: whether their household, their text, their group or their duty excludes them."""
        wrote = plan["duty"] in JUDGES and self.author in persons and plan["aspects"] & WRITTEN
        rivals = {duty for pair in ONE_OF if plan["duty"] in pair for duty in pair - {plan["duty"]}}
        acts = [(one.path[-1].place, one.plan["duty"]) for one in self.seats if persons & one.deed.persons]
        clash = any(there.key != place.key and (there.state == place.state or duty in rivals) for there, duty in acts)
        return self.cadre in persons or bool(wrote) or clash

    def applies(self, place: Place) -> bool:
        return place.is_open(self.state) and bool(place.plans(self.facts))

    def refused_to(self, place: Place) -> Place:
        return next(self.route[key] for key in place.fails_to if self.route[key].reachable(self.state))


class Allowed(Given):
    """Questions only: who is asked, who may, what a command needs."""

    def excluded(self, persons: Persons, seat: Any) -> bool:
        """Four eyes; and one person one vote where heads are counted or signers were added."""
        place, said = seat.path[-1].place, seat.path[-1].tree()
        counted = place.group["rule"] in ("k_of_n", "weighted") or any(one.by for one in said)
        voted = any(one.persons & persons and one is not seat and not one.undone for one in said)
        return (counted and voted) or self.barred(persons, place, seat.plan)

    def whom(self, live: Any, plan: Any) -> list[tuple[str, str, str, str]]:
        """(role, unit, leader, holder) of the steps of a plan: for whoever takes it, or for each holder yet to decide;
        a superior's where four eyes excludes everyone of its role, unless others of the group are enough."""

        def able(role: str, of: Any) -> bool:
            over = self.holders(role, self.units[of["resolver"]]).values()
            return any(not self.barred(persons, place, of) for persons in over)

        place, done = live.place, [one.holder for one in live.children if one.plan["key"] == plan["key"]]
        others = [one for one in place.plans(self.facts) if place.group["rule"] == "any" and able(one["role"], one)]
        roles, unit = [plan["role"]] if others else plan["ladder"], self.units[plan["resolver"]]
        role = next((role for role in roles if able(role, plan)), plan["role"])
        each = [who for who in self.holders(role, unit) if who not in done]
        return [(role, unit, above(plan, role), who) for who in (each if plan.get("each_holder") else [""])]

    def repeated(self, seat: Any) -> Any:
        """The decision directly before, where it counts for a step too: whoever alone is asked approved the same."""
        made = [one for one in self.seats if one.persons and one.kind == "step" and not one.undone]
        last = max(made, key=lambda one: one.when, default=seat)
        only = {seat.holder} if seat.holder else {*self.holders(seat.role, seat.unit)}
        judged = last.state == "approved" and {seat.plan["duty"], last.plan["duty"]} <= JUDGES
        same = seat.plan["aspects"] and seat.plan["aspects"] <= last.seen and last.plan["key"] != seat.plan["key"]
        alone = only == last.persons and len(only) == 1 and not self.barred(last.persons, seat.parent.place, seat.plan)
        return last if self.carries and judged and same and alone else None

    def candidate(self, seat: Any, who: str, asker: str, hand_on: bool = False) -> tuple[str, str, str] | None:
        """(role, unit, leader) under which somebody may be asked on a step: a post in the asker's reach, the step's own
        or its leader's for handing on; nobody of the receiving side for what they may not see; not excluded."""
        near = "-" if hand_on else self.post(asker, seat.role, seat.unit)[1]
        posts = [(role, code) for role, code in self.posts[who].items() if role not in NEVER_ASKED]
        fit = [post for post in posts if seat.unit.startswith(post[1]) or post[1].startswith(near)]
        fit = [post for post in fit if not hand_on or post[0] in (seat.role, seat.leader)]
        sees = any(self.units["home_group"].startswith(code) and "receiving" not in role for role, code in fit)
        others = [one.holder for one in self.beside(seat) if not hand_on or seat.by]
        waits_for_asker = not seat.holder and self.on(asker, seat)  # who hands on hands on to another
        same = who in others or who == (asker if not hand_on or waits_for_asker else seat.holder)
        hidden = not sees and seat.plan["aspects"] - {"parties", "members"}
        if not fit or same or hidden or self.excluded(frozenset({who}), seat):
            return None
        role, unit = min(fit, key=lambda post: (post[0] != seat.role, post[1], post[0]))
        return role, unit, above(seat.plan, role) if hand_on and role != seat.role else seat.leader

    def points(self, seat: Any) -> dict[str, Place]:
        """Where a return may go, by name: earlier groups that have run, the nearest of them, the drafter."""
        here = seat.path[-1].place
        ran = [one for key, one in self.route.items() if key in self.last and here.after(one)]
        found = {one.key: one for one in ran if one.reachable(self.state)}
        near = [one for one in found.values() if one.track == here.track] or [*found.values()]
        named = {"previous": near[-1:], "drafter": [one for key, one in found.items() if key == "draft"]}
        return found | {name: one[0] for name, one in named.items() if one}

    def beside(self, seat: Any) -> list[Any]:
        return [one for one in self.asked() if one.path[-1] is seat.path[-1] and one is not seat]

    def goes_on(self, seat: Any) -> bool:
        return seat in self.asked() and not (self.held or seat.parent.held or seat.path[-1].held)

    def may(self, who: str, seat: Any, decide: bool = True) -> bool:
        """Whether they may work on a step now; to decide it, nobody asked before them still owes an answer."""
        waits = decide and any(child.passed() is None and child.kind != "after" for child in seat.children)
        works = self.has(who, seat) and not self.excluded(self.on(who, seat), seat)
        return bool(works) and not waits and self.goes_on(seat)

    def waits_for(self, leaver: str, to: str, seat: Any) -> bool:
        """Whether a step waits for the leaver alone, and the successor has the post and may."""
        able = [{seat.holder}] if seat.holder else self.holders(seat.role, seat.unit).values()
        own = seat.unit.startswith(self.posts[to].get(seat.role, "-"))
        barred = self.barred(frozenset({to}), seat.path[-1].place, seat.plan)
        return bool(able) and all(leaver in one for one in able) and own and not barred

    def stays_behind(self, route: dict[str, Place]) -> list[Any]:
        """Live rounds that do not go on under another version: it asks otherwise there, or something before them."""
        asks = {one.key: one.asks(self.facts) for one in self.heads(route)}
        return [one for key, one in self.live.items() if asks.get(key) != one.place.asks(self.facts)]

    def touched(self, seat: Any, back: Place) -> bool:
        """Whether anybody at or behind a place has acted since a decision: decided, answered, overrode, asked others,
        or ended it from a track beside; or others of its group are asked for others."""
        behind = [one for one in self.seats if (there := self.route.get(one.path[-1].place.key)) and there.falls(back)]
        enders = [one.path[-1].deed for one in behind if not one.path[-1].deed.undone]
        younger = [one for one in behind if one in self.seats[self.seats.index(seat) + 1 :]]
        asks = seat.path[-1].state == "open" and any(one.path[-2] not in (seat, one) for one in self.beside(seat))
        acts = any(one.when > seat.when for one in behind + enders)
        return asks or acts or any(one.by not in ("", seat.actor) for one in younger)

    def allows(self, verb: str, who: str, *more: Any) -> Any:
        """What every command needs."""
        asked, alive = self.asked(), self.state in OPEN
        match verb, *more:
            case "claim", seat:
                return self.may(who, seat)
            case "release", seat:
                return seat in asked and seat.holder == who and not seat.fixed
            case "answer", seat:
                return seat.parent.kind == "opinion" and self.may(who, seat, decide=False)
            case "drop", seat:
                near = any(self.has(who, one) for one in self.beside(seat))
                return seat.by and self.goes_on(seat) and (seat.by == who or near)
            case "reassign", seat, user:
                mine = self.has(who, seat) or self.post(who, seat.leader, seat.unit)[0]
                return mine and self.goes_on(seat) and self.candidate(seat, user, who, hand_on=True)
            case "ask", seat, user, where:
                works = self.may(who, seat, decide=where == "after")
                return works and seat.parent.kind != "opinion" and self.candidate(seat, user, who)
            case "decide", seat, verdict, *way:
                to = verdict != "returned" or (way and way[0] in self.points(seat))
                return to and seat.parent.kind != "opinion" and self.may(who, seat)
            case "take_back", seat:
                root, here = seat.path[-1], self.route.get(seat.path[-1].place.key)
                mine = who in seat.persons and self.on(who, seat) and not seat.undone and not self.held
                last = root.state == "open" or (root.deed is seat and here and (root.to or here.reachable(self.state)))
                return mine and alive and here and last and not self.touched(seat, root.to or here)
            case "hold", on, seat:
                manages = self.home(who, "clerk", "town_reviewer", *LADDER) or any(self.on(who, one) for one in asked)
                fits = (seat in asked if on else seat.parent.passed() is None) if seat else True
                return alive and (seat.parent if seat else self).held != on and fits and manages
            case "end", move:
                return self.state in ENDS[move][0] and self.home(who, *ENDS[move][1])
            case "override", key:
                persons, live = self.home(who, "chair"), self.live.get(key)
                free = persons and live and key != "draft" and not self.held and not live.held
                return free and not any(self.barred(persons, live.place, plan) for plan in live.place.plans(self.facts))
            case "migrate", route:
                ends, held = self.stays_behind(route), any(one.parent.held or one.path[-1].held for one in asked)
                acted = [s for s in self.seats if s.parent in ends and (s.state != "open" or s.fixed or s.children)]
                return self.home(who, "route_keeper") and alive and not acted and not held and not self.held
            case "bulk", seats:
                return seats
            case "hand_over", to:
                return who != to
        return True
