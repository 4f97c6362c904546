"""One line of the queue: a step with everything the list says about it, read for a whole page at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.apps import apps
from django.db.models import Q
from django.utils.translation import gettext as _

from workflow import calendars, clock, policies, reach, readiness
from workflow.models import Case, Hold, Nudge, Round, Step, Unit, User
from workflow.models.plan import spec
from workflow.policies import Authority
from workflow.queries import chasing, decided, exclusions, slack, words
from workflow.queries.chasing import Chase
from workflow.queries.decided import Decided
from workflow.queries.exclusions import Ledger
from workflow.queries.loaded import LEVELS, Around
from workflow.rules import dates, ready
from workflow.rules.ready import Readiness
from workflow.rules.route import PlanSpec
from workflow.rules.words import listed

ON_HOLD = "on_hold"
NAMED = 2  # names on a line; more are counted
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
    severity: str  # severe | late | soon | fine by the due day alone, on_hold while its clock is stopped
    working_days_left: int
    slack: int | None
    waiting_days: int
    amount: str | None
    lender: str
    holder: str
    attest: bool
    mine: bool
    ready: Readiness
    recused: str  # why four eyes excludes its reader from it, as a code
    was_late: bool
    bulk: bool  # may be approved together with others
    late_cause: str  # of a held step that is past its backward date: what it waits for
    chase: Chase | None  # on the lists where others are urged
    decided: Decided | None  # on the list of what one decided
    kind: Any  # the kind's own row


@dataclass(frozen=True)
class _Page:
    """What was read once for all lines."""

    user: User
    authorities: list[Authority]
    today: date
    holds: dict[int, list[Hold]]  # open ones, by step
    near: Around
    kinds: dict[int, Any]
    urged: dict[int, Nudge] | None  # by step, where it is asked for
    decided: dict[int, Decided]
    asked: dict[int, list[User]]  # who has it, by step; on the same lists
    books: dict[int, Ledger]  # what the reader, and those they act for, did; by case


def rows(
    steps: list[Step],
    user: User,
    authorities: list[Authority],
    today: date,
    *,
    chased: bool = False,
    done: bool = False,
    near: Around | None = None,
) -> list[QueueRow]:
    """The lines of these steps, in their order. `chased`: with who may urge whom, and who did last. `done`: with what
    the user decided. `near`: where it was read with the steps."""
    near = near or around(steps)
    asked = reach.asked_by_step(steps, today) if chased else {}
    books = _books(steps, user, authorities, asked)
    page = _Page(
        user=user,
        authorities=authorities,
        today=today,
        holds={step.pk: slack.over(near.holds, step) for step in steps},
        near=near,
        kinds=_concrete(steps, ("home_unit", "partner_unit") if chased else ()),
        urged=chasing.last(steps) if chased else None,
        decided=decided.of(user, steps, authorities, today) if done and steps else {},
        asked={step.pk: books[step.case_id].able(step, asked[step.pk]) for step in steps} if chased else {},
        books=books,
    )
    return [_row(step, page) for step in steps]


def _books(
    steps: list[Step], user: User, authorities: list[Authority], asked: Mapping[int, list[User]]
) -> dict[int, Ledger]:
    """For four eyes; of the cases alone in which the reader could decide at all, and where others are asked."""
    mine = [s for s in steps if s.pk in asked or (s.state == "open" and policies.authority_for(authorities, s))]
    persons = {one.pk for people in asked.values() for one in people} | {a.lender.pk for a in authorities if a.lender}
    return exclusions.done_by({user.pk} | persons, {step.case_id: step.case for step in mine}.values())


def around(steps: list[Step]) -> Around:
    """Read apart from the steps."""
    waits, opinions = _asked_first([step for step in steps if step.state == "open"])
    codes = {s.case.home_unit.code[:length] for s in steps for length in LEVELS}
    return Around(
        list(Hold.objects.filter(case__in={step.case_id for step in steps}, resumed_at=None)),
        dict(Unit.objects.filter(code__in=codes).values_list("code", "name")),
        waits,
        opinions,
    )


def _asked_first(steps: list[Step]) -> tuple[dict[int, list[str]], set[int]]:
    """Whom each step waits for, and which of them ask for an opinion: one statement over their rounds."""
    below = Q(parent__in=[step.pk for step in steps], closed_at=None, kind__in=Round.WAITED_FOR)
    asking = Q(pk__in={step.round_id for step in steps}, kind=Round.OPINION)
    found = Round.objects.filter(below | asking).order_by("steps__pk") if steps else Round.objects.none()
    waits: dict[int, list[str]] = {}
    own = {step.pk for step in steps}
    opinions = set()
    names = ("steps", "steps__state", "steps__holder__full_name", "steps__holder__username")
    for parent, kind, pk, state, full_name, username in found.values_list("parent_id", "kind", *names):
        if parent in own and state == "open":
            waits.setdefault(parent, []).append(full_name or username)
        if kind == Round.OPINION and pk in own:
            opinions.add(pk)
    return waits, opinions


def _concrete(steps: list[Step], related: tuple[str, ...]) -> dict[int, Any]:
    """The kinds' own rows: they know which needs do not hold. One statement for each kind on the page."""
    found: dict[int, Any] = {step.case_id: step.case for step in steps if type(step.case) is not Case}
    for kind in {step.case.kind for step in steps if step.case_id not in found}:
        mine = {step.case_id for step in steps if step.case.kind == kind}
        own = apps.get_model(kind).objects
        found |= (own.select_related(*related) if related else own).in_bulk(mine)
    return found


def grouped(found: list[QueueRow]) -> list[QueueRow]:
    """A page in order of due, with what is on hold as a group of its own below."""
    return sorted(found, key=lambda row: row.severity == ON_HOLD)


def severity(left: int, held: bool) -> str:
    """In which group of the queue a step stands, by working days left; what is held is not late."""
    if held:
        return ON_HOLD
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
    recused = page.books[step.case_id].excludes(step, authority.persons) if authority and step.state == "open" else ""
    return QueueRow(
        step=step,
        case=step.case,
        reference=step.case.reference,
        title=step.case.title,
        group_name=words.name(plan.names),
        stage=place.stage.state,
        stage_index=route.order[place.stage.state],
        stages=len(route.stages),
        town=page.near.units.get(home[:9], ""),
        village=page.near.units.get(home[:14]) or page.near.units.get(home[:12], ""),
        due=step.due,
        light=dates.light(step.due, until, calendar, held=bool(page.holds[step.pk]), was_late=step.was_late),
        severity=severity(left, bool(page.holds[step.pk])),
        working_days_left=left,
        slack=slack.of(step, page.today, calendar, page.holds[step.pk]),
        waiting_days=(until - clock.date_of(step.opened_at)).days,
        amount=_amount(step.case, sight),
        lender=str(authority.lender) if authority and authority.lender else "",
        holder=_holder(step, page),
        attest=plan.attest,
        mine=authority is not None,
        ready=_ready(step, plan, page, recused),
        recused=recused,
        was_late=step.was_late and left >= 0,
        bulk=plan.bulk_allowed,
        late_cause=slack.late_cause(step, page.today, page.holds[step.pk]),
        chase=_chase(step, page),
        decided=page.decided.get(step.pk),
        kind=page.kinds[step.case_id],
    )


def _holder(step: Step, page: _Page) -> str:
    """Who has it: on the lists of what waits for others also those who may take it."""
    if step.pk not in page.asked:
        return str(step.holder or "")
    people = [str(one) for one in page.asked[step.pk]]
    if not people:
        return _("Nobody holds this post")
    more = _(" and %(n)s more") % {"n": len(people) - NAMED} if len(people) > NAMED else ""
    return listed(people[:NAMED]) + more


def _chase(step: Step, page: _Page) -> Chase | None:
    if page.urged is None:
        return None
    before, held = page.urged.get(step.pk), bool(page.holds[step.pk])
    return chasing.of(page.user, page.authorities, step.case, step, before, page.today, held=held)


def _ready(step: Step, plan: PlanSpec, page: _Page, recused: str) -> Readiness:
    """What its reader can do with the step."""
    if step.state != "open":
        return Readiness(ready.BARRED)
    case, authority = page.kinds[step.case_id], policies.authority_for(page.authorities, step)
    lender = authority.lender.pk if authority and authority.lender else None
    return ready.judge(
        held=bool(page.holds[step.pk]),
        barred=authority is None or bool(recused) or step.holder_id not in (None, page.user.pk, lender),
        early=step.not_before is not None and page.today < step.not_before,
        waits=page.near.waits.get(step.pk, ()),
        opinion=step.pk in page.near.opinions,
        missing=readiness.missing_of(case, step, plan, page.today),
        number=readiness.number_due(step, plan),
    )


def _amount(case: Case, sight: frozenset[str]) -> Any:
    return case.facts.get("amount") if "amounts" in sight else None
