"""The state of the machine itself, and cases that wait for nobody; each bad line says what to do."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef

from workflow import policies
from workflow.models import FINAL_STATES, CalendarDay, Case, Heartbeat, Schedule, Step
from workflow.queries import machine
from workflow.queries.machine import Line


@dataclass(frozen=True)
class Orphan:
    """An open step whose post nobody holds."""

    step: Step
    role: str


@dataclass(frozen=True)
class Status:
    """What the page shows."""

    machine: list[Line]
    trouble: int  # lines that are not in order
    audit: Heartbeat | None
    uncovered_years: list[int]
    orphans: list[Orphan]
    stepless: list[Case]


def status(now: datetime, today: date) -> Status:
    """Read everything."""
    found = machine.lines(now)
    return Status(
        machine=found,
        trouble=sum(line.level != machine.OK for line in found),
        audit=Heartbeat.objects.filter(name="audit").first(),
        uncovered_years=_uncovered(today),
        orphans=_orphans(today),
        stepless=_stepless(),
    )


def _uncovered(today: date) -> list[int]:
    last = Schedule.objects.order_by("-storage_on").values_list("storage_on", flat=True).first() or today
    known = CalendarDay.objects.exclude(source__startswith="provisional").values_list("day__year", flat=True).distinct()
    return [year for year in range(today.year, last.year + 1) if year not in set(known)]


def _orphans(today: date) -> list[Orphan]:
    """Posts asked for by open steps that nobody holds; one look per post, not per step."""
    steps = Step.objects.filter(state="open", holder=None).select_related("unit", "case").order_by("role", "unit__code")
    empty: dict[tuple[str, str], bool] = {}
    found = []
    for step in steps[:5000]:
        post = (step.role, step.unit.code)
        if post not in empty:
            empty[post] = not policies.holders_of(*post, today).exists()
        if empty[post]:
            found.append(Orphan(step, str(policies.Role(step.role).label)))
    return found


def _stepless() -> list[Case]:
    """Promise P6: there should be none."""
    open_step = Step.objects.filter(case=OuterRef("pk"), state="open")
    return list(Case.objects.exclude(state__in=FINAL_STATES).filter(~Exists(open_step))[:50])
