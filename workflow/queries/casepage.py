"""One case as a page shows it: what I may do and why not, where it stands, who has it, what happened."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.apps import apps

from workflow import calendars, clock, errors, policies, reach
from workflow.models import Case, Decision, Hold, Round, Step, User
from workflow.models.plan import spec
from workflow.policies import Authority
from workflow.queries import slack, stepper, words
from workflow.queries.stepper import Stop
from workflow.rules import dates, four_eyes
from workflow.rules.codes import HOLD_CAUSES
from workflow.rules.four_eyes import Act
from workflow.rules.route import Place, PlanSpec, RouteSpec


@dataclass(frozen=True)
class Waiting:
    """An open step: for whom it waits and since when."""

    step: Step
    name: str
    role: str
    unit: str
    holders: list[str]
    light: str
    working_days_left: int
    waiting_days: int
    slack: int | None
    missing: list[str]
    late_cause: str  # of a held step past its backward date
    hold: Hold | None  # on this step's round alone


@dataclass(frozen=True)
class MyStep:
    """An open step that one of my postings covers, and whether I can approve it now."""

    waiting: Waiting
    plan: PlanSpec
    can_act: bool  # decide at all (posting, four eyes, hold, claim)
    why_not: str
    missing: list[str]  # what keeps it from being approved
    attest: bool
    seen: dict[str, str]
    points: list[tuple[str, str]]  # (group key, name) a return may go to
    lender: str


@dataclass(frozen=True)
class HistoryRow:
    """One decision with both names of a substitution."""

    at: datetime
    actor: str
    on_behalf_of: str
    verdict: str
    name: str
    comment: str
    document_no: str
    round: Round


@dataclass(frozen=True)
class CasePage:
    """Everything the engine knows about a case, as far as this reader may see it."""

    case: Any
    sight: frozenset[str]
    stepper: list[Stop]
    waiting: list[Waiting]
    mine: list[MyStep]
    history: list[HistoryRow]
    hold: Hold | None
    can_manage: bool
    storage_on: date
    storage_days: int
    rounds: list[Round]

    @property
    def returned(self) -> bool:
        """Whether it ever went back: then there are versions to compare."""
        return any(one.outcome in ("returned", "refused") for one in self.rounds)


@dataclass
class Reading:
    """What was read once for the page."""

    case: Any
    route: RouteSpec
    steps: list[Step]
    decisions: dict[int, Decision]
    hold: Hold | None  # on the whole case
    holds: list[Hold]  # every open one
    authorities: list[Authority]
    cadres: frozenset[int]
    today: date


def concrete(case: Case) -> Any:
    """The kind's own row of a case."""
    kind: Any = apps.get_model(case.kind)
    related = ("home_unit", "partner_unit", "schedule", "drafter", *kind.page_related)
    return kind.objects.select_related(*related).get(pk=case.pk)


def case_page(user: User, reference: str, *, now: datetime | None = None) -> CasePage:
    """The page of one case, or NotFound that does not tell (promise P20)."""
    today = clock.date_of(now) if now else clock.today()
    reading = _read(user, concrete(policies.case_or_404(user, reference, today)), today)
    calendar = calendars.of_schedule(reading.case.schedule_id)
    storage = reading.case.schedule.storage_on
    open_steps = [step for step in reading.steps if step.state == "open"]
    people = reach.asked_by_step(open_steps, today)
    waiting = {step.pk: _waiting(reading, step, people[step.pk]) for step in open_steps}
    return CasePage(
        case=reading.case,
        sight=policies.aspects_in_sight(reading.authorities, reading.case),
        stepper=stepper.stops(reading.route, reading.case.state, reading.steps, reading.decisions.values(), today),
        waiting=list(waiting.values()),
        mine=[made for step in open_steps if (made := _mine(reading, user, step, waiting[step.pk]))],
        history=_history(reading),
        hold=reading.hold,
        can_manage=_can_manage(reading, open_steps),
        storage_on=storage,
        storage_days=words.days_left(storage, today, calendar),
        rounds=_rounds(reading),
    )


def _read(user: User, case: Any, today: date) -> Reading:
    steps = Step.objects.filter(case_id=case.pk).select_related("unit", "holder", "round").order_by("id")
    decided = Decision.objects.filter(case_id=case.pk).select_related("actor", "on_behalf_of", "step__round")
    case.cadres = frozenset(case.participants.filter(role="contact_cadre").values_list("user_id", flat=True))
    open_holds = list(Hold.objects.filter(case_id=case.pk, resumed_at=None).select_related("by").order_by("pk"))
    return Reading(
        case=case,
        route=spec(case.route_id),
        steps=list(steps),
        decisions={d.step_id: d for d in decided},
        hold=next((one for one in open_holds if one.round_id is None), None),
        holds=open_holds,
        authorities=policies.postings_of(user, today),
        cadres=case.cadres,
        today=today,
    )


def _rounds(reading: Reading) -> list[Round]:
    return list({step.round_id: step.round for step in reading.steps}.values())


def _waiting(reading: Reading, step: Step, people: list[User]) -> Waiting:
    calendar, (_place, plan) = calendars.of_schedule(reading.case.schedule_id), reading.route.plans[step.plan]
    left = words.days_left(step.due, reading.today, calendar)
    held = slack.over(reading.holds, step)
    return Waiting(
        step=step,
        name=words.name(plan.names),
        role=str(policies.Role(step.role).label),
        unit=step.unit.name,
        holders=[str(person) for person in people],
        light=dates.light(step.due, reading.today, calendar, held=bool(held), was_late=step.was_late),
        working_days_left=left,
        waiting_days=(reading.today - clock.date_of(step.opened_at)).days,
        slack=slack.of(step, reading.today, calendar, held),
        late_cause=slack.late_cause(step, reading.today, held),
        hold=next((one for one in held if one.round_id), None),
        missing=missing(reading, plan),
    )


def missing(reading: Reading, plan: PlanSpec) -> list[str]:
    """What is missing before a step of this plan can be approved, in plain words."""
    on_file = set(reading.case.facts.get("papers", ()))
    papers = [reading.case.paper_name(code) for code in plan.papers if code not in on_file]
    return [*reading.case.unmet(list(plan.needs), reading.today), *papers]


def _mine(reading: Reading, user: User, step: Step, waiting: Waiting) -> MyStep | None:
    authority = policies.authority_for(reading.authorities, step)
    if authority is None:
        return None
    place, plan = reading.route.plans[step.plan]
    reason = why_not(reading, user, step, authority, place, plan)
    return MyStep(
        waiting=waiting,
        plan=plan,
        can_act=not reason,
        why_not=reason,
        missing=waiting.missing,
        attest=plan.attest,
        seen={aspect: reading.case.hashes.get(aspect, "") for aspect in plan.aspects},
        points=[(p.group.key, words.name(p.group.names)) for p in _points(reading, step.round)],
        lender=str(authority.lender) if authority.lender else "",
    )


def why_not(reading: Reading, user: User, step: Step, authority: Authority, place: Place, plan: PlanSpec) -> str:
    """The first reason why this reader may not decide the step now; empty when they may."""
    for hold in slack.over(reading.holds, step):
        return str(errors.OnHold(since=f"{clock.date_of(hold.since):%Y-%m-%d}", cause=HOLD_CAUSES[hold.cause]))
    lender = authority.lender.pk if authority.lender else None
    if step.holder_id and step.holder_id not in (user.pk, lender):
        return str(errors.ClaimedByAnother(who=str(step.holder), since=f"{step.claimed_at:%Y-%m-%d}"))
    code = four_eyes.exclusion(authority.persons, place, plan, _acts(reading), reading.case.authors, reading.cadres)
    if code:
        return str(errors.Recused(why=errors.RECUSALS[code]))
    if step.not_before and reading.today < step.not_before:
        return str(errors.TooEarly(when=step.not_before.isoformat()))
    return ""


def _acts(reading: Reading) -> Iterable[Act]:
    return reach.acts_of(reading.route, reading.steps, reading.decisions)


def _points(reading: Reading, live: Round) -> list[Place]:
    ran = {step.round.group for step in reading.steps}
    moves = reading.case.get_available_state_transitions()
    reachable = {reading.case.state} | {move.target for move in moves if move.custom.get("back")}
    places = reading.route.earlier_points(live.group)
    return [place for place in places if place.group.key in ran and place.stage.state in reachable]


def _can_manage(reading: Reading, open_steps: list[Step]) -> bool:
    return reach.managing(reading.authorities, reading.case, open_steps) is not None


def _history(reading: Reading) -> list[HistoryRow]:
    rows = sorted(reading.decisions.values(), key=lambda decision: (decision.at, decision.pk), reverse=True)
    return [
        HistoryRow(
            at=row.at,
            actor=str(row.actor),
            on_behalf_of=str(row.on_behalf_of or ""),
            verdict=row.verdict,
            name=words.name(reading.route.plans[row.step.plan][1].names),
            comment=row.comment,
            document_no=row.document_no,
            round=row.step.round,
        )
        for row in rows
    ]
