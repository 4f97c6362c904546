"""One command's working set: the locked case, its run, and everything the command will write."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from workflow import audit, clock, errors, policies, reach, seats
from workflow.models import Case, Decision, Event, Hold, Notice, Participant, Receipt, Round, Step, User
from workflow.models.plan import spec
from workflow.rules.four_eyes import Act
from workflow.rules.route import GroupSpec, PlanSpec, RouteSpec, still_stands


class Work:
    """What a command reads once under the lock, changes in memory, and hands to outcome.write."""

    def __init__(self, case: Any, actor: User | None, now: datetime) -> None:
        self.case = case  # the concrete kind of case, locked
        self.actor = actor
        self.on_behalf_of: User | None = None
        self.now = max(now, case.last_event_at) if case.last_event_at else now
        self.today: date = clock.date_of(self.now)
        self.route: RouteSpec = spec(case.route_id)
        self.rounds: list[Round] = []
        self.steps: list[Step] = []
        self.decisions: dict[int, Decision] = {}
        self.hold: Hold | None = None  # of the whole case
        self.round_holds: dict[int, Hold] = {}  # of one round each
        self.receipt: Receipt | None = None
        self.replayed = False
        self.outcome: dict[str, Any] = {}
        self.events: list[Event] = []
        self.notices: list[Notice] = []
        self.new_rounds: list[Round] = []
        self.new_steps: list[Step] = []
        self.new_decisions: list[Decision] = []
        self.hops: list[str] = []  # states entered, in order: the trigger judges every hop, not the jump
        self.changed: dict[int, Round | Step | Hold] = {}  # by identity, in order of first change
        self.deciding: Step | None = None  # the step whose decision this command records: what it ends says so
        self._cadres: frozenset[int] | None = None
        self._authorities: list[policies.Authority] | None = None

    def read(self) -> "Work":
        """Load rounds, steps, decisions and the open hold of the case."""
        self.rounds = list(Round.objects.filter(case_id=self.case.pk).order_by("id"))
        found = Step.objects.filter(case_id=self.case.pk).select_related("unit", "holder").order_by("id")
        self.steps = list(found)
        rounds = {live.pk: live for live in self.rounds}
        for live in self.rounds:
            live.run = []
        for step in self.steps:
            step.round = rounds[step.round_id]
            step.round.run.append(step)
        decided = Decision.objects.filter(case_id=self.case.pk).select_related("actor", "on_behalf_of")
        self.decisions = {decision.step_id: decision for decision in decided}
        self.take_holds(Hold.objects.filter(case_id=self.case.pk, resumed_at=None))
        return self

    def take_holds(self, holds: Iterable[Hold]) -> None:
        """Sort the open holds of the case: one on the whole of it, and one per round at most."""
        by_round = {hold.round_id: hold for hold in holds}
        self.hold = by_round.pop(None, None)
        self.round_holds = {pk: hold for pk, hold in by_round.items() if pk is not None}

    # --- questions -----------------------------------------------------------------------------------------------
    def step(self, step_id: int) -> Step:
        """One step of this case."""
        for step in self.steps:
            if step.pk == step_id:
                return step
        raise errors.NotFound()

    def hold_on(self, step: Step) -> Hold | None:
        """What keeps this step from being decided: a hold on the case, or on its round."""
        return self.hold or self.round_holds.get(step.round_id)

    def live(self, group: str) -> Round | None:
        """The live round of a group."""
        return next((r for r in self.rounds if r.group == group and r.closed_at is None and not r.parent_id), None)

    def stands(self, group: GroupSpec) -> bool:
        """Whether the group's last round passed, was not voided, and what its deciders saw is unchanged."""
        own = [r for r in self.rounds if r.group == group.key and not r.parent_id]
        past = [r for r in own if r.outcome != "taken_back"]
        if not past or past[-1].void or past[-1].outcome != "passed":
            return False
        steps = seats.signers(self, past[-1])
        seen = [self.decisions[s.pk].seen for s in steps if s.pk in self.decisions and s.state == "approved"]
        return still_stands([*seen, past[-1].seen, *self._carried(past[-1])], self.case.hashes)

    def _carried(self, past: Round) -> list[dict[str, str]]:
        """What was seen by decisions that count for this round too, of the aspects its plans approve."""
        steps = [step for step in past.run if step.carried_from_id in self.decisions and step.plan in self.route.plans]
        earlier = [(self.plan(step).aspects, self.decisions[step.carried_from_id or 0].seen) for step in steps]
        return [{aspect: seen.get(aspect, "") for aspect in aspects} for aspects, seen in earlier]

    def plan(self, step: Step) -> PlanSpec:
        """The plan a step was made from."""
        return self.route.plans[step.plan][1]

    def acts(self) -> list[Act]:
        """Every decision ever made on this case, for four eyes."""
        return reach.acts_of(self.route, self.steps, self.decisions)

    @property
    def authorities(self) -> list[policies.Authority]:
        """The actor's postings today, own before lent."""
        if self._authorities is None:
            self._authorities = policies.postings_of(self.actor, self.today) if self.actor else []
        return self._authorities

    @property
    def cadres(self) -> frozenset[int]:
        """The contact cadres of this household, past ones included."""
        if self._cadres is None:
            rows = Participant.objects.filter(case_id=self.case.pk, role="contact_cadre")
            self._cadres = frozenset(rows.values_list("user_id", flat=True))
        return self._cadres

    # --- what will be written ------------------------------------------------------------------------------------
    def touch(self, row: Round | Step | Hold) -> None:
        """Remember a changed row; new rows are written as a whole anyway."""
        if row.pk is not None:
            self.changed[id(row)] = row

    def event(self, kind: str, **facts: Any) -> Event:
        """Append to the case's chain (ids, enums, amounts and dates only)."""
        made = audit.append(
            self.case,
            kind,
            self.now,
            self.actor.pk if self.actor else None,
            self.on_behalf_of.pk if self.on_behalf_of else None,
            facts,
        )
        self.events.append(made)
        return made

    def tell(
        self,
        word: str,
        users: Iterable[User],
        event: Event,
        step: Step | None = None,
        audience: str = "",
        not_before: datetime | None = None,
    ) -> None:
        """Owe a word to people; one per (event, recipient, word) however many hats they wear."""
        told = {(id(n.event), n.recipient_id, n.word) for n in self.notices}
        for user in users:
            if (id(event), user.pk, word) in told:
                continue
            notice = Notice(
                case_id=self.case.pk,
                step=step,
                recipient=user,
                word=word,
                audience=audience,
                event=event,
                created_at=self.now,
                not_before=not_before or self.now,
            )
            self.notices.append(notice)
            told.add((id(event), user.pk, word))

    def as_authority(self, authority: policies.Authority) -> None:
        """Act under this posting: a lent one puts the lender's name beside the actor's."""
        self.on_behalf_of = authority.lender


def concerned(work: Work) -> list[User]:
    """Drafter and contact cadres: who is told how the case fares."""
    ids = set(work.cadres) | {work.case.drafter_id}
    return list(User.objects.filter(pk__in=ids, is_active=True).order_by("pk"))


def case_of(step_id: int) -> int:
    """Id of the case a step belongs to; NotFound when there is none."""
    found = Step.objects.filter(pk=step_id).values_list("case_id", flat=True).first()
    if found is None:
        raise errors.NotFound()
    return found


def visible(user: User, case_id: int, today: date) -> bool:
    """Whether this user may see the case at all."""
    return Case.objects.filter(policies.in_scope(user, today), pk=case_id).exists()
