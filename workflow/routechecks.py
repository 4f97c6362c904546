"""The check before publishing, put together from the rows: shape, reach, posts, four eyes, deadlines of one draft."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from math import inf
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _

from workflow import policies, timelines
from workflow.models import Posting, Role, Route, Unit, User
from workflow.models.plan import build, duties
from workflow.rules import asking, conditions, routecheck, routedoc, routeshape, staffing
from workflow.rules.effects import COUNTED, WEIGHTED
from workflow.rules.route import GroupSpec, PlanSpec, RouteSpec
from workflow.rules.routeshape import Fault
from workflow.rules.vocabulary import Vocabulary

SHOWN = 3  # names of units listed in one fault


def vocabulary(kind: str, mode: str) -> Vocabulary:
    """What a route of this kind and mode may speak about."""
    words: Vocabulary = apps.get_model(kind).vocabulary()  # type: ignore[attr-defined]
    return words.of_mode(mode)


def document(route: Route) -> routedoc.Document:
    """The document of any version: a draft's own, or the rows of a published one read back."""
    return route.document if route.document is not None else routedoc.document_of(build(route))


def check(route: Route, today: date) -> list[Fault]:
    """Everything that speaks against publishing a draft, blocking faults first; each says where and what to change."""
    words = vocabulary(route.kind, route.mode)
    found = routeshape.faults(document(route), words)
    if not found:  # the rest needs a route that is one
        spec = build(route)
        found = [*routecheck.reach(spec, words), *routecheck.duties(spec, duties(route.kind))]
        if not any(fault.blocking for fault in found):
            found += [*Posts(route, spec, today).faults(), *_deadlines(route, spec, today)]
    return sorted(found, key=lambda fault: not fault.blocking)


def _deadlines(route: Route, spec: RouteSpec, today: date) -> Iterator[Fault]:
    words = vocabulary(route.kind, route.mode)
    kind: Any = apps.get_model(route.kind)
    same = Route.objects.filter(kind=route.kind, mode=route.mode, unit=route.unit, status=Route.PUBLISHED)
    former = same.exclude(pk=route.pk).first()
    for schedule in kind.schedules(route.unit):
        line = timelines.of(schedule)

        def missed(one: RouteSpec, line: timelines.Timeline = line) -> list[Mapping[str, int]]:
            every = routecheck.ways(one, words)
            return [routecheck.late(one, f, line.points, line.leads, today, line.calendar) for f in every]

        before = missed(build(former)) if former else None
        yield from routecheck.deadlines(missed(spec), before, schedule.name, words)


@dataclass(frozen=True)
class Place:
    """Where a case may live: the unit each resolver means there, None where the register has no such unit.

    Not settled: no household of the mode is registered there yet, so that nobody knows where one would move to.
    """

    name: str
    units: Mapping[str, str | None]
    settled: bool = True


@dataclass
class Posts:
    """Who is posted for the roles of a route, read once."""

    route: Route
    spec: RouteSpec
    today: date
    names: dict[str, str] = field(default_factory=dict)  # unit code to name
    reach: dict[tuple[str, str], list[int]] = field(default_factory=dict)  # (role, division) to users

    def __post_init__(self) -> None:
        self.names = dict(Unit.objects.values_list("code", "name"))
        rows = Posting.objects.filter(policies.valid_on(self.today), user__is_active=True).select_related("unit")
        for posting in rows.order_by("user_id"):
            self.reach.setdefault((posting.role, posting.unit.division), []).append(posting.user_id)

    def holders(self, role: str, code: str | None) -> tuple[int, ...]:
        """Users whose posting covers the role over the unit."""
        if code is None:
            return ()
        above = (code[:size] for size in range(2, len(code) + 1))
        return tuple(dict.fromkeys(user for division in above for user in self.reach.get((role, division), ())))

    def asked(self, plan: PlanSpec, code: str | None) -> tuple[int, ...]:
        """The same, or those to whom the step goes when nobody holds the role and the route says so."""
        roles = asking.ladder(plan) if self.spec.nobody == asking.SUPERIOR else (plan.role,)
        return next((found for role in roles if (found := self.holders(role, code))), ())

    def places(self) -> list[Place]:
        """The places this route applies to, each once; those where no household stands yet last."""
        kind: Any = apps.get_model(self.route.kind)
        settled = kind.places(self.route.unit, self.route.mode)
        bare = [(home, None) for home in kind.bare_homes(self.route.unit, self.route.mode)]
        resolvers = sorted({plan.resolver for _place, plan in self.spec.plans.values()})
        found: dict[Any, Place] = {}
        for home, partner in [*settled, *bare]:
            units = {resolver: kind.unit_code(resolver, home, partner) for resolver in resolvers}
            known = {resolver: code if code in self.names else None for resolver, code in units.items()}
            found.setdefault(tuple(known.values()), Place(self._told(home, partner or home), known, bool(partner)))
        return list(found.values())

    def _told(self, home: str, partner: str) -> str:
        town, other = self.names.get(home[:9], home), self.names.get(partner[:9], partner)
        return town if town == other else f"{town} → {other}"

    def faults(self) -> Iterator[Fault]:
        """Roles without holder, units that are missing, rules too few can meet, places where four eyes fail."""
        places = self.places()
        settled, bare = ([place for place in places if place.settled is known] for known in (True, False))
        if not settled:
            text = _("No household of this mode is registered here yet; who is posted where they move was not checked.")
            yield Fault("route:", text, blocking=False)
        for _place, plan in self.spec.plans.values():
            yield from self._plan_faults(plan, settled)
        yield from self._unposted(bare)
        for place in self.spec.places.values():
            for where, blocking in ((settled, True), (bare, False)):
                yield from self._too_few(place.group, where, blocking)
        yield from self._four_eyes(settled)

    def _plan_faults(self, plan: PlanSpec, places: list[Place]) -> Iterator[Fault]:
        empty: dict[str, tuple[int, ...]] = {}
        for place in places:
            code = place.units[plan.resolver]
            if code is None:
                text = _("%(place)s: the register has no unit for “%(unit)s”. Add it, or choose another unit.")
                unit = vocabulary(self.route.kind, self.route.mode).resolvers[plan.resolver]
                yield Fault(f"plan:{plan.key}", text % {"place": place.name, "unit": unit})
                return
            if not self.holders(plan.role, code):
                empty[code] = self.asked(plan, code)
        for blocking in (True, False):
            codes = [code for code, people in empty.items() if bool(people) != blocking]
            if codes:
                yield Fault(f"plan:{plan.key}", self._nobody(plan, codes, blocking), blocking)

    def _nobody(self, plan: PlanSpec, codes: list[str], blocking: bool) -> str:
        shown = _shown([self.names[code] for code in codes])
        if blocking:
            text = _("Nobody holds the post of %(role)s in %(units)s. Post somebody, or choose another role or unit.")
        else:
            text = _("Nobody holds the post of %(role)s in %(units)s; these steps would go to a superior.")
        return text % {"role": Role(plan.role).label, "units": shown}

    def _unposted(self, bare: list[Place]) -> Iterator[Fault]:
        """A remark: nothing stands still there today, and most counties post nobody where no household is."""
        towns: dict[str, None] = {}
        roles: dict[str, None] = {}
        for place in bare:
            for _place, plan in self.spec.plans.values():
                code = place.units[plan.resolver]
                if code and not self.holders(plan.role, code):
                    towns[place.name] = roles[str(Role(plan.role).label)] = None
        if towns:
            text = _("%(units)s: no household of this mode is registered yet, and nobody holds the post of %(roles)s.")
            words = {"units": _shown(list(towns)), "roles": _(", ").join(roles)}
            yield Fault("route:", text % words, blocking=False)

    def _too_few(self, group: GroupSpec, places: list[Place], blocking: bool) -> Iterator[Fault]:
        """Where heads are counted: fewer may vote than the rule needs, because each person has one vote."""
        if group.rule not in COUNTED:
            return
        words = vocabulary(self.route.kind, self.route.mode)
        short: dict[str, float] = {}
        for facts, plans in routecheck.open_ways(group, words):
            for place in places:
                most = self._most(group.rule, plans, place)
                if most < group.threshold:
                    units = dict.fromkeys(self.names[str(place.units[plan.resolver])] for plan in plans)
                    told = _("%(units)s (%(facts)s)") if facts else "%(units)s"
                    name = told % {"units": "+".join(units), "facts": routecheck.facts_told(facts, words)}
                    short[name] = min(most, short.get(name, most))
        if short:
            yield Fault(f"group:{group.key}", _lacking(group, short, blocking), blocking)

    def _most(self, rule: str, plans: list[PlanSpec], place: Place) -> float:
        """The most votes that may come together there; no bound where a post is vacant (told by itself) or unknown."""
        people = {plan.key: self.asked(plan, place.units[plan.resolver]) for plan in plans}
        cast = staffing.votes(plans, lambda plan: people[plan.key])
        return staffing.most(rule, cast) if all(people.values()) else inf

    def _four_eyes(self, places: list[Place]) -> Iterator[Fault]:
        words = vocabulary(self.route.kind, self.route.mode)
        seen: set[Any] = set()
        told: set[str] = set()
        for facts in routecheck.ways(self.spec, words):
            applies = {p.key: conditions.holds(p.condition, facts) for _place, p in self.spec.plans.values()}
            for place in places:
                people = {p.key: self.asked(p, place.units[p.resolver]) for _place, p in self.spec.plans.values()}
                same = (tuple(applies.values()), tuple(people.values()))
                if same in seen:
                    continue
                seen.add(same)
                fault = self._unstaffed(place, applies, people)
                if fault and fault.text not in told:
                    told.add(fault.text)
                    yield fault

    def _unstaffed(
        self, place: Place, applies: Mapping[str, bool], people: Mapping[str, tuple[int, ...]]
    ) -> Fault | None:
        desks = [d for d in staffing.desks(self.spec, applies, lambda plan: people[plan.key]) if d.options]
        try:
            if staffing.assign(desks) is not None:
                return None
            core = staffing.core(desks)
            eased = self.spec.self_approval == asking.SUPERIOR and self._with_superiors(place, applies)
        except staffing.Undecided:
            text = _("%(place)s: whether four eyes can be kept could not be settled; look at it by hand.")
            return Fault("route:", text % {"place": place.name}, blocking=False)
        return self._clash(place, core, people, bool(eased))

    def _with_superiors(self, place: Place, applies: Mapping[str, bool]) -> bool:
        def teams(plan: PlanSpec) -> list[tuple[int, ...]]:
            code = place.units[plan.resolver]
            return [found for role in asking.ladder(plan) if (found := self.holders(role, code))]

        return staffing.in_turn(self.spec, applies, teams)

    def _clash(
        self, place: Place, core: list[staffing.Desk], people: Mapping[str, tuple[int, ...]], eased: bool
    ) -> Fault:
        groups = [self.spec.places[desk.key].group for desk in core]
        ids = {person for group in groups for plan in group.plans for person in people[plan.key]}
        words = {
            "place": place.name,
            "groups": _(", ").join(routecheck.name(group.names) for group in groups),
            "people": _(", ").join(User.objects.filter(pk__in=ids).order_by("pk").values_list("full_name", flat=True)),
        }
        if eased:
            text = _("%(place)s: %(people)s alone cannot decide %(groups)s under four eyes; a superior would be asked.")
        else:
            text = _(
                "%(place)s: %(people)s alone cannot decide %(groups)s without breaking four eyes. Post another person."
            )
        return Fault(f"group:{core[-1].key}", text % words, blocking=not eased)


def _shown(names: list[str]) -> str:
    shown = _(", ").join(names[:SHOWN])
    if len(names) > SHOWN:
        shown = _("%(units)s and %(more)d more") % {"units": shown, "more": len(names) - SHOWN}
    return shown


def _lacking(group: GroupSpec, short: Mapping[str, float], blocking: bool) -> str:
    if group.rule == WEIGHTED:
        text = _(
            "“%(group)s” needs votes of the weight %(needed)d, and each person votes once; those posted bring at most: "
            "%(places)s. Post more people, or lower the threshold."
        )
    else:
        text = _(
            "“%(group)s” needs %(needed)d people, for each person votes once; posted are: %(places)s. "
            "Post more people, or lower the threshold."
        )
    where = _shown([f"{name} {most}" for name, most in short.items()])
    said = text % {"group": routecheck.name(group.names), "needed": group.threshold, "places": where}
    return said if blocking else f"{said} {_('No household of this mode is registered there yet.')}"
