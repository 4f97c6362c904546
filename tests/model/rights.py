"""Who may do what, beside the reference model: whom a step asks, and what every command needs. Questions only; what
may be done, the model does."""

from typing import Any

from tests.model.model import Model, Node
from tests.model.people import People, Persons
from tests.model.route import COMPLETED, FINAL_CHECK, SIGNING, STATES, Place

ENDS = {  # from which states, by whom over the home, to which state
    "withdraw": ((0, 1, SIGNING), ("clerk", "town_reviewer"), "withdrawn"),
    "terminate": ((FINAL_CHECK,), ("county_officer",), "terminated"),
    "supersede": ((FINAL_CHECK,), ("county_officer",), "superseded"),
    "reopen": ((COMPLETED,), ("county_officer",), "final_check"),
}
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
    """A case among people: refuses what may not be done."""

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

    # --- commands -------------------------------------------------------------------
    def command(self, verb: str, who: str, *more: Any) -> bool:
        """Give a command as officials do: whether it may be done; then it is."""
        match [verb, *more]:
            case "bulk", seats:  # what cannot be approved stays and stops no other
                for seat in [one for one in seats if one.plan.get("bulk")]:
                    self.command("decide", who, seat, "approved")
                return bool(seats)
            case "hand_over", to if who != to:
                for seat in [one for one in self.asked() if self.waits_for(who, to, one)]:
                    self.do("claim", to, seat)
                return True
            case _, Node() as seat, *rest:
                given = self.on_step(verb, who, seat, *rest)
            case _:
                given = self.on_case(verb, who, *more)
        if given is not None:
            self.do(verb, who, *given)
        return given is not None

    def on_step(self, verb: str, who: str, seat: Node, *more: Any) -> list[Any] | None:
        """What a command on a step is done with; None where it may not be done."""
        opinion = seat.parent.kind == "opinion"
        match verb, *more:
            case ["claim"] if self.may(who, seat):
                return [seat]
            case ["release"] if seat in self.asked() and seat.holder == who and not seat.fixed:
                return [seat]
            case ["answer"] if opinion and self.may(who, seat, decide=False):
                return [seat]
            case ["drop"] if seat.by and self.goes_on(seat):
                near = any(self.has(who, one) for one in self.beside(seat))
                own = [one for one in seat.path[-1].tree() if (one.actor, one.undone) == (seat.by, False)]
                return [seat] if near or (seat.by == who and any(self.on(who, one) for one in own)) else None
            case ["reassign", user] if self.goes_on(seat):
                mine = self.has(who, seat) or self.people.post(who, seat.leader, seat.unit)[0]
                post = mine and self.candidate(seat, user, who, hand_on=True)
                return [seat, post] if post else None
            case ["ask", user, where] if not opinion and self.may(who, seat, decide=where == "after"):
                post = self.candidate(seat, user, who)
                return [seat, where, post, self.on(who, seat)] if post else None
            case ["decide", "returned", *way] if not opinion and self.may(who, seat):
                to = self.points(seat).get(way[0])
                return [seat, "returned", self.on(who, seat), to, "again" in way] if to else None
            case ["decide", verdict, *_way] if not opinion and self.may(who, seat):
                return [seat, verdict, self.on(who, seat)]
            case ["take_back"] if who in seat.persons and self.on(who, seat) and not (seat.undone or self.held):
                root, here = seat.path[-1], self.route.get(seat.path[-1].place.key)
                last = root.state == "open" or (root.deed is seat and here and (root.to or here.reachable(self.state)))
                return [seat] if self.alive and here and last and not self.touched(seat, root.to or here) else None
        return None

    def on_case(self, verb: str, who: str, *more: Any) -> list[Any] | None:
        """What a command on the case is done with; None where it may not be done."""
        match verb, *more:
            case ["hold", on, seat] if self.alive and (seat.parent if seat else self).held != on:
                manages = self.people.home(who, "clerk", "town_reviewer", *LADDER)
                manages = manages or any(self.on(who, one) for one in self.asked())
                fits = (seat in self.asked() if on else seat.parent.passed() is None) if seat else True
                return [on, seat] if fits and manages else None
            case ["end", move] if self.state in ENDS[move][0] and self.people.home(who, *ENDS[move][1]):
                return [STATES.index(ENDS[move][2])]
            case ["override", key] if key in self.live and key != "draft":
                persons, live = self.people.home(who, "chair"), self.live[key]
                plans = live.place.plans(self.facts)
                barred = any(self.barred(persons, live.place, plan) for plan in plans)
                return [key, persons] if persons and not (self.held or live.held or barred) else None
            case ["migrate", route] if self.alive and self.people.home(who, "route_keeper"):
                ends = self.stays_behind(route)
                held = self.held or any(one.parent.held or one.path[-1].held for one in self.asked())
                acted = [s for s in self.seats if s.parent in ends and (s.state != "open" or s.fixed or s.children)]
                return [route, ends] if not (acted or held) else None
            case ["change", _aspect]:
                return [*more]
        return None

    @property
    def alive(self) -> bool:
        return self.state < COMPLETED
