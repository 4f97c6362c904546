"""The leaders' page: where it is stuck, who has it, will June hold. Set-based, in the viewer's scope."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import (
    Aggregate,
    Count,
    DateField,
    Exists,
    F,
    Func,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Substr, TruncDate

from workflow import calendars, clock, policies
from workflow.models import Case, Hold, Posting, Step, Unit, User
from workflow.queries import filters, holds, waters, words
from workflow.queries.holds import Booked

ENDED_WITHOUT = ("withdrawn", "terminated", "superseded")
DAYS = IntegerField()
ENOUGH = 30  # finished cases below which a forecast would be guessing
# the subject tells how many households have not begun: (user, today) -> (households, persons); set at start
NOT_STARTED: list[Callable[[User, date], tuple[int, int]]] = []


class Median(Aggregate):
    """The lower median: a value that was there, in the unit of its argument."""

    function = "percentile_disc"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = IntegerField()


@dataclass
class Line:
    """One state or one town: households and persons, of them households that are late or on hold; open and late
    steps; waits of open steps in whole calendar days, counted like those of the queue.

    Every household stands in one state and one town, so each column adds up to the figure above the tables.
    """

    key: str
    name: str
    households: int = 0
    persons: int = 0
    late_households: int = 0
    held: int = 0
    open_steps: int = 0
    late_steps: int = 0
    median: int | None = None
    longest: int | None = None
    completed: int = 0
    most: int = 1

    @property
    def width(self) -> int:
        """Length of its bar, per cent of the longest."""
        return round(100 * self.households / self.most)

    @property
    def late_width(self) -> int:
        """The part of the bar that stands for late households."""
        return round(100 * self.late_households / self.most)

    @property
    def done_share(self) -> int:
        """Per cent of households completed."""
        return round(100 * self.completed / self.households) if self.households else 0


@dataclass(frozen=True)
class Holder:
    """Whom to call: open and late steps of one post; its longest wait in calendar days."""

    unit: str
    role: str
    people: list[str]
    open_steps: int
    late_steps: int
    longest: int


@dataclass(frozen=True)
class Board:
    """Everything the page says."""

    storage_on: date | None
    calendar_days: int
    working_days: int
    not_started: tuple[int, int]
    total: tuple[int, int]
    completed: tuple[int, int]
    late_households: int
    held: int
    states: list[Line]
    towns: list[Line]
    stuck: Line | None
    call: list[Holder]
    enough: bool
    booked: list[Booked]  # working days on hold by the party that was waited for


def board(user: User, *, now: datetime | None = None) -> Board:
    """The board of this viewer, exact at this moment, read from rows alone."""
    moment = now or clock.now()
    today = clock.date_of(moment)
    authorities = policies.postings_of(user, today)
    cases = counted(user, authorities, today)
    steps = Step.objects.filter(case__in=cases, state="open")
    states, towns = _states(cases), _towns(cases)
    for lines, of_case, of_step in (
        (states, F("state"), F("case__state")),
        (towns, _town_of("home_unit__"), _town_of("case__home_unit__")),
    ):
        _add_steps(lines, steps, of_step, today)
        _add_held(lines, cases, of_case)
    schedule = waters.upcoming(today)
    storage = schedule.storage_on if schedule else None
    done = states.get("completed", Line("completed", ""))
    waiting = NOT_STARTED[0](user, today) if NOT_STARTED else (0, 0)
    return Board(
        storage_on=storage,
        calendar_days=(storage - today).days if storage else 0,
        working_days=words.days_left(schedule.storage_on, today, calendars.of_schedule(schedule.pk)) if schedule else 0,
        not_started=waiting,
        total=(
            sum(s.households for s in states.values()) + waiting[0],
            sum(s.persons for s in states.values()) + waiting[1],
        ),
        completed=(done.households, done.persons),
        late_households=sum(line.late_households for line in states.values()),
        held=sum(line.held for line in states.values()),
        states=list(states.values()),
        towns=sorted(towns.values(), key=lambda line: line.key),
        stuck=_stuck(states),
        call=_call(steps, today),
        enough=done.households >= ENOUGH,
        booked=holds.of_cases(cases, today),
    )


def counted(user: User, authorities: list[policies.Authority], today: date) -> QuerySet[Case]:
    """The cases that the board and the weekly report speak of: in sight, and not ended without completion."""
    return Case.objects.filter(policies.scope_of(user, authorities, today)).exclude(state__in=ENDED_WITHOUT)


def _town_of(prefix: str) -> Substr:
    return Substr(f"{prefix}code", 1, 9)


def _persons() -> Sum:
    return Sum(Cast(KeyTextTransform("persons", "facts"), IntegerField()))


def _states(cases: QuerySet[Case]) -> dict[str, Line]:
    rows = cases.values("state").annotate(n=Count("pk"), p=_persons()).order_by()
    return {row["state"]: Line(row["state"], row["state"], row["n"], row["p"] or 0) for row in rows}


def _towns(cases: QuerySet[Case]) -> dict[str, Line]:
    rows = (
        cases.annotate(town=_town_of("home_unit__"))
        .values("town")
        .annotate(n=Count("pk"), p=_persons(), done=Count("pk", filter=Q(state="completed")))
        .order_by()
    )
    found = {r["town"]: Line(r["town"], r["town"], r["n"], r["p"] or 0, completed=r["done"]) for r in rows}
    for code, name in Unit.objects.filter(code__in=found).values_list("code", "name"):
        found[code].name = name
    return found


def _waited(today: date) -> Any:
    """Calendar days since a step was opened; PostgreSQL's own difference of dates, Django's would be an interval."""
    opened = TruncDate("opened_at", tzinfo=clock.SHANGHAI)
    return Func(Value(today, DateField()), opened, template="(%(expressions)s)", arg_joiner=" - ", output_field=DAYS)


def late(today: date) -> Q:
    """A late step: past its day and not on hold; what is held stands under its cause instead."""
    return filters.light_filter("red", today)


def _add_steps(lines: dict[str, Line], steps: QuerySet[Step], key: Any, today: date) -> None:
    rows = (
        steps.annotate(key=key, waited=_waited(today))
        .values("key")
        .annotate(
            n=Count("pk"),
            late=Count("pk", filter=late(today)),
            late_cases=Count("case", filter=late(today), distinct=True),
            median=Median("waited"),
            longest=Max("waited"),
        )
        .order_by()
    )
    for row in rows:
        line = lines.get(row["key"])
        if line:
            line.open_steps, line.late_steps, line.late_households = row["n"], row["late"], row["late_cases"]
            line.median, line.longest = row["median"], row["longest"]


def _add_held(lines: dict[str, Line], cases: QuerySet[Case], key: Any) -> None:
    held = cases.filter(Exists(Hold.objects.filter(case=OuterRef("pk"), resumed_at=None)))
    for row in held.annotate(key=key).values("key").annotate(n=Count("pk")).order_by():
        lines[row["key"]].held = row["n"]


def _stuck(states: dict[str, Line]) -> Line | None:
    """The state with most late households; without a late one, where the median wait is longest."""
    open_lines = [line for line in states.values() if line.open_steps]
    return max(open_lines, key=lambda line: (line.late_households, line.median or 0), default=None)


def _call(steps: QuerySet[Step], today: date) -> list[Holder]:
    rows = list(
        steps.annotate(waited=_waited(today))
        .values("role", "unit__code", "unit__name")
        .annotate(n=Count("pk"), late=Count("pk", filter=late(today)), longest=Max("waited"))
        .order_by("-late", "-longest")[:6]
    )
    posted = holding({row["role"] for row in rows}, today)
    return [
        Holder(
            unit=row["unit__name"],
            role=str(policies.Role(row["role"]).label),
            people=[who for role, reach, who in posted if role == row["role"] and row["unit__code"].startswith(reach)],
            open_steps=row["n"],
            late_steps=row["late"],
            longest=row["longest"],
        )
        for row in rows
    ]


def holding(roles: set[str], today: date) -> list[tuple[str, str, str]]:
    """(role, division, person) of everybody who holds one of these roles today."""
    posted = Posting.objects.filter(policies.valid_on(today), role__in=roles, user__is_active=True)
    return [(one.role, one.unit.division, str(one.user)) for one in posted.select_related("unit", "user")]
