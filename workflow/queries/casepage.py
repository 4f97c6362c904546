"""One case as a page shows it: what I may do and why not, where it stands, who has it, what happened."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from workflow import calendars, clock, errors, ladders, policies, reach, readiness, rights, seats
from workflow.models import Hold, Opinion, Round, Step, User, kinds
from workflow.queries import actions, consequences, escalation, exclusions, glance, sentback, slack, stepper, words
from workflow.queries.actions import Action
from workflow.queries.escalation import Ahead
from workflow.queries.glance import Glance
from workflow.queries.sentback import SentBack
from workflow.queries.stepper import Stop
from workflow.rules import dates
from workflow.rules.ready import OPINION, Readiness
from workflow.rules.route import PlanSpec
from workflow.rules.rungs import Ladders


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
    reported: Ahead | None  # the rung that tells a superior who has not been told yet


@dataclass(frozen=True)
class MyStep:
    """An open step that one of my postings covers, and whether I can approve it now."""

    waiting: Waiting
    plan: PlanSpec
    ready: Readiness
    why_not: str
    number: str  # what the number is called that approving asks; empty where none is due
    seen: dict[str, str]
    points: list[tuple[str, str]]  # (group key, name) a return may go to
    lender: str
    verbs: list[Action]  # beyond approve, return and refuse: each with its own form
    effects: dict[str, list[str]]  # by verb: what it will do, in words
    returns: list[tuple[str, str, list[str]]]  # (to, resume, what it will do) of every way in which it can go back
    opinions: list[Opinion]  # what those answered who were asked for this step
    asked: list[Step]  # added signers and advisers who have not answered yet

    @property
    def can_act(self) -> bool:
        """It can be decided one way or another."""
        return self.ready.decidable

    @property
    def missing(self) -> tuple[str, ...]:
        """What keeps it from being approved."""
        return self.ready.missing

    @property
    def opinion(self) -> bool:
        """I am asked for an opinion, not for a decision."""
        return self.ready.state == OPINION


@dataclass(frozen=True)
class HistoryRow:
    """One decision with both names of a substitution."""

    at: datetime
    actor: str
    on_behalf_of: str
    verdict: str
    name: str
    comment: str
    reason: str  # of a return, as it was coded
    document_no: str
    round: Round
    taken_back: bool


@dataclass(frozen=True)
class CasePage:
    """Everything the engine knows about a case, as far as this reader may see it."""

    found: Glance
    case: Any
    sight: frozenset[str]
    stepper: list[Stop]
    waiting: list[Waiting]
    mine: list[MyStep]
    history: list[HistoryRow]
    sent_back: SentBack | None  # the return that it still answers to
    hold: Hold | None
    can_manage: bool
    storage_on: date
    storage_days: int
    rounds: list[Round]
    undoable: list[Action]  # decisions of mine that can be taken back now
    others: list[Action]  # what I may do to steps that are not mine: hand on as their leader, drop a signer

    @property
    def step_late(self) -> bool:
        """Whether an open step is past its day, however many days its state may still take."""
        return any(one.light == "red" for one in self.waiting)

    @property
    def returned(self) -> bool:
        """Whether it ever went back: then there are versions to compare."""
        return any(one.outcome in Round.SENT_BACK for one in self.rounds)


def concrete_or_404(user: User, reference: str, today: date) -> Any:
    """The kind's own row of a case in sight, or NotFound that does not tell (promise P20); one statement per kind."""
    seen = policies.in_scope(user, today)
    for kind in kinds.kinds():
        related = ("home_unit", "partner_unit", "schedule", "drafter", *kind.page_related)
        case = kind.objects.filter(seen, reference=reference).select_related(*related).first()
        if case is not None:
            return case
    raise errors.NotFound()


def _able(reading: Glance, step_id: int, people: list[User]) -> list[User]:
    step = next(one for one in reading.steps if one.pk == step_id)
    return exclusions.able(people, lambda persons: rights.exclusion(reading, step, persons))


def case_page(user: User, reference: str, *, now: datetime | None = None) -> CasePage:
    """The page of one case, or NotFound that does not tell (promise P20)."""
    today = clock.date_of(now) if now else clock.today()
    reading = glance.read(user, concrete_or_404(user, reference, today), today)
    calendar = calendars.of_schedule(reading.case.schedule_id)
    storage = reading.case.schedule.storage_on
    open_steps = [step for step in reading.steps if step.state == "open"]
    people = {pk: _able(reading, pk, asked) for pk, asked in reach.asked_by_step(open_steps, today).items()}
    known = ladders.of_route(reading.case.route_id)
    waiting = {step.pk: _waiting(reading, step, people[step.pk], known) for step in open_steps}
    return CasePage(
        found=reading,
        case=reading.case,
        sight=policies.aspects_in_sight(reading.authorities, reading.case),
        stepper=stepper.stops(
            reading.route, reading.case.state, reading.steps, reading.decisions.values(), today, calendar
        ),
        waiting=list(waiting.values()),
        mine=[made for step in open_steps if (made := _mine(reading, user, step, waiting[step.pk]))],
        history=_history(reading),
        sent_back=sentback.standing(reading),
        hold=reading.hold,
        can_manage=_can_manage(reading, open_steps),
        storage_on=storage,
        storage_days=words.days_left(storage, today, calendar),
        rounds=reading.rounds,
        undoable=actions.undoable(reading),
        others=_others(reading, open_steps),
    )


def _others(reading: Glance, open_steps: list[Step]) -> list[Action]:
    """Verbs on open steps that do not wait for this reader."""
    theirs = [
        s for s in open_steps if rights.authority(reading, s) is None or (s.assigned and rights.claimed(reading, s))
    ]
    return [verb for step in theirs for verb in actions.of(reading, step)]


def _name(step: Step, plan: PlanSpec) -> str:
    """The step in words; one that somebody added says so."""
    name = words.name(plan.names)
    if step.added_by_id is None:
        return name
    added = _("opinion asked for") if step.round.kind == Round.OPINION else _("added signer")
    return f"{name} · {added}"


def _waiting(reading: Glance, step: Step, people: list[User], known: Ladders) -> Waiting:
    calendar, (_place, plan) = calendars.of_schedule(reading.case.schedule_id), reading.route.plans[step.plan]
    left = words.days_left(step.due, reading.today, calendar)
    held = slack.over(reading.holds, step)
    return Waiting(
        step=step,
        name=_name(step, plan),
        role=str(policies.Role(step.role).label),
        unit=step.unit.name,
        holders=[str(person) for person in people],
        light=dates.light(step.due, reading.today, calendar, held=bool(held), was_late=step.was_late),
        working_days_left=left,
        waiting_days=(reading.today - clock.date_of(step.opened_at)).days,
        slack=slack.of(step, reading.today, calendar, held),
        late_cause=slack.late_cause(step, reading.today, held),
        hold=next((one for one in held if one.round_id), None),
        missing=readiness.missing_for(reading, step),
        reported=escalation.next_superior(escalation.of_step(step, known, reading.today, calendar)),
    )


def _mine(reading: Glance, user: User, step: Step, waiting: Waiting) -> MyStep | None:
    authority = policies.authority_for(reading.authorities, step)
    if authority is None:
        return None
    if step.assigned and rights.claimed(reading, step):
        return None  # a named colleague is asked, not my post
    plan = reading.plan(step)
    verbs = actions.of(reading, step)
    found = readiness.of(reading, step)
    return MyStep(
        waiting=waiting,
        plan=plan,
        ready=found,
        why_not=str(rights.why_not(reading, step) or "") if found.idle else "",
        number=readiness.number_name(reading, step),
        seen={aspect: reading.case.hashes.get(aspect, "") for aspect in plan.aspects},
        points=[(p.group.key, words.name(p.group.names)) for p in rights.return_points(reading, step.round)],
        lender=str(authority.lender) if authority.lender else "",
        verbs=[verb for verb in verbs if verb.verb in actions.ON_ITS_OWN_PAGE],
        effects={verb.verb: verb.effects for verb in verbs if verb.effects},
        returns=consequences.of_returns(reading, step) if found.decidable else [],
        opinions=_opinions(reading, step),
        asked=[one for one in actions.in_the_way(reading, step) if one is not step],
    )


def _opinions(reading: Glance, step: Step) -> list[Opinion]:
    children = seats.children(reading, step)
    return [one.opinion for child in children for one in child.run if one.state == "answered"]


def _can_manage(reading: Glance, open_steps: list[Step]) -> bool:
    return reach.managing(reading.authorities, reading.case, open_steps) is not None


def _history(reading: Glance) -> list[HistoryRow]:
    rows = sorted(reading.decisions.values(), key=lambda decision: (decision.at, decision.pk), reverse=True)
    return [
        HistoryRow(
            at=row.at,
            actor=str(row.actor),
            on_behalf_of=str(row.on_behalf_of or ""),
            verdict=row.verdict,
            name=words.name(reading.route.plans[row.step.plan][1].names),
            comment=row.comment,
            reason=sentback.reason_of(row),
            document_no=row.document_no,
            round=row.step.round,
            taken_back=row.step.taken_back_at is not None,
        )
        for row in rows
    ]
