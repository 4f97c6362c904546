"""My queue: what waits for me, what I did, what I started. Each list is defined once, here."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from workflow import calendars, clock, policies
from workflow.models import Case, Decision, Hold, Step, Unit, User
from workflow.models.plan import spec
from workflow.policies import Authority
from workflow.queries import words

TABS = ("mine", "claimable", "done", "started")
LIGHTS = ("red", "amber", "green", "held")
CAP = 1000  # counts are exact to 999, then "999+"


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
    working_days_left: int
    slack: int | None
    waiting_days: int
    amount: str | None
    lender: str
    holder: str
    attest: bool
    mine: bool

    @property
    def pips(self) -> list[str]:
        """One mark per state: done, current (or overdue), to come."""
        current = "o" if self.light == "red" else "c"
        return ["d"] * self.stage_index + [current] + [""] * (self.stages - self.stage_index - 1)


@dataclass(frozen=True)
class QueuePage:
    """A page of the queue; `next` continues it (keyset), empty at the end."""

    rows: list[QueueRow]
    next: str
    lights: dict[str, int]
    tab: str
    units: dict[str, str] = field(default_factory=dict)


def open_steps(user: User, authorities: Iterable[Authority], tab: str) -> QuerySet[Step]:
    """Open steps that wait for this user: claimed by them, or unclaimed and covered by one of their postings."""
    lenders = [a.lender.pk for a in authorities if a.lender]
    covered = policies.step_filter(authorities)
    free = Q(holder=None) & covered
    if tab == "claimable":
        return Step.objects.filter(free, state="open")
    return Step.objects.filter(free | Q(holder=user) | (Q(holder__in=lenders) & covered), state="open")


def decided_steps(user: User) -> QuerySet[Step]:
    """Steps this user decided, for themselves or for another."""
    mine = Decision.objects.filter(Q(actor=user) | Q(on_behalf_of=user), step=OuterRef("pk"))
    return Step.objects.filter(Exists(mine))


def started_steps(user: User) -> QuerySet[Step]:
    """Open steps of the cases this user drafted: where is mine stuck?"""
    return Step.objects.filter(case__drafter=user, state="open").exclude(role="clerk", case__state="draft")


def steps_of(user: User, authorities: list[Authority], tab: str) -> QuerySet[Step]:
    """The list behind a tab."""
    if tab == "done":
        return decided_steps(user)
    if tab == "started":
        return started_steps(user)
    return open_steps(user, authorities, tab)


def counts(user: User, authorities: list[Authority]) -> dict[str, int]:
    """Count per tab, capped at 1,000 so that no count walks a whole queue."""
    return {tab: _capped(steps_of(user, authorities, tab)) for tab in TABS if tab != "done"}


def _capped(steps: QuerySet[Step]) -> int:
    return len(steps.order_by().values_list("pk", flat=True)[:CAP])


def page(
    user: User,
    *,
    tab: str = "mine",
    light: str = "",
    search: str = "",
    after: str = "",
    limit: int = 25,
    now: datetime | None = None,
) -> QueuePage:
    """One page, ordered by (due, backward, id); what four eyes forbids is still listed, the case page says why."""
    today = clock.date_of(now) if now else clock.today()
    authorities = policies.postings_of(user, today)
    steps = steps_of(user, authorities, tab)
    base = steps.filter(case__in=Case.objects.filter(policies.scope_of(user, authorities, today)))
    found = _filtered(base, light, search, today)
    ordered = found.order_by("-closed_at", "-id") if tab == "done" else found.order_by("due", "backward", "id")
    start = int(after) if after.isdigit() else 0
    window = list(ordered.select_related("case__home_unit", "unit", "holder", "round")[start : start + limit + 1])
    rows = _rows(window[:limit], user, authorities, today)
    lamps = _lights(base, today) if tab != "done" else {}
    following = str(start + limit) if len(window) > limit else ""
    return QueuePage(rows, following, lamps, tab)


def _held() -> Exists:
    return Exists(Hold.objects.filter(case=OuterRef("case"), resumed_at=None))


def _filtered(steps: QuerySet[Step], light: str, search: str, today: date) -> QuerySet[Step]:
    if search:
        steps = steps.filter(
            Q(case__title__icontains=search)
            | Q(case__reference__icontains=search)
            | Q(case__home_unit__name__icontains=search)
        )
    if light not in LIGHTS:
        return steps
    return steps.filter(_light_filter(light, today))


def _light_filter(light: str, today: date) -> Q:
    if light == "held":
        return Q(_held())
    soon = calendars.load().add_working_days(today, words.AMBER_DAYS)
    spans = {"red": Q(due__lt=today), "amber": Q(due__gte=today, due__lte=soon), "green": Q(due__gt=soon)}
    return spans[light] & ~Q(_held())


def _lights(steps: QuerySet[Step], today: date) -> dict[str, int]:
    return {light: _capped(steps.filter(_light_filter(light, today))) for light in LIGHTS}


def _rows(steps: list[Step], user: User, authorities: list[Authority], today: date) -> list[QueueRow]:
    held = set(
        Hold.objects.filter(case__in=[s.case_id for s in steps], resumed_at=None).values_list("case_id", flat=True)
    )
    codes = {s.case.home_unit.code[:length] for s in steps for length in (9, 12)}
    units = dict(Unit.objects.filter(code__in=codes).values_list("code", "name"))
    return [_row(step, user, authorities, today, step.case_id in held, units) for step in steps]


def _row(
    step: Step, user: User, authorities: list[Authority], today: date, held: bool, units: dict[str, str]
) -> QueueRow:
    calendar = calendars.load()
    route = spec(step.case.route_id)
    place, plan = route.plans[step.plan]
    left = words.days_left(step.due, today, calendar)
    authority = policies.authority_for(authorities, step)
    home = step.case.home_unit.code
    sight = policies.aspects_in_sight(authorities, step.case)
    return QueueRow(
        step=step,
        case=step.case,
        reference=step.case.reference,
        title=step.case.title,
        group_name=words.name(plan.names),
        stage=place.stage.state,
        stage_index=route.order[place.stage.state],
        stages=len(route.stages),
        town=units.get(home[:9], ""),
        village=units.get(home[:12], ""),
        due=step.due,
        light=words.light(left, held),
        working_days_left=left,
        slack=_slack(step, today, plan.lead),
        waiting_days=(today - clock.date_of(step.opened_at)).days,
        amount=_amount(step.case, sight),
        lender=str(authority.lender) if authority and authority.lender else "",
        holder=str(step.holder) if step.holder else "",
        attest=plan.attest,
        mine=authority is not None,
    )


def _slack(step: Step, today: date, lead: int) -> int | None:
    """Working days to the backward date less the lead still to come; negative is lost."""
    if step.backward is None:
        return None
    calendar = calendars.load()
    spent = calendar.ordinal(today) - calendar.ordinal(clock.date_of(step.opened_at))
    return calendar.ordinal(step.backward) - calendar.ordinal(today) - max(0, lead - spent)


def _amount(case: Case, sight: frozenset[str]) -> Any:
    return case.facts.get("amount") if "amounts" in sight else None
