"""The leaders' page: where it is stuck, who has it, will June hold. Set-based, in the viewer's scope."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import (
    Aggregate,
    Count,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    FloatField,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    Value,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Extract, Substr

from workflow import calendars, clock, policies
from workflow.models import Case, Hold, Posting, Step, Unit, User
from workflow.queries import holds, waters, words
from workflow.queries.holds import Booked

ENDED_WITHOUT = ("withdrawn", "terminated", "superseded")
ENOUGH = 30  # finished cases below which a forecast would be guessing
# the subject tells how many households have not begun: (user, today) -> (households, persons); set at start
NOT_STARTED: list[Callable[[User, date], tuple[int, int]]] = []


class Median(Aggregate):
    """percentile_cont(0.5), in the unit of its argument."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


@dataclass
class Line:
    """One state or one town: counts in households / persons and open steps, waits in days."""

    key: str
    name: str
    households: int = 0
    persons: int = 0
    open_steps: int = 0
    overdue: int = 0
    median: float | None = None
    longest: float | None = None
    completed: int = 0
    most: int = 1

    @property
    def width(self) -> int:
        """Length of its bar, per cent of the longest."""
        return round(100 * self.households / self.most)

    @property
    def late_width(self) -> int:
        """The late part of the bar."""
        return round(self.width * self.late_share / 100)

    @property
    def late_share(self) -> int:
        """Per cent of open steps that are late."""
        return round(100 * self.overdue / self.open_steps) if self.open_steps else 0

    @property
    def done_share(self) -> int:
        """Per cent of households completed."""
        return round(100 * self.completed / self.households) if self.households else 0


@dataclass(frozen=True)
class Holder:
    """Whom to call: open and late steps of one post."""

    unit: str
    role: str
    people: list[str]
    open_steps: int
    overdue: int
    longest: float


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
    cases = Case.objects.filter(policies.scope_of(user, authorities, today)).exclude(state__in=ENDED_WITHOUT)
    steps = Step.objects.filter(case__in=cases, state="open")
    states, towns = _states(cases), _towns(cases)
    _add_steps(states, steps, F("case__state"), moment, today)
    _add_steps(towns, steps, Substr("case__home_unit__code", 1, 9), moment, today)
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
        late_households=_late(steps, today),
        held=_held(cases),
        states=list(states.values()),
        towns=sorted(towns.values(), key=lambda line: line.key),
        stuck=_stuck(states),
        call=_call(steps, moment, today),
        enough=done.households >= ENOUGH,
        booked=holds.of_cases(cases, today),
    )


def _persons() -> Sum:
    return Sum(Cast(KeyTextTransform("persons", "facts"), IntegerField()))


def _states(cases: QuerySet[Case]) -> dict[str, Line]:
    rows = cases.values("state").annotate(n=Count("pk"), p=_persons()).order_by()
    return {row["state"]: Line(row["state"], row["state"], row["n"], row["p"] or 0) for row in rows}


def _towns(cases: QuerySet[Case]) -> dict[str, Line]:
    rows = (
        cases.annotate(town=Substr("home_unit__code", 1, 9))
        .values("town")
        .annotate(n=Count("pk"), p=_persons(), done=Count("pk", filter=Q(state="completed")))
        .order_by()
    )
    found = {r["town"]: Line(r["town"], r["town"], r["n"], r["p"] or 0, completed=r["done"]) for r in rows}
    for code, name in Unit.objects.filter(code__in=found).values_list("code", "name"):
        found[code].name = name
    return found


def _waited(moment: datetime) -> Any:
    passed = ExpressionWrapper(Value(moment, DateTimeField()) - F("opened_at"), output_field=DurationField())
    return Extract(passed, "epoch") / 86400.0


def _add_steps(lines: dict[str, Line], steps: QuerySet[Step], key: Any, moment: datetime, today: date) -> None:
    rows = (
        steps.annotate(key=key, waited=_waited(moment))
        .values("key")
        .annotate(
            n=Count("pk"),
            late=Count("pk", filter=Q(due__lt=today)),
            median=Median("waited"),
            longest=_Longest("waited"),
        )
        .order_by()
    )
    for row in rows:
        line = lines.get(row["key"])
        if line:
            line.open_steps, line.overdue = row["n"], row["late"]
            line.median, line.longest = row["median"], row["longest"]


class _Longest(Aggregate):
    function = "max"
    output_field = FloatField()


def _late(steps: QuerySet[Step], today: date) -> int:
    return steps.filter(due__lt=today).values("case_id").distinct().count()


def _held(cases: QuerySet[Case]) -> int:
    return cases.filter(Exists(Hold.objects.filter(case=OuterRef("pk"), resumed_at=None))).count()


def _stuck(states: dict[str, Line]) -> Line | None:
    """The state with most late steps; without a late one, where the median wait is longest."""
    open_lines = [line for line in states.values() if line.open_steps]
    return max(open_lines, key=lambda line: (line.overdue, line.median or 0), default=None)


def _call(steps: QuerySet[Step], moment: datetime, today: date) -> list[Holder]:
    rows = list(
        steps.annotate(waited=_waited(moment))
        .values("role", "unit__code", "unit__name")
        .annotate(n=Count("pk"), late=Count("pk", filter=Q(due__lt=today)), longest=_Longest("waited"))
        .order_by("-late", "-longest")[:6]
    )
    posted = Posting.objects.filter(
        policies.valid_on(today), role__in={row["role"] for row in rows}, user__is_active=True
    ).select_related("unit", "user")
    held = [(posting.role, posting.unit.division, str(posting.user)) for posting in posted]
    return [
        Holder(
            unit=row["unit__name"],
            role=str(policies.Role(row["role"]).label),
            people=[who for role, reach, who in held if role == row["role"] and row["unit__code"].startswith(reach)],
            open_steps=row["n"],
            overdue=row["late"],
            longest=row["longest"],
        )
        for row in rows
    ]
