"""Whether the people posted can decide a whole route without anybody breaking four eyes. Pure: a small search.

For each group it looks for a set of (plan, person) that meets its rule, so that over the whole life of a case no person
decides two groups of one stage, holds two duties that exclude each other, or judges what they drafted. Where heads are
counted (k of n, weighted) one person has one vote, however many plans or posts they hold.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, islice, product
from typing import Any

from workflow.rules.codes import JUDGING
from workflow.rules.effects import COUNTED, K_OF_N, WEIGHTED
from workflow.rules.four_eyes import clash
from workflow.rules.route import PlanSpec, RouteSpec

OPTIONS = 400  # ways looked at to staff one group; a group has few plans and each few holders
NODES = 20_000  # places of the search tree; far more than the groups of a route need

Holders = Callable[[PlanSpec], tuple[int, ...]]
Seats = tuple[tuple[PlanSpec, int], ...]  # who decides which plan of one group
Vote = tuple[PlanSpec, tuple[int, ...]]  # one step of a group and who may decide it


@dataclass(frozen=True)
class Desk:
    """One group with every way to staff it."""

    key: str
    stage: str
    options: tuple[Seats, ...]


class Undecided(Exception):
    """The search was given up; nothing is claimed."""


def desks(route: RouteSpec, applies: Mapping[str, bool], holders: Holders) -> list[Desk]:
    """The groups of a route as far as their plans apply, each with the ways to staff it."""
    found = []
    for place in route.places.values():
        plans = [plan for plan in place.group.plans if applies[plan.key]]
        if plans:
            cast = votes(plans, holders)
            ways = tuple(islice(_ways(place.group.rule, place.group.threshold, cast), OPTIONS))
            found.append(Desk(place.group.key, place.stage.state, ways))
    return found


def _ways(rule: str, threshold: int, cast: list[Vote]) -> Iterator[Seats]:
    for chosen in _enough(rule, threshold, cast):
        if rule in COUNTED and most(K_OF_N, chosen) < len(chosen):
            continue  # somebody would have to vote twice
        for people in product(*(vote[1] for vote in chosen)):
            if rule not in COUNTED or len(set(people)) == len(people):
                yield tuple(zip((vote[0] for vote in chosen), people, strict=True))


def votes(plans: Iterable[PlanSpec], holders: Holders) -> list[Vote]:
    """The steps that open: one for a plan, or one for each holder of its post."""
    found: list[Vote] = []
    for plan in plans:
        people = holders(plan)
        found += [(plan, (one,)) for one in people] if plan.each_holder else [(plan, people)]
    return found


def most(rule: str, cast: Iterable[Vote]) -> int:
    """The most votes, or the most weight, that come together when everybody votes once.

    Steps that different people can decide form a matroid, so that taking the heaviest first finds the most.
    """
    held: dict[int, Vote] = {}
    weighed = [(vote[0].weight if rule == WEIGHTED else 1, vote) for vote in cast]
    heaviest = sorted(weighed, key=lambda pair: -pair[0])
    return sum(weight for weight, vote in heaviest if _seat(vote, held, set()))


def _seat(vote: Vote, held: dict[int, Vote], tried: set[int]) -> bool:
    """Give a step somebody of its own, moving others to another step where they have one (an augmenting path)."""
    for person in vote[1]:
        if person not in tried:
            tried.add(person)
            if person not in held or _seat(held[person], held, tried):
                held[person] = vote
                return True
    return False


def _enough(rule: str, threshold: int, cast: list[Vote]) -> Iterator[tuple[Vote, ...]]:
    """The smallest sets of votes that meet the rule."""
    if rule in ("any", "k_of_n"):
        yield from combinations(cast, 1 if rule == "any" else threshold)
        return
    if rule != WEIGHTED:
        yield tuple(cast)
        return
    for size in range(1, len(cast) + 1):
        for chosen in combinations(cast, size):
            weights = [vote[0].weight for vote in chosen]
            if sum(weights) >= threshold > sum(weights) - min(weights):
                yield chosen


def conflict(desk: Desk, seats: Seats, other: Desk, taken: Seats) -> bool:
    """Whether some person would sit at both desks although four eyes forbids it."""
    for plan, person in seats:
        for earlier, colleague in taken:
            if person == colleague and (desk.stage == other.stage or _bars(plan, earlier)):
                return True
    return False


def _bars(one: PlanSpec, other: PlanSpec) -> bool:
    if clash(one, other.duty) or clash(other, one.duty):
        return True
    for writer, judge in ((one, other), (other, one)):
        if writer.duty == "draft" and judge.duty in JUDGING and set(writer.aspects) & set(judge.aspects):
            return True
    return False


def assign(all_desks: Iterable[Desk]) -> dict[str, Seats] | None:
    """A way to staff every desk, or None when there is none; Undecided when the search grows too large."""
    budget = [NODES]
    return _search([(desk, desk.options) for desk in all_desks], {}, budget)


def _search(
    open_desks: list[tuple[Desk, tuple[Seats, ...]]], done: dict[str, Seats], budget: list[int]
) -> dict[str, Seats] | None:
    if not open_desks:
        return done
    budget[0] -= 1
    if budget[0] < 0:
        raise Undecided
    desk, options = min(open_desks, key=lambda pair: len(pair[1]))  # the hardest first
    rest = [pair for pair in open_desks if pair[0] is not desk]
    for seats in options:
        left = [(other, _fitting(other, ways, desk, seats)) for other, ways in rest]
        if all(ways for _other, ways in left):
            found = _search(left, {**done, desk.key: seats}, budget)
            if found is not None:
                return found
    return None


def _fitting(other: Desk, ways: tuple[Seats, ...], desk: Desk, seats: Seats) -> tuple[Seats, ...]:
    return tuple(taken for taken in ways if not conflict(desk, seats, other, taken))


def core(all_desks: list[Desk]) -> list[Desk]:
    """The smallest set of desks, none of which can be left out, that cannot be staffed together."""
    left = list(all_desks)
    for desk in all_desks:
        without = [one for one in left if one is not desk]
        try:
            if without and assign(without) is None:
                left = without
        except Undecided:
            continue
    return left


# --- with superiors -------------------------------------------------------------------------------------------------
Teams = Callable[[PlanSpec], list[tuple[int, ...]]]  # who holds the plan's role, then each superior role, nearest first
Bars = Mapping[int, frozenset[str]]  # by person: the plans to come that they may not decide any more


def in_turn(route: RouteSpec, applies: Mapping[str, bool], teams: Teams) -> bool:
    """Whether a case can be decided from the first group to the last as the engine asks: the plan's role as long as one
    of its holders is free, else the first superior role that has one. Undecided when the search grows too large."""
    return _Walk(route, applies, teams).from_group(0, {})


class _Walk:
    def __init__(self, route: RouteSpec, applies: Mapping[str, bool], teams: Teams) -> None:
        every = [(p, [plan for plan in p.group.plans if applies[plan.key]]) for p in route.places.values()]
        self.groups = [(Desk(p.group.key, p.stage.state, ()), p.group, plans) for p, plans in every if plans]
        self.teams = {plan.key: teams(plan) for _desk, _group, plans in self.groups for plan in plans}
        self.posts: dict[int, set[tuple[str, int]]] = {}  # people of the same posts can stand for each other
        for key, asked in self.teams.items():
            for rank, team in enumerate(asked):
                for person in team:
                    self.posts.setdefault(person, set()).add((key, rank))
        self.dead: set[Any] = set()
        self.budget = NODES

    def from_group(self, at: int, bars: Bars) -> bool:
        """Whether the groups from this one on can be decided by those whom the earlier ones leave free."""
        if at == len(self.groups):
            return True
        state = (at, frozenset(Counter((frozenset(self.posts[one]), barred) for one, barred in bars.items()).items()))
        if state in self.dead:
            return False
        _desk, group, plans = self.groups[at]
        cast = [vote for plan in plans for vote in self._open(plan, bars)]
        for seats in _ways(group.rule, group.threshold, cast):
            self.budget -= 1
            if self.budget < 0:
                raise Undecided
            if self.from_group(at + 1, self._after(at, seats, bars)):
                return True
        self.dead.add(state)
        return False

    def _open(self, plan: PlanSpec, bars: Bars) -> list[Vote]:
        """The steps of a plan when its group opens; whoever is not free has one nobody decides."""
        for team in self.teams[plan.key]:
            free = tuple(one for one in team if plan.key not in bars.get(one, ()))
            if free:
                return [(plan, (one,) if one in free else ()) for one in team] if plan.each_holder else [(plan, free)]
        return [(plan, ())]

    def _after(self, at: int, seats: Seats, bars: Bars) -> Bars:
        """What everybody is barred from behind this group."""
        found, here = {}, self.groups[at][0]
        for one in {person for _plan, person in seats} | set(bars):
            mine = tuple(seat for seat in seats if seat[1] == one)
            asked = {key for key, _rank in self.posts[one]}
            found[one] = frozenset(
                plan.key
                for desk, _group, plans in self.groups[at + 1 :]
                for plan in plans
                if plan.key in asked and (plan.key in bars.get(one, ()) or conflict(here, mine, desk, ((plan, one),)))
            )
        return {one: barred for one, barred in found.items() if barred}
