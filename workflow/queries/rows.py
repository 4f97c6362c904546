"""One line of the queue: a step with everything the list says about it, read for a whole page at once."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.apps import apps

from workflow import calendars, clock, policies
from workflow.models import Case, Hold, Nudge, Step, Unit, User
from workflow.models.plan import spec
from workflow.policies import Authority
from workflow.queries import chasing, slack, words
from workflow.queries.chasing import Chase
from workflow.queries.loaded import LEVELS, Around
from workflow.rules import dates

SEVERE = 3  # working days late from which the supervisor is told: the last rung of the ladder


@dataclass(frozen=True)
class QueueRow:
    """One line of the queue."""

    step: Step
    case: Case
    reference: str
    title: str
    group_name: str
    stage: str
    stage_index: int
    stages: int
    town: str
    village: str
    due: date
    light: str
    severity: str  # severe | late | soon | fine, by the due day alone
    working_days_left: int
    slack: int | None
    waiting_days: int
    amount: str | None
    lender: str
    holder: str
    attest: bool
    mine: bool
    missing: int  # things that keep it from being approved today
    was_late: bool
    bulk: bool  # may be approved together with others
    late_cause: str  # of a held step that is past its backward date: what it waits for
    chase: Chase | None  # on the lists where others are urged
    kind: Any  # the kind's own row


@dataclass(frozen=True)
class _Page:
    """What was read once for all lines."""

    user: User
    authorities: list[Authority]
    today: date
    holds: dict[int, list[Hold]]  # open ones, by step
    units: dict[str, str]
    kinds: dict[int, Any]
    urged: dict[int, Nudge] | None  # by step, where it is asked for


def rows(
    steps: list[Step],
    user: User,
    authorities: list[Authority],
    today: date,
    *,
    chased: bool = False,
    near: Around | None = None,
) -> list[QueueRow]:
    """The lines of these steps, in their order. `chased`: with who may urge whom, and who did last. `near`: where it
    was read with the steps."""
    near = near or around(steps)
    page = _Page(
        user=user,
        authorities=authorities,
        today=today,
        holds={step.pk: slack.over(near.holds, step) for step in steps},
        units=near.units,
        kinds=_concrete(steps, ("home_unit", "partner_unit") if chased else ()),
        urged=chasing.last(steps) if chased else None,
    )
    return [_row(step, page) for step in steps]


def around(steps: list[Step]) -> Around:
    """Read apart from the steps."""
    codes = {s.case.home_unit.code[:length] for s in steps for length in LEVELS}
    return Around(
        list(Hold.objects.filter(case__in={step.case_id for step in steps}, resumed_at=None)),
        dict(Unit.objects.filter(code__in=codes).values_list("code", "name")),
    )


def _concrete(steps: list[Step], related: tuple[str, ...]) -> dict[int, Any]:
    """The kinds' own rows: they know which needs do not hold. One statement for each kind on the page."""
    found: dict[int, Any] = {step.case_id: step.case for step in steps if type(step.case) is not Case}
    for kind in {step.case.kind for step in steps if step.case_id not in found}:
        mine = {step.case_id for step in steps if step.case.kind == kind}
        own = apps.get_model(kind).objects
        found |= (own.select_related(*related) if related else own).in_bulk(mine)
    return found


def severity(left: int) -> str:
    """In which group of the queue a step stands, by working days left."""
    if left < -SEVERE:
        return "severe"
    if left < 0:
        return "late"
    return "soon" if left <= words.AMBER_DAYS else "fine"


def _row(step: Step, page: _Page) -> QueueRow:
    calendar, route = calendars.of_schedule(step.case.schedule_id), spec(step.case.route_id)
    place, plan = route.plans[step.plan]
    until = clock.date_of(step.closed_at) if step.closed_at else page.today  # a closed step waits no longer
    left = words.days_left(step.due, until, calendar)
    authority = policies.authority_for(page.authorities, step)
    home = step.case.home_unit.code
    sight = policies.aspects_in_sight(page.authorities, step.case)
    return QueueRow(
        step=step,
        case=step.case,
        reference=step.case.reference,
        title=step.case.title,
        group_name=words.name(plan.names),
        stage=place.stage.state,
        stage_index=route.order[place.stage.state],
        stages=len(route.stages),
        town=page.units.get(home[:9], ""),
        village=page.units.get(home[:14]) or page.units.get(home[:12], ""),
        due=step.due,
        light=dates.light(step.due, until, calendar, held=bool(page.holds[step.pk]), was_late=step.was_late),
        severity=severity(left),
        working_days_left=left,
        slack=slack.of(step, page.today, calendar, page.holds[step.pk]),
        waiting_days=(until - clock.date_of(step.opened_at)).days,
        amount=_amount(step.case, sight),
        lender=str(authority.lender) if authority and authority.lender else "",
        holder=str(step.holder) if step.holder else "",
        attest=plan.attest,
        mine=authority is not None,
        missing=_missing(page.kinds[step.case_id], plan, page.today) if step.state == "open" else 0,
        was_late=step.was_late and left >= 0,
        bulk=plan.bulk_allowed,
        late_cause=slack.late_cause(step, page.today, page.holds[step.pk]),
        chase=_chase(step, page),
        kind=page.kinds[step.case_id],
    )


def _chase(step: Step, page: _Page) -> Chase | None:
    if page.urged is None:
        return None
    before, held = page.urged.get(step.pk), bool(page.holds[step.pk])
    return chasing.of(page.user, page.authorities, step.case, step, before, page.today, held=held)


def _missing(case: Any, plan: Any, today: date) -> int:
    on_file = set(case.facts.get("papers", ()))
    return len(case.unmet(list(plan.needs), today)) + sum(paper not in on_file for paper in plan.papers)


def _amount(case: Case, sight: frozenset[str]) -> Any:
    return case.facts.get("amount") if "amounts" in sight else None
