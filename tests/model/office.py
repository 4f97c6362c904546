"""Beside the reference model: commands as officials give them. What may be done, the model does."""

from typing import Any

from tests.model.model import Node
from tests.model.people import People
from tests.model.rights import LADDER, Governed
from tests.model.route import COMPLETED, FINAL_CHECK, SIGNING, STATES, Place

ENDS = {  # from which states, by whom over the home, to which state
    "withdraw": ((0, 1, SIGNING), ("clerk", "town_reviewer"), "withdrawn"),
    "terminate": ((FINAL_CHECK,), ("county_officer",), "terminated"),
    "supersede": ((FINAL_CHECK,), ("county_officer",), "superseded"),
    "reopen": ((COMPLETED,), ("county_officer",), "final_check"),
}


class Office(Governed):
    """A case, and those who work on it and talk about it."""

    def __init__(self, route: dict[str, Place], facts: dict[str, Any], people: People) -> None:
        super().__init__(route, facts, people)
        self.former: dict[str, Place] = {}  # the version before its last migration, until somebody acts
        self.urged: set[Node] = set()
        self.copies: dict[str, bool] = {}  # who has one, and whether they have read it

    def command(self, verb: str, who: str, *more: Any) -> bool:
        """Whether it may be done; then it is."""
        match [verb, *more]:
            case "bulk", seats:  # what cannot be approved stays and stops no other
                for seat in [one for one in seats if one.plan.get("bulk")]:
                    self.command("decide", who, seat, "approved")
                return bool(seats)
            case "hand_over", to if who != to:
                for seat in [one for one in self.asked() if self.waits_for(who, to, one)]:
                    self.do("claim", to, seat)
                    self.former = {}
                return True
            case (("lend" | "leave" | "join"), *_rest):
                return self.staff(verb, who, *more)
            case (("nudge" | "copy" | "read"), *_rest):
                return self.talk(verb, who, *more)
            case ["revert"]:
                verb, given = "migrate", self.on_case("migrate", who, self.former) if self.former else None
            case _, Node() as seat, *rest:
                given = self.on_step(verb, who, seat, *rest)
            case _:
                given = self.on_case(verb, who, *more)
        if given is not None:
            self.former = self.route if verb == "migrate" and given[0] is not self.former else {}
            self.do(verb, who, *given)
        return given is not None

    def staff(self, verb: str, who: str, *more: Any) -> bool:
        """Posts and loans change; a claim ends with the post under which it was made."""
        people = self.people
        match verb, *more:
            case "lend", user, role:
                people.lent ^= {(user, who, role)}
            case "leave", role if people.holders(role, people.posts[who][role]).keys() - {who}:
                del people.posts[who][role]
            case "join", role, unit:
                people.posts[who][role] = unit
            case _:
                return False  # the last one of a post stays
        for seat in self.seats:
            if seat.state == "open" and seat.holder and not (seat.fixed or self.on(seat.holder, seat)):
                seat.holder = ""
        return True

    def talk(self, verb: str, who: str, *more: Any) -> bool:
        """What is said about a case, and moves nothing."""
        people, leading = self.people, (*LADDER, "town_reviewer")
        match verb, *more:
            case "nudge", seat if self.goes_on(seat) and seat not in self.urged:
                over = [seat.unit, people.units["home_group"]]
                leads = people.post(who, seat.leader, seat.unit)[0]
                leads = leads or any(people.post(who, role, code)[0] for role in leading for code in over)
                urges = (self.drafted(who) or leads) and self.waited_for(seat) - {who}
                self.urged |= {seat} if urges else set()
                return bool(urges)
            case "copy", user if user != who and people.posts[user].keys() - {"route_keeper", "security_admin"}:
                manages = people.home(who, "clerk", *leading) or any(self.on(who, one) for one in self.asked())
                copies = self.drafted(who) or manages
                self.copies |= {user: self.copies.get(user, False)} if copies else {}
                return bool(copies)
            case "read", *_rest if self.sees(who):
                self.copies[who] = True
                return True
        return False

    def sees(self, who: str) -> bool:
        """Whoever was given sight of a case keeps it as long as they hold any post, own or lent."""
        lent = [self.people.posts[lender].get(role) for one, lender, role in self.people.lent if one == who]
        return bool(self.people.posts[who]) or any(lent)

    def drafted(self, who: str) -> bool:
        return who == self.people.author and self.sees(who)

    def waited_for(self, seat: Node) -> set[str]:
        """Whom a step waits for: who holds it, with both names of a substitution; else everybody who could."""
        loans = [(one, lender) for one, lender, role in self.people.lent if role == seat.role]
        both = {person for pair in loans for person in pair if seat.holder in pair}
        held = {seat.holder} | both if seat.holder and self.on(seat.holder, seat) else set()
        return held or {*self.people.holders(seat.role, seat.unit)}

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
