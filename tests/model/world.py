"""What the reference model stands on: the places of a route, and who may do what. Nothing of the product either.

People are names, posts are {person: {role: unit code}}, a loan is (substitute, lender, role).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

ENDS = {  # from where, by whom over the home, to which state
    "withdraw": (("draft", "in_review", "signing"), ("clerk", "town_reviewer"), "withdrawn"),
    "terminate": (("final_check",), ("county_officer",), "terminated"),
    "supersede": (("final_check",), ("county_officer",), "superseded"),
    "reopen": (("completed",), ("county_officer",), "final_check"),
}
STATES = ("draft", "in_review", "signing", "final_check", "completed")
LADDER = ("vice_leader", "chair", "county_officer")
JUDGES = ("review", "approve", "receive", "accept", "check", "pay")
WRITTEN = ("parties", "members", "amounts", "text")
ONE_OF = ({"measure", "accept"}, {"prepare", "check", "pay"})
NEVER_ASKED = ("contact_cadre", "route_keeper", "security_admin")
Persons = frozenset[str]


@dataclass(frozen=True)
class Place:
    """A group in its route: the state its track gates, the one it opens in (both by number), its place in the track."""

    state: int
    track: str
    opens: int
    position: int
    group: Any

    @property
    def key(self) -> str:
        return str(self.group["key"])

    def is_open(self, state: str) -> bool:
        return state in STATES and self.opens <= STATES.index(state) <= self.state

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
        plans = [{**plan, "lead": 0} for plan in self.plans(facts)]
        return self.state, self.track, self.group["rule"], self.group["threshold"], plans


def places(route: Any) -> dict[str, Place]:
    """Every group of a route by its key, in order."""
    tracks = [(state, key, *track) for state, found in route.items() for key, track in found.items()]
    number = STATES.index
    found = [Place(number(s), key, number(opens), i, g) for s, key, opens, gs in tracks for i, g in enumerate(gs)]
    return {place.key: place for place in found}


def ladder_of(plan: dict[str, Any]) -> list[str]:
    """Whose turn it is where nobody of the plan's role may: nearest superior first."""
    return list(dict.fromkeys((plan["role"], *LADDER)))


def above(plan: dict[str, Any], role: str) -> str:
    """Who leads a step of this plan that went to that role."""
    ladder = ladder_of(plan)
    return LADDER[0] if role == plan["role"] else ladder[min(ladder.index(role) + 1, len(ladder) - 1)]


@dataclass
class People:
    """Posts and loans, the drafter and the household's cadre."""

    posts: dict[str, dict[str, str]]
    units: dict[str, str]
    lent: list[tuple[str, str, str]]
    author: str
    cadre: str

    def post(self, who: str, role: str, unit: str) -> tuple[Persons, str]:
        """The persons who would act (oneself, and whom one stands in for) and the unit of the post, own before lent."""
        stands = [who, *(lender for one, lender, lent in self.lent if (one, lent) == (who, role))]
        found = [(frozenset({who, lender}), self.posts[lender].get(role, "-")) for lender in stands]
        return next((pair for pair in found if unit.startswith(pair[1])), (frozenset(), "-"))

    def over(self, role: str, unit: str) -> dict[str, Persons]:
        """Everyone who could act under a post of this role over the unit, and for whom."""
        return {who: persons for who in self.posts if (persons := self.post(who, role, unit)[0])}

    def stands_in(self, who: str, lender: str) -> bool:
        return who == lender or any(pair[:2] == (who, lender) for pair in self.lent)

    def home(self, who: str, *roles: str) -> Persons:
        """The persons who would act as one of these roles over the household's home."""
        found = [self.post(who, role, self.units["home_group"])[0] for role in roles]
        return next((persons for persons in found if persons), frozenset())

    def four_eyes(self, persons: Persons, place: Place, plan: Any, acts: Iterable[Any]) -> bool:
        """Whether what they did on this case excludes them: their household, their text, their group, their duty."""
        wrote = plan["duty"] in JUDGES and self.author in persons and bool({*plan["aspects"]} & {*WRITTEN})
        clash = any(
            persons & earlier and key != place.key and (state == place.state or excludes(duty, plan["duty"]))
            for earlier, key, state, duty in acts
        )
        return self.cadre in persons or wrote or clash

    def in_reach(self, who: str, asker: str, seat: Any, hand_on: bool) -> Iterator[tuple[str, str]]:
        """(role, unit) under which somebody may be asked on a step, best first: posts within the asker's reach; the
        step's own post or its leader's for handing on; nobody of the receiving side for what they may not see."""
        near = "-" if hand_on else self.post(asker, seat.role, seat.unit)[1]
        posts = [(role, code) for role, code in self.posts[who].items() if role not in NEVER_ASKED]
        fit = [(r, c) for r, c in posts if (seat.unit.startswith(c) or c.startswith(near))]
        fit = [(r, c) for r, c in fit if not hand_on or r in (seat.role, seat.leader)]
        sees = any(self.units["home_group"].startswith(c) and not r.startswith("receiving") for r, c in fit)
        if sees or not {*seat.plan["aspects"]} - {"parties", "members"}:
            yield from sorted(fit, key=lambda post: (post[0] != seat.role, post[1], post[0]))


def excludes(one: str, other: str) -> bool:
    return any(len({one, other} & pair) == 2 for pair in ONE_OF)
