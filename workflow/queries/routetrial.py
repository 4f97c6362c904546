"""A dry run: real cases, and the path each would have taken under a version, beside the one it takes now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.apps import apps
from django.db.models import Q

from workflow import policies
from workflow.models import Case, Route, User
from workflow.models.plan import spec
from workflow.queries.words import name
from workflow.rules import conditions, dates
from workflow.rules.route import PlanSpec, RouteSpec

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
    return [_trial(case, spec(route.pk), spec(case.route_id), staff, words) for case in found.order_by("-pk")]


class _Staff:
    """Names of holders, asked once per role and unit."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.known: dict[tuple[str, str], tuple[str, ...]] = {}

    def of(self, role: str, code: str) -> tuple[str, ...]:
        if (role, code) not in self.known:
            users: Iterable[User] = policies.holders_of(role, code, self.today)
            self.known[role, code] = tuple(str(user) for user in users)
        return self.known[role, code]


def path(route: RouteSpec, facts: dict[str, Any], states: Iterable[str]) -> list[PlanSpec]:
    """The plans a case with these facts would meet, in order; states its guards skip are left out."""
    visited = set(states)
    return [
        plan
        for place, plan in route.plans.values()
        if (place.stage.state in visited or place.track.opens_in in visited) and conditions.holds(plan.condition, facts)
    ]


def _trial(case: Any, new: RouteSpec, old: RouteSpec, staff: _Staff, words: Any) -> Trial:
    states = case.states_of(case.facts)
    before = {plan.key: plan for plan in path(old, case.facts, states)}
    after = path(new, case.facts, states)
    steps = [_asked(case, new, plan, before.get(plan.key), staff, words) for plan in after]
    kept = {plan.key for plan in after}
    steps += [_asked(case, old, plan, None, staff, words, GONE) for key, plan in before.items() if key not in kept]
    told = [
        (str(words.facts[key].label), conditions.explain({"fact": key, "is": case.facts[key]}, words.facts))
        for key in ("persons", "amount", "has_homestead", "area_changes", "crosses_county")
        if key in words.facts and key in case.facts
    ]
    return Trial(case.reference, case.state, told, steps, _days(new, case, states), _days(old, case, states))


def _asked(
    case: Any, route: RouteSpec, plan: PlanSpec, was: PlanSpec | None, staff: _Staff, words: Any, mark: str = ""
) -> Asked:
    unit = case.unit_for(plan.resolver)
    mark = mark or _mark(was, plan)
    return Asked(
        plan=plan,
        label=name(plan.names),
        state=route.plans[plan.key][0].stage.state,
        unit=unit.name if unit else "",
        people=staff.of(plan.role, unit.code) if unit else (),
        mark=mark,
        before=f"{words.roles.get(was.role, was.role)} · {was.lead}" if was and mark == CHANGED else "",
    )


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
