"""A dry run: real cases, and the path each would have taken under a version, beside the one it takes now.

Whom a step would ask is judged as the engine judges when a group opens (rules.asking), by the posts of today and by
what was done on the case so far.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.apps import apps
from django.db.models import Q
from django.utils.translation import gettext as _

from workflow import policies, reach
from workflow.models import Case, Route
from workflow.models.plan import spec
from workflow.policies import Authority
from workflow.queries import exclusions
from workflow.queries.words import name
from workflow.rules import asking, conditions, dates, four_eyes
from workflow.rules.route import Place, PlanSpec, RouteSpec

SAME, NEW, GONE, CHANGED = "same", "new", "gone", "changed"
MOST = 50


@dataclass(frozen=True)
class Asked:
    """One step of a path: what, of which unit, who would be asked, and how it differs from the version in force."""

    plan: PlanSpec
    label: str
    state: str
    unit: str
    people: tuple[str, ...]
    mark: str
    note: str = ""  # why it is not simply the post's holders
    stuck: bool = False  # nobody may decide it
    before: str = ""  # the post and lead it had


@dataclass(frozen=True)
class Trial:
    """One case under both versions."""

    reference: str
    state: str
    facts: list[tuple[str, str]]
    steps: list[Asked]
    days: int  # working days of the longest way, if everybody takes their whole lead
    days_before: int

    @property
    def differs(self) -> bool:
        """Whether anything changes for this case."""
        return any(step.mark != SAME for step in self.steps)


def dry_run(route: Route, number: int, today: date, words: Any, sight: Q) -> list[Trial]:
    """The newest cases of the route's kind, mode and unit in sight, each under this version beside its own."""
    home = policies.prefix_range("home_unit__code", route.unit.division)
    found_cases = Case.objects.filter(home, sight, kind=route.kind, mode=route.mode).distinct()
    cases = found_cases.order_by("-pk")[: min(number, MOST)]
    kind = apps.get_model(route.kind)
    found = kind._default_manager.filter(pk__in=[case.pk for case in cases]).select_related("home_unit", "partner_unit")
    staff = _Staff(today)
    books, staff = exclusions.ledgers([case.pk for case in found]), _Staff(today)
    return [
        _trial(_Run(case, books[case.pk], staff, words), spec(route.pk), spec(case.route_id))
        for case in found.order_by("-pk")
    ]


class _Staff:
    """Who holds a role over a unit, own or lent: asked once."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.known: dict[tuple[str, str], list[Authority]] = {}

    def of(self, role: str, code: str) -> list[Authority]:
        if (role, code) not in self.known:
            self.known[role, code] = reach.authorities_over(role, code, self.today)
        return self.known[role, code]


@dataclass(frozen=True)
class _Run:
    """One case with what was done on it so far, and who is posted: what the engine asks by (rules.asking)."""

    case: Any
    ledger: exclusions.Ledger
    staff: _Staff
    words: Any

    def able(self, place: Place, plan: PlanSpec, role: str) -> list[str] | None:
        """Names of those of a role who may decide the plan's step; None where nobody holds it."""
        unit = self.case.unit_for(plan.resolver)
        held = self.staff.of(role, unit.code) if unit else []
        done = (self.ledger.acts, self.ledger.authors, self.ledger.cadres)
        free = [one for one in held if not four_eyes.exclusion(one.persons, place, plan, *done)]
        return list(dict.fromkeys(str(one.user) for one in free)) if held else None

    def asked(self, place: Place, plan: PlanSpec) -> asking.Asked:
        """Whom the engine would ask today if the group opened."""

        def climb(one: PlanSpec) -> asking.Asked | None:
            if self.case.unit_for(one.resolver) is None:
                return None

            def able(role: str) -> tuple[bool, bool]:
                found = self.able(place, one, role)
                return found is not None, bool(found)

            return asking.whom_to_ask(one, able)

        applies = {one.key: conditions.holds(one.condition, self.case.facts) for one in place.group.plans}
        return asking.opening(place.group, plan, applies, climb)


def path(route: RouteSpec, facts: dict[str, Any], states: Iterable[str]) -> list[PlanSpec]:
    """The plans a case with these facts would meet, in order; states its guards skip are left out."""
    visited = set(states)
    return [
        plan
        for place, plan in route.plans.values()
        if (place.stage.state in visited or place.track.opens_in in visited) and conditions.holds(plan.condition, facts)
    ]


def _trial(run: _Run, new: RouteSpec, old: RouteSpec) -> Trial:
    case, facts = run.case, run.words.facts
    states = case.states_of(case.facts)
    before = {plan.key: plan for plan in path(old, case.facts, states)}
    after = path(new, case.facts, states)
    steps = [_asked(run, new, plan, before.get(plan.key)) for plan in after]
    kept = {plan.key for plan in after}
    steps += [_asked(run, old, plan, None, GONE) for key, plan in before.items() if key not in kept]
    told = [
        (str(facts[key].label), conditions.explain({"fact": key, "is": case.facts[key]}, facts))
        for key in ("persons", "amount", "has_homestead", "area_changes", "crosses_county")
        if key in facts and key in case.facts
    ]
    return Trial(case.reference, case.state, told, steps, _days(new, case, states), _days(old, case, states))


def _asked(run: _Run, route: RouteSpec, plan: PlanSpec, was: PlanSpec | None, mark: str = "") -> Asked:
    place, unit, roles = route.plans[plan.key][0], run.case.unit_for(plan.resolver), run.words.roles
    mark = mark or _mark(was, plan)
    asked = run.asked(place, plan)
    return Asked(
        plan=plan,
        label=name(plan.names),
        state=place.stage.state,
        unit=unit.name if unit else "",
        people=tuple(run.able(place, plan, asked.role) or ()),
        mark=mark,
        note=_note(asked, str(roles.get(asked.role, asked.role))),
        stuck=not asked.found,
        before=f"{roles.get(was.role, was.role)} · {was.lead}" if was and mark == CHANGED else "",
    )


def _note(asked: asking.Asked, role: str) -> str:
    if not asked.found:
        return _("nobody may decide it; post somebody")
    if asked.why == asking.OTHERS:
        return _("another step of this group is enough")
    texts = {
        asking.NOBODY: _("nobody holds the post; goes to a superior: %(role)s"),
        asking.EXCLUDED: _("four eyes bars all holders of the post; goes to a superior: %(role)s"),
    }
    return texts[asked.why] % {"role": role} if asked.why else ""


def _mark(was: PlanSpec | None, now: PlanSpec) -> str:
    if was is None:
        return NEW
    asked = [(p.role, p.resolver, p.lead, p.lead_unit, p.duty, p.needs, p.papers, p.aspects) for p in (was, now)]
    return SAME if asked[0] == asked[1] else CHANGED


def _days(route: RouteSpec, case: Any, states: Iterable[str]) -> int:
    """Length of the critical path in working days, over the states this case passes."""
    visited, entered = set(states), 0
    begun: dict[str, int] = {}
    for stage in dates.plan_of(route, {}, case.facts):
        begun[stage.state] = entered
        ends = [begun[t.opens_in] + t.lead_days for t in stage.tracks if t.gates in visited]
        entered = max([entered, *ends])
    return entered
