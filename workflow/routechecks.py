"""The check before publishing, put together from the rows: shape, reach, posts, four eyes, deadlines of one draft."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _

from workflow import policies, timelines
from workflow.models import Posting, Role, Route, Unit, User
from workflow.models.plan import build, duties
from workflow.rules import asking, conditions, routecheck, routedoc, routeshape, staffing
from workflow.rules.route import PlanSpec, RouteSpec
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
    """Where a case may live: the unit each resolver means there, None where the register has no such unit."""

    name: str
    units: Mapping[str, str | None]


@dataclass
class Posts:
    """Who is posted for the roles of a route, read once."""

    route: Route
    spec: RouteSpec
    today: date
    names: dict[str, str] = field(default_factory=dict)  # unit code to name
    reach: dict[str, list[tuple[str, int]]] = field(default_factory=dict)  # role to (division, user)

    def __post_init__(self) -> None:
        self.names = dict(Unit.objects.values_list("code", "name"))
        rows = Posting.objects.filter(policies.valid_on(self.today), user__is_active=True).select_related("unit")
        for posting in rows.order_by("user_id"):
            self.reach.setdefault(posting.role, []).append((posting.unit.division, posting.user_id))

    def holders(self, role: str, code: str | None) -> tuple[int, ...]:
        """Users whose posting covers the role over the unit."""
        if code is None:
            return ()
        return tuple(dict.fromkeys(user for division, user in self.reach.get(role, ()) if code.startswith(division)))

    def asked(self, plan: PlanSpec, code: str | None) -> tuple[int, ...]:
        """The same, or those to whom the step goes when nobody holds the role and the route says so."""
        roles = asking.ladder(plan) if self.spec.nobody == asking.SUPERIOR else (plan.role,)
        return next((found for role in roles if (found := self.holders(role, code))), ())

    def places(self) -> list[Place]:
        """The places this route applies to, each once."""
        kind: Any = apps.get_model(self.route.kind)
        resolvers = {plan.resolver for _place, plan in self.spec.plans.values()}
        found: dict[Any, Place] = {}
        for home, partner in kind.places(self.route.unit, self.route.mode):
            units = {resolver: kind.unit_code(resolver, home, partner) for resolver in sorted(resolvers)}
            known = {resolver: code if code in self.names else None for resolver, code in units.items()}
            found.setdefault(tuple(known.values()), Place(self._told(home, partner), known))
        return list(found.values())

    def _told(self, home: str, partner: str) -> str:
        town, other = self.names.get(home[:9], home), self.names.get(partner[:9], partner)
        return town if town == other else f"{town} → {other}"

    def faults(self) -> Iterator[Fault]:
        """Roles without holder, units that are missing, and places where four eyes cannot be kept."""
        places = self.places()
        if not places:
            text = _("No household of this mode is registered here yet, so its posts could not be checked.")
            yield Fault("route:", text, blocking=False)
        for _place, plan in self.spec.plans.values():
            yield from self._plan_faults(plan, places)
        yield from self._four_eyes(places)

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
        shown = _(", ").join(self.names[code] for code in codes[:SHOWN])
        if len(codes) > SHOWN:
            shown = _("%(units)s and %(more)d more") % {"units": shown, "more": len(codes) - SHOWN}
        if blocking:
            text = _("Nobody holds the post of %(role)s in %(units)s. Post somebody, or choose another role or unit.")
        else:
            text = _("Nobody holds the post of %(role)s in %(units)s; these steps would go to a superior.")
        return text % {"role": Role(plan.role).label, "units": shown}

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
        def wider(plan: PlanSpec) -> tuple[int, ...]:
            code = place.units[plan.resolver]
            every = (person for role in asking.ladder(plan) for person in self.holders(role, code))
            return tuple(dict.fromkeys(every))

        return staffing.assign([d for d in staffing.desks(self.spec, applies, wider) if d.options]) is not None

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
