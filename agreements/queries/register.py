"""The register of households: who has no agreement yet, and where everybody else's stands."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Case, Count, DecimalField, Exists, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from agreements import labels, lifecycle
from agreements.models import Agreement, Household
from workflow import clock, policies
from workflow.models import FINAL_STATES, Posting, Role, Step, Unit, User
from workflow.policies import Authority
from workflow.queries.firststeps import ToDo
from workflow.rules.numbers import number

PAGE = 50
MOST = 20_000  # rows of one export
MONEY = DecimalField(max_digits=14, decimal_places=2)
NOT_STARTED = "not_started"
METRES = re.compile(r"[0-9]{1,5}(?:\.[0-9]{0,2})?")


@dataclass(frozen=True)
class Asked:
    """A filter of the register: state or not_started, free text, mode, destination town, cadre, elevation at most."""

    status: str = ""
    search: str = ""
    mode: str = ""
    town: str = ""
    cadre: str = ""
    below: str = ""

    @property
    def narrow(self) -> bool:
        """Whether anything is filtered."""
        return any(vars(self).values())

    @property
    def words(self) -> dict[str, str]:
        """The filter for history: what was asked, but never a searched name."""
        return {name: value for name, value in vars(self).items() if value and name != "search"}


@dataclass(frozen=True)
class Row:
    """One household, with its latest agreement if there is one."""

    household: Household
    persons: int
    reference: str
    case_id: int | None
    state: str
    state_label: str
    mode: str
    can_start: bool
    facts: Mapping[str, Any]
    due: date | None


@dataclass(frozen=True)
class Register:
    """A page of the register with the counts that head it."""

    rows: list[Row]
    households: int
    persons: int
    amount: Decimal
    not_started: int
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
    steps = Step.objects.filter(case__agreement__household=OuterRef("pk"), state="open").order_by("due")
    return households.annotate(
        reference=Subquery(latest.values("reference")[:1]),
        case_id=Subquery(latest.values("pk")[:1]),
        agreement_state=Subquery(latest.values("state")[:1]),
        facts=Subquery(latest.values("facts")[:1]),
        next_due=Subquery(steps.values("due")[:1]),
        has_agreement=Exists(_live()),
    )


def _found(user: User, today: date, asked: Asked) -> QuerySet[Any]:
    found = started(in_scope(user, today))
    if asked.status == NOT_STARTED:
        found = found.filter(has_agreement=False)
    elif asked.status in lifecycle.STATES:
        found = found.filter(agreement_state=asked.status)
    if asked.search:
        found = found.filter(
            Q(head_name__icontains=asked.search)
            | Q(household_no__icontains=asked.search)
            | Q(group__name__icontains=asked.search)
        )
    if asked.mode:
        found = found.filter(mode=asked.mode)
    if asked.town:
        found = found.filter(policies.prefix_range("destination__code", asked.town))
    if (cadre := number(asked.cadre)) is not None:
        found = found.filter(contact_cadre=cadre)
    return found.filter(elevation_m__lt=asked.below) if METRES.fullmatch(asked.below) else found


def register(user: User, today: date, asked: Asked, page: int = 1) -> Register:
    """One page of the register with the totals of the whole filter."""
    found = _found(user, today, asked)
    total = found.count()
    people = found.aggregate(people=Count("persons"))["people"]
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    rows = _rows(found, user, today, (page - 1) * PAGE, page * PAGE)
    waiting = started(in_scope(user, today)).filter(has_agreement=False).count()
    return Register(rows, total, people or 0, _amount(found), waiting, page, pages)


def _amount(found: QuerySet[Any]) -> Decimal:
    """Yuan of all agreements listed."""
    cases = Agreement.objects.filter(pk__in=found.values("case_id"))
    value = cases.aggregate(total=Sum(Cast(KeyTextTransform("amount", "facts"), MONEY)))["total"]
    return value or Decimal(0)


def every_row(user: User, today: date, asked: Asked) -> list[Row]:
    """The whole filter, for an export; at most MOST rows."""
    return _rows(_found(user, today, asked), user, today, 0, MOST)


def _rows(found: QuerySet[Any], user: User, today: date, first: int, last: int) -> list[Row]:
    authorities = policies.postings_of(user, today)
    window = (
        found.select_related("group", "destination", "contact_cadre", "programme")
        .annotate(people=Count("persons"))
        .order_by(_path(), "household_no", "pk")
    )
    return [_row(household, authorities) for household in window[first:last]]


def choices(user: User, today: date) -> dict[str, list[tuple[str, str]]]:
    """What the filters offer: states of the path, modes, destination towns and cadres that occur in scope."""
    mine = in_scope(user, today)
    codes = {code[:9] for code in mine.exclude(destination=None).values_list("destination__code", flat=True).distinct()}
    cadres = mine.exclude(contact_cadre=None).values_list("contact_cadre", "contact_cadre__full_name").distinct()
    modes = mine.values_list("mode", flat=True).distinct()
    return {
        "states": [(code, str(name)) for code, name in lifecycle.STATES.items() if code in lifecycle.PATH],
        "modes": sorted((code, labels.of(labels.MODES, code)) for code in modes),
        "towns": list(Unit.objects.filter(code__in=codes).order_by("code").values_list("code", "name")),
        "cadres": sorted(((str(pk), name) for pk, name in cadres), key=lambda one: one[1]),
    }


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
        case_id=household.case_id,
        state=state,
        state_label=labels.of(lifecycle.STATES, state) if state else "",
        mode=labels.of(labels.MODES, household.mode),
        can_start=clerk and not state and household.destination_id is not None,
        facts=household.facts or {},
        due=household.next_due,
    )


def first_step(county: str) -> ToDo:
    """The line of a new installation's list about its households; there is no page for it yet, only the command."""
    loaded = Household.objects.filter(policies.prefix_range("group__code", county)).exists()
    command = ".venv/bin/python manage.py load_programme FILE.xlsx --dry-run"
    return ToDo(_("Bring in the households from the workbook: first with --dry-run, then without"), loaded, "", command)


def not_started(user: User, today: date) -> tuple[int, int]:
    """(households, persons) in the reader's scope that have no agreement yet."""
    waiting = started(in_scope(user, today)).filter(has_agreement=False)
    found = waiting.aggregate(households=Count("pk", distinct=True), people=Count("persons"))
    return found["households"], found["people"]


def unaccounted() -> list[int]:
    """Ids of registered households without an agreement that no clerk's valid post covers: nobody's list of households
    not started shows them to somebody who could start (promise P6)."""
    today = clock.today()
    posts = Posting.objects.filter(policies.valid_on(today), role=Role.CLERK, user__is_active=True)
    divisions = {post.unit.division for post in posts.select_related("unit")}
    covered = reduce(or_, (policies.prefix_range("group__code", code) for code in sorted(divisions)), Q(pk__in=[]))
    return list(started(Household.objects.exclude(covered)).filter(has_agreement=False).values_list("pk", flat=True))
