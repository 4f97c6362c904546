"""The register of households: who has no agreement yet, and where everybody else's stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, Value, When

from agreements import labels, lifecycle
from agreements.models import Agreement, Household
from workflow import policies
from workflow.models import FINAL_STATES, User
from workflow.policies import Authority

PAGE = 50
NOT_STARTED = "not_started"


@dataclass(frozen=True)
class Row:
    """One household, with its latest agreement if there is one."""

    household: Household
    persons: int
    reference: str
    state: str
    state_label: str
    mode: str
    can_start: bool


@dataclass(frozen=True)
class Register:
    """A page of the register with the counts that head it."""

    rows: list[Row]
    households: int
    persons: int
    not_started: int
    states: list[tuple[str, str]]
    page: int
    pages: int


def scope(user: User, authorities: Iterable[Authority], today: date) -> Q:
    """Households this reader may see: the home side by unit, cadres their own, the receiving side what reached it."""
    authorities = list(authorities)
    parts = [Q(pk__in=[])]
    for one in authorities:
        holder = one.lender or one.user
        if one.role in policies.NO_SIGHT:
            continue
        if one.role in policies.BY_PARTICIPATION:
            parts.append(Q(contact_cadre=holder))
        elif one.role not in policies.RECEIVING:
            parts.append(policies.prefix_range("group__code", one.division))
    seen = policies.seen_by(user, authorities, today)
    visible = Agreement.objects.filter(pk__in=seen.values("pk"))
    return reduce(or_, parts, Q(pk__in=visible.values("household_id")))


def in_scope(user: User, today: date) -> QuerySet[Household]:
    """The one scoped way to read households."""
    return Household.objects.filter(scope(user, policies.postings_of(user, today), today))


def _live() -> QuerySet[Agreement]:
    return Agreement.objects.filter(household=OuterRef("pk")).exclude(
        state__in=[state for state in FINAL_STATES if state != "completed"]
    )


def started(households: QuerySet[Household]) -> QuerySet[Any]:
    """With what the page shows of the live or completed agreement."""
    latest = _live().order_by("-pk")
    return households.annotate(
        reference=Subquery(latest.values("reference")[:1]),
        agreement_state=Subquery(latest.values("state")[:1]),
        has_agreement=Exists(_live()),
    )


def register(user: User, today: date, *, status: str = "", search: str = "", page: int = 1) -> Register:
    """One page of the register. status: not_started or a state; search: number, name or village group."""
    authorities = policies.postings_of(user, today)
    mine = in_scope(user, today)
    found = started(mine)
    if status == NOT_STARTED:
        found = found.filter(has_agreement=False)
    elif status in lifecycle.STATES:
        found = found.filter(agreement_state=status)
    if search:
        named = Q(head_name__icontains=search) | Q(household_no__icontains=search) | Q(group__name__icontains=search)
        found = found.filter(named)
    total = found.count()
    people = found.aggregate(people=Count("persons"))["people"]
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    window = (
        found.select_related("group", "destination", "contact_cadre", "programme")
        .annotate(people=Count("persons"))
        .order_by(_path(), "household_no", "pk")
    )
    rows = [_row(household, authorities) for household in window[(page - 1) * PAGE : page * PAGE]]
    waiting = started(mine).filter(has_agreement=False).count()
    states = [(code, str(name)) for code, name in lifecycle.STATES.items() if code in lifecycle.PATH]
    return Register(rows, total, people or 0, waiting, states, page, pages)


def _path() -> Case:
    """Those without an agreement first, then along the path."""
    places = [When(agreement_state=state, then=Value(place)) for place, state in enumerate(lifecycle.STATES, 1)]
    return Case(*places, default=Value(0))


def _row(household: Any, authorities: list[Authority]) -> Row:
    state = household.agreement_state or ""
    clerk = any(a.role == "clerk" and household.group.code.startswith(a.division) for a in authorities)
    return Row(
        household=household,
        persons=household.people,
        reference=household.reference or "",
        state=state,
        state_label=labels.of(lifecycle.STATES, state) if state else "",
        mode=labels.of(labels.MODES, household.mode),
        can_start=clerk and not state and household.destination_id is not None,
    )


def not_started(user: User, today: date) -> tuple[int, int]:
    """(households, persons) in the reader's scope that have no agreement yet."""
    waiting = started(in_scope(user, today)).filter(has_agreement=False)
    found = waiting.aggregate(households=Count("pk", distinct=True), people=Count("persons"))
    return found["households"], found["people"]
