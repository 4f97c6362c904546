"""The deadline calendar (screen 8): how many steps fall due on each day of a month, by light; a day's list."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, Exists, F, Q, QuerySet

from workflow import calendars, policies
from workflow.models import Case, Step, User
from workflow.models.plan import spec
from workflow.policies import Authority
from workflow.queries import filters, queue, words
from workflow.rules import dates, explain
from workflow.rules.workdays import WorkCalendar

WHOSE = ("mine", "section", "scope")
LIGHTS = filters.LIGHTS
MOST = 60  # steps listed for one day


@dataclass
class Cell:
    """One day: what kind of day it is, and open steps that fall due on it by light."""

    day: date
    kind: str  # working_day, weekend, holiday, make_up
    name: str
    provisional: bool
    in_month: bool
    today: bool
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All lights together."""
        return sum(self.counts.values())

    @property
    def shown(self) -> list[tuple[str, int]]:
        """(light, count) of the lights that occur, the worst first."""
        return [(light, self.counts[light]) for light in LIGHTS if self.counts.get(light)]


@dataclass(frozen=True)
class Entry:
    """One step of the chosen day."""

    step: Step
    reference: str
    title: str
    name: str
    unit: str
    light: str
    left: int


@dataclass(frozen=True)
class Month:
    """The page."""

    first: date
    weeks: list[list[Cell]]
    earlier: int  # open steps whose due day lies before the grid
    provisional: bool

    @property
    def busy(self) -> list[Cell]:
        """Days of the month with something due: the list a phone shows."""
        return [cell for week in self.weeks for cell in week if cell.in_month and cell.total]


def steps_of(user: User, authorities: list[Authority], whose: str, today: date) -> QuerySet[Step]:
    """Open steps of a view: waiting for me, in my units, or everything in my sight."""
    seen = Case.objects.filter(policies.scope_of(user, authorities, today))
    if whose == "scope":
        return Step.objects.filter(state="open", case__in=seen)
    return queue.steps_of(user, authorities, whose).filter(case__in=seen)


def month(user: User, authorities: list[Authority], first: date, whose: str, today: date, code: str) -> Month:
    """The grid from the Monday before the first to the Sunday after the last day of the month, in two statements."""
    calendar = calendars.load(code)
    start = first - timedelta(days=first.weekday())
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    end = last + timedelta(days=6 - last.weekday())
    steps = steps_of(user, authorities, whose, today)
    cells = {
        start + timedelta(days=n): _cell(calendar, start + timedelta(days=n), first, today)
        for n in range((end - start).days + 1)
    }
    for due, held, was_late, schedule, count in _counted(steps.filter(due__gte=start, due__lte=end)):
        light = dates.light(due, today, calendars.of_schedule(schedule), held=held, was_late=was_late)
        cells[due].counts[light] = cells[due].counts.get(light, 0) + count
    days = list(cells.values())
    return Month(
        first=first,
        weeks=[days[at : at + 7] for at in range(0, len(days), 7)],
        earlier=steps.filter(due__lt=start).count(),
        provisional=calendar.is_provisional(first, last),
    )


def _counted(steps: QuerySet[Step]) -> Iterable[tuple[date, bool, bool, int, int]]:
    """(due, held, was late, schedule, number): each case's own county says which day is amber."""
    held = steps.annotate(on_hold=Exists(filters.open_holds()))
    columns = ("due", "on_hold", "was_late", "case__schedule")
    rows = held.values(*columns).annotate(n=Count("pk")).order_by("due")
    return rows.values_list(*columns, "n")


def _cell(calendar: WorkCalendar, day: date, first: date, today: date) -> Cell:
    told = calendar.explained(day)
    return Cell(
        day=day,
        kind=told.why,
        name=explain.holiday(told.name),
        provisional=calendar.is_provisional(day, day),
        in_month=(day.year, day.month) == (first.year, first.month),
        today=day == today,
    )


def of_day(user: User, authorities: list[Authority], day: date, whose: str, today: date) -> list[Entry]:
    """The steps due on one day, the longest overdue backward date first."""
    found = steps_of(user, authorities, whose, today).filter(due=day).annotate(on_hold=Exists(filters.open_holds()))
    rows = found.select_related("case", "unit").order_by(F("backward").asc(nulls_last=True), "pk")[:MOST]
    return [_entry(step, today) for step in rows]


def _entry(step: Step, today: date) -> Entry:
    calendar = calendars.of_schedule(step.case.schedule_id)
    known = spec(step.case.route_id).plans.get(step.plan)
    held = bool(getattr(step, "on_hold", False))
    return Entry(
        step=step,
        reference=step.case.reference,
        title=step.case.title,
        name=words.name(known[1].names) if known else step.plan,
        unit=step.unit.name,
        light=dates.light(step.due, today, calendar, held=held, was_late=step.was_late),
        left=words.days_left(step.due, today, calendar),
    )


def next_due(user: User, authorities: list[Authority], whose: str, today: date) -> date | None:
    """The next day from today on which something falls due, for an empty month."""
    ahead = steps_of(user, authorities, whose, today).filter(Q(due__gte=today))
    return ahead.order_by("due").values_list("due", flat=True).first()
