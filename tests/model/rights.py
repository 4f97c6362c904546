"""Beside the reference model: four eyes, whom a step asks, who may work on it. Questions only."""

from typing import Any

from tests.model.model import Model, Node
from tests.model.people import People, Persons
from tests.model.route import COMPLETED, Place

LADDER = ("vice_leader", "chair", "county_officer")
JUDGES = {"review", "approve", "receive", "accept", "check", "pay"}
WRITTEN = {"parties", "members", "amounts", "text"}
ONE_OF = ({"measure", "accept"}, {"prepare", "check", "pay"})
NEVER_ASKED = ("contact_cadre", "route_keeper", "security_admin")
Asked = dict[str, str]  # under which role, over which unit, led by which role, holder


def above(plan: dict[str, Any], role: str) -> str:
    """Who leads a step of this plan that went to that role."""
    ladder = plan["ladder"]
    return LADDER[0] if role == plan["role"] else ladder[min(ladder.index(role) + 1, len(ladder) - 1)]


class Governed(Model):
    """A case among people."""

    def __init__(self, route: dict[str, Place], facts: dict[str, Any], people: People) -> None:
        super().__init__(route, facts)
        self.people = people

    # --- four eyes ---------------------------------------------------------------
    def barred(self, persons: Persons, place: Place, plan: Any) -> bool:
        """Four eyes: whether their household, their text, their group or their duty excludes them."""
        wrote = plan["duty"] in JUDGES and self.people.author in persons and plan["aspects"] & WRITTEN
        rivals = {duty for pair in ONE_OF if plan["duty"] in pair for duty in pair - {plan["duty"]}}
        acts = [(one.path[-1].place, one.plan["duty"]) for one in self.seats if persons & one.deed.persons]
        clash = any(there.key != place.key and (there.state == place.state or duty in rivals) for there, duty in acts)
        return self.people.cadre in persons or bool(wrote) or clash

    def excluded(self, persons: Persons, seat: Node) -> bool:
        """Four eyes; and one person one vote where heads are counted or signers were added."""
        place, said = seat.path[-1].place, seat.path[-1].tree()
        counted = place.group["rule"] in ("k_of_n", "weighted") or any(one.by for one in said)
        voted = any(one.persons & persons and one is not seat and not one.undone for one in said)
        return (counted and voted) or self.barred(persons, place, seat.plan)

    # --- whom a step asks -----------------------------------------------------------
    def whom(self, live: Node, plan: Any) -> list[dict[str, Any]]:
        """For whoever takes it, or for each holder yet to decide; a superior's where four eyes excludes everyone of its
        role, unless others of the group are enough. One may be answered by the decision just before."""
        place, done = live.place, [one.holder for one in live.children if one.plan["key"] == plan["key"]]
        others = [one for one in place.plans(self.facts) if place.group["rule"] == "any" and self.able(place, one)]
        roles, unit = [plan["role"]] if others else plan["ladder"], self.people.units[plan["resolver"]]
        role = next((role for role in roles if self.able(place, plan, role)), plan["role"])
        each = [who for who in self.people.holders(role, unit) if who not in done]
        asked = {"role": role, "unit": unit, "leader": above(plan, role)}
        seats = [{**asked, "holder": who} for who in (each if plan.get("each_holder") else [""])]
        return [{**one, **self.carried(one, place, plan)} for one in seats]

    def able(self, place: Place, plan: Any, role: str = "") -> bool:
        """Whether four eyes leaves anybody of the role a plan asks, or of another."""
        over = self.people.holders(role or plan["role"], self.people.units[plan["resolver"]])
        return any(not self.barred(persons, place, plan) for persons in over.values())

    def carried(self, asked: Asked, place: Place, plan: Any) -> dict[str, Any]:
        """The decision directly before, where it counts for a step too: whoever alone is asked approved the same."""
        made = [one for one in self.seats if one.persons and one.kind == "step" and not one.undone]
        last = max(made, key=lambda one: one.when, default=None)
        if not (self.people.carries and last and last.state == "approved"):
            return {}
        only = {asked["holder"]} if asked["holder"] else {*self.people.holders(asked["role"], asked["unit"])}
        judged = {plan["duty"], last.plan["duty"]} <= JUDGES and last.plan["key"] != plan["key"]
        same = judged and plan["aspects"] and plan["aspects"] <= last.seen
        alone = only == last.persons and len(only) == 1 and not self.barred(last.persons, place, plan)
        return {"state": "approved", "deed": last} if same and alone else {}

    def candidate(self, seat: Node, who: str, asker: str, hand_on: bool = False) -> Asked | None:
        """The post under which somebody may be asked on a step: in the asker's reach, the step's own or its leader's
        for handing on; nobody of the receiving side for what they may not see; not excluded."""
        near = "-" if hand_on else self.people.post(asker, seat.role, seat.unit)[1]
        posts = [(role, code) for role, code in self.people.posts[who].items() if role not in NEVER_ASKED]
        fit = [post for post in posts if seat.unit.startswith(post[1]) or post[1].startswith(near)]
        fit = [post for post in fit if not hand_on or post[0] in (seat.role, seat.leader)]
        home = self.people.units["home_group"]
        sees = any(home.startswith(code) and "receiving" not in role for role, code in fit)
        others = [one.holder for one in self.beside(seat) if not hand_on or seat.by] + [seat.by if hand_on else ""]
        waits_for_asker = not seat.holder and self.on(asker, seat)  # who hands on hands on to another
        same = who in others or who == (asker if not hand_on or waits_for_asker else seat.holder)
        hidden = not sees and seat.plan["aspects"] - {"parties", "members"}
        if not fit or same or hidden or self.excluded(frozenset({who}), seat):
            return None
        role, unit = min(fit, key=lambda post: (post[0] != seat.role, post[1], post[0]))
        if hand_on:  # the step stays where it is
            return {"role": role, "leader": above(seat.plan, role) if role != seat.role else seat.leader, "holder": who}
        return {"role": role, "unit": unit, "leader": seat.leader, "holder": who}

    # --- who may ------------------------------------------------------------------
    def on(self, who: str, seat: Node) -> Persons:
        return self.people.post(who, seat.role, seat.unit)[0]

    def has(self, who: str, seat: Node) -> Persons:
        """The same where it is nobody else's; a claim lasts as long as the post under which it was made."""
        claimed = seat.holder and (seat.fixed or self.on(seat.holder, seat))
        free = not claimed or who == seat.holder or any(loan[:2] == (who, seat.holder) for loan in self.people.lent)
        return self.on(who, seat) if free else frozenset()

    def points(self, seat: Node) -> dict[str, Place]:
        """Where a return may go, by name: earlier groups that have run, the nearest of them, the drafter."""
        here = seat.path[-1].place
        ran = [one for key, one in self.route.items() if key in self.last and here.after(one)]
        found = {one.key: one for one in ran if one.reachable(self.state)}
        near = [one for one in found.values() if one.track == here.track] or [*found.values()]
        named = {"previous": near[-1:], "drafter": [one for key, one in found.items() if key == "draft"]}
        return found | {name: one[0] for name, one in named.items() if one}

    def beside(self, seat: Node) -> list[Node]:
        return [one for one in self.asked() if one.path[-1] is seat.path[-1] and one is not seat]

    def goes_on(self, seat: Node) -> bool:
        return seat in self.asked() and not (self.held or seat.parent.held or seat.path[-1].held)

    def may(self, who: str, seat: Node, decide: bool = True) -> bool:
        """Whether they may work on a step now; to decide it, nobody asked before them still owes an answer."""
        waits = decide and any(child.passed() is None and child.kind != "after" for child in seat.children)
        works = self.has(who, seat) and not self.excluded(self.on(who, seat), seat)
        return bool(works) and not waits and self.goes_on(seat)

    def waits_for(self, leaver: str, to: str, seat: Node) -> bool:
        """Whether a step waits for the leaver alone, and the successor has the post and may."""
        able = [{seat.holder}] if seat.holder else self.people.holders(seat.role, seat.unit).values()
        own = seat.unit.startswith(self.people.posts[to].get(seat.role, "-"))
        theirs = seat.by and to in [seat.by, *(one.holder for one in self.beside(seat))]
        barred = theirs or self.excluded(frozenset({to}), seat)
        return bool(able) and all(leaver in one for one in able) and own and not barred

    def stays_behind(self, route: dict[str, Place]) -> list[Node]:
        """Live rounds that do not go on under another version: it asks otherwise there, or something before them."""
        asks = {one.key: one.asks(self.facts) for one in self.heads(route)}
        return [one for key, one in self.live.items() if asks.get(key) != one.place.asks(self.facts)]

    def touched(self, seat: Node, back: Place) -> bool:
        """Whether anybody at or behind a place has acted since a decision: decided, answered, overrode, asked others,
        or ended it from a track beside; or others of its group are asked for others."""
        behind = [one for one in self.seats if (there := self.route.get(one.path[-1].place.key)) and there.falls(back)]
        enders = [one.path[-1].deed for one in behind if not one.path[-1].deed.undone]
        younger = [one for one in behind if one in self.seats[self.seats.index(seat) + 1 :]]
        asks = seat.path[-1].state == "open" and any(one.path[-2] not in (seat, one) for one in self.beside(seat))
        acts = any(one.when > seat.when for one in behind + enders)
        return asks or acts or any(one.by not in ("", seat.actor) for one in younger)

    def dead(self, seat: Node) -> bool:
        """Whether nobody who is there may decide it."""
        return not any(self.has(who, seat) and not self.excluded(self.on(who, seat), seat) for who in self.people.posts)

    def out_of_reach(self, live: Node) -> bool:
        """Whether a group cannot pass even if everybody who is there approves."""
        kept = [(one, one.state) for one in live.tree()[1:] if one.kind == "step" and one.state == "open"]
        later, live.later = live.later, ()
        for one, _state in kept:
            one.state = "refused" if self.dead(one) else "approved"
        lost = not live.passed()
        for one, state in kept:
            one.state = state
        live.later = later
        return lost

    @property
    def alive(self) -> bool:
        return self.state < COMPLETED
