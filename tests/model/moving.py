"""How the reference model moves: a group is asked when everything before it on its track stands, and only then."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from tests.model.votes import Round, Seat
from tests.model.world import JUDGES, STATES, People, Persons, Place, above, ladder_of

BACK = {"in_review": (0,), "signing": (0, 1)}  # never behind signing once signed


class Moving:
    """One case. By group: the `live` round, the `last` one ever, the one that `passed` and was not made void."""

    def __init__(self, route: dict[str, Place], people: People, facts: dict[str, Any], carries: bool = False) -> None:
        self.route, self.people, self.facts, self.carries = route, people, dict(facts), carries
        self.state, self.held, self.clock, self.versions = "draft", False, 0, Counter[str]()
        self.live, self.last, self.passed = dict[str, Round](), dict[str, Round](), dict[str, Round]()
        self.seats, self.acts, self.deciding = list[Seat](), list[Any](), None  # ever, in order
        self.settle()

    @property
    def open(self) -> bool:
        return self.state in STATES[:-1]

    def asked(self) -> list[Seat]:
        return [seat for live in self.live.values() for seat in live.asked()]

    def now(self, aspects: Iterable[str]) -> dict[str, int]:
        return {aspect: self.versions[aspect] for aspect in aspects}

    def stands(self, place: Place) -> bool:
        """It passed, was not made void or asked again, and what its deciders saw is unchanged."""
        past = self.passed.get(place.key)
        seen = [past.seen, *(one.seen for one in past.tree() if one.state == "approved")] if past else []
        return past is not None and place.key not in self.live and all(one == self.now(one) for one in seen)

    def before(self, here: Place, route: dict[str, Place] | None = None) -> list[Place]:
        """What has to be asked before a group on its track."""
        earlier = [one for one in (route or self.route).values() if one.track == here.track and here.after(one)]
        return [one for one in earlier if one.plans(self.facts) and not self.stands(one)]

    def settle(self) -> None:
        while self.open:
            failed = next((live for live in self.live.values() if live.passed is False), None)
            if failed:
                self.send_back(failed, self.refused_to(failed.place), again=True)
                continue
            tracks = {place.track: place.state for place in self.route.values() if place.is_open(self.state)}
            if STATES.index(self.state) in [gates for track, gates in tracks.items() if not self.walk(track)]:
                return
            self.state = STATES[STATES.index(self.state) + 1]
        for live in list(self.live.values()):
            self.over(live)

    def walk(self, track: str) -> bool:
        """Bring one track as far as it goes; True when its last group has passed."""
        for place in (one for one in self.route.values() if one.track == track):
            while place.key in self.live or (place.plans(self.facts) and not self.stands(place)):
                live = self.live.get(place.key) or self.begin(place)
                for other in [one for one in self.live.values() if one.place.track == track]:
                    if other.place.after(place):
                        self.over(other)
                if live.passed:
                    self.over(live, "passed")
                elif live.later and live.votes("approved") == live.goal:
                    self.ask_next(live)
                else:
                    return False
        return True

    def begin(self, place: Place) -> Round:
        """Ask a group. After a taking back the others' votes count on, and who was added and owes theirs is asked."""
        old, live = self.last.get(place.key), Round(place)
        undone = old is not None and (old.how == "taken_back" or (old.by is not None and old.by.undone))
        self.live[place.key] = self.last[place.key] = live
        before = old.seats if old and undone else []
        live.seats, live.plans = [one for one in before if one.counts], place.plans(self.facts)
        kept = [seat.plan["key"] for seat in live.seats if not seat.by]
        live.later = [plan for plan in live.plans if plan.get("each_holder") or plan["key"] not in kept]
        for _plan in live.later[:1] if place.group["rule"] == "in_order" else list(live.later):
            self.ask_next(live)
        for one in before:
            if one.by and (one.undone or (old and old.how == "taken_back" and one.vote == "open")):
                self.sit_again(live, one)
        return live

    def ask_next(self, live: Round) -> None:
        """One step for whoever takes it, or one for each who holds the post."""
        plan = live.later.pop(0)
        unit = self.people.units[plan["resolver"]]
        role = self.role_for(live.place, plan, unit)
        done = [seat.holder for seat in live.seats if seat.plan["key"] == plan["key"]]
        for who in self.people.over(role, unit) if plan.get("each_holder") else [""]:
            if who not in done or not who:
                self.sit(Seat(plan, live, role, unit, who, bool(who), leader=above(plan, role)))
                self.carry(self.seats[-1])

    def sit(self, seat: Seat) -> None:
        seat.round.seats.append(seat)
        self.seats.append(seat)

    def sit_again(self, live: Round, old: Seat) -> None:
        self.sit(Seat(old.plan, live, old.role, old.unit, old.holder, True, old.by, old.leader))

    def role_for(self, place: Place, plan: dict[str, Any], unit: str) -> str:
        """The plan's own role, or the nearest superior's where four eyes excludes everyone of it from a whole group."""

        def free(role: str, of: dict[str, Any]) -> bool:
            over = self.people.over(role, self.people.units[of["resolver"]]).values()
            return any(not self.people.four_eyes(persons, place, of, self.acts) for persons in over)

        others = [one for one in place.plans(self.facts) if one is not plan and place.group["rule"] == "any"]
        if free(plan["role"], plan) or any(free(one["role"], one) for one in others):
            return str(plan["role"])
        return next((role for role in ladder_of(plan)[1:] if free(role, plan)), str(plan["role"]))

    def carry(self, seat: Seat) -> None:
        """Where the route says so, the decision directly before counts for whoever alone would be asked the same."""
        place, aspects = seat.round.place, seat.plan["aspects"]
        decided = [one for one in self.seats if one.persons and not one.undone]
        before = max(decided, key=lambda one: one.when, default=None)
        only = {seat.holder} if seat.holder else set(self.people.over(seat.role, seat.unit))
        if (
            not self.carries
            or before is None
            or before.state != "approved"
            or before.plan["key"] == seat.plan["key"]  # its own, which counts no more
            or not only == before.persons == {before.actor}
        ):
            return
        alike = bool(aspects) and {one: before.seen.get(one) for one in aspects} == self.now(aspects)
        judges = {seat.plan["duty"], before.plan["duty"]} <= set(JUDGES)
        if alike and judges and not self.people.four_eyes(before.persons, place, seat.plan, self.acts):
            seat.state, seat.source, seat.seen = "approved", before, self.now(aspects)
            self.act(before.persons, place, seat.plan)

    def act(self, persons: Persons, place: Place, plan: dict[str, Any]) -> None:
        self.acts.append((persons, place.key, place.state, plan["duty"]))

    def over(self, live: Round, how: str = "over") -> None:
        """A round ends, and with it what is still open below it."""
        live.how, live.by, live.held = how, self.deciding, False
        del self.live[live.key]
        if how == "passed":
            self.passed[live.key] = live
        for child in [one for seat in live.tree() for one in seat.children if one.passed is None]:
            child.how, child.held = "over", False

    # --- backwards --------------------------------------------------------------------------
    def send_back(self, live: Round, to: Place, again: bool) -> None:
        """End what is live from the target on, make the target void, and with `again` every later group."""
        live.to = to
        self.state = self.state if to.is_open(self.state) else STATES[to.state]
        for other in list(self.live.values()):
            if other is live:
                self.passed.pop(other.key, None)
            if other is live or other.place.falls(to):
                self.over(other, "sent" if other is live else "over")
        after = [place.key for place in self.route.values() if again and place.after(to)]
        voided = {key: past for key, past in self.passed.items() if key in (to.key, *after)}
        self.passed = {key: past for key, past in self.passed.items() if key not in voided}
        if self.deciding:
            self.deciding.voided = voided

    def reachable(self, place: Place) -> bool:
        return self.open and (place.is_open(self.state) or place.state in BACK.get(self.state, ()))

    def points(self, here: Place) -> dict[str, Place]:
        """Where a return may go, by name: earlier groups that have run, the nearest of them, the drafter."""
        found = {
            key: one for key, one in self.route.items() if here.after(one) and key in self.last and self.reachable(one)
        }
        own = [one for one in found.values() if one.track == here.track]
        named = {
            "previous": (own or list(found.values()))[-1:],
            "drafter": [one for one in found.values() if one.key == "draft"],
        }
        return found | {name: places[0] for name, places in named.items() if places}

    def refused_to(self, here: Place) -> Place:
        """The group's own point, by default the drafter; the start of its track where the case cannot go back there."""
        wanted = self.route[here.group["on_refuse"] or next(iter(self.route))]
        return wanted if self.reachable(wanted) else next(one for one in self.route.values() if one.track == here.track)
