"""One command's working set: the locked case, its run, and everything the command will write."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from workflow import audit, clock, errors, policies, reach, seats
from workflow.commands import reading
from workflow.commands.reading import Reading
from workflow.models import Decision, Event, Hold, Notice, Participant, Receipt, Round, Step, User
from workflow.models.plan import spec
from workflow.rules.four_eyes import Act
from workflow.rules.route import GroupSpec, PlanSpec, RouteSpec, still_stands

UNDO = timedelta(seconds=10)  # words of a decision wait this long, so that taking it back at once says nothing


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
        self.undoing: Decision | None = None  # the one this command takes back: what it ended runs on
        self.again: dict[int, Step] = {}  # by the step that was asked before: the one in its place, as if never undone
        self.participants: list[Participant] = []
        self._authorities: list[policies.Authority] | None = None
        self._ids: dict[type, list[int]] = {}
        self._holders: dict[tuple[str, str], list[User]] = {}

    def read(self) -> "Work":
        """Load the run of the case and what the actor brings along."""
        return self.take(reading.read(self.case.pk, self.case.kind, self.actor, self.today))

    def take(self, found: Reading) -> "Work":
        """Make a reading one's own; the case itself stays."""
        self.rounds, self.steps, self.participants = found.rounds, found.steps, found.participants
        self._authorities, self._ids = found.authorities, found.ids
        self.take_holds(found.holds)
        self.decisions = {decision.step_id: decision for decision in found.decisions}
        self.case.nearby = found.case.nearby
        rounds = {live.pk: live for live in self.rounds}
        for live in self.rounds:
            live.run = []
        for step in self.steps:
            known = step._state.fields_cache
            known["unit"], known["round"] = found.units[step.unit_id], rounds[step.round_id]
            rounds[step.round_id].run.append(step)
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
        return next((one for one in seats.live(self) if one.group == group), None)

    def stands(self, group: GroupSpec) -> bool:
        """Whether the group's last round that said anything passed, was not voided, and what its deciders saw is
        unchanged."""
        own = [r for r in self.rounds if r.group == group.key and not r.parent_id]
        past = [r for r in own if r.outcome not in Round.UNDECIDED]
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
        return frozenset(p.user_id for p in self.participants if p.role == "contact_cadre")

    def holders(self, role: str, unit_code: str) -> list[User]:
        """Who may hold a step of this role over this unit, today; asked with whatever else may open now."""
        if (role, unit_code) not in self._holders:
            pairs = [(role, unit_code), *self._opening()]
            self._holders |= policies.holders_of_all(pairs, self.today)
        return self._holders[role, unit_code]

    def _opening(self) -> Iterable[tuple[str, str]]:
        """(role, unit code) of the plans whose groups are next in their tracks."""
        for track in self.route.tracks_open_in(self.case.state):
            ahead = (g for g in track.groups if self.live(g.key) is None and not self.stands(g))
            for plan in getattr(next(ahead, None), "plans", ()):
                unit = self.case.unit_for(plan.resolver)
                if unit:
                    yield plan.role, unit.code

    def identity(self, model: type[Any]) -> int:
        """The identity of a new round, step or event: rows may name each other before they are written."""
        pool = self._ids.setdefault(model, [])
        if not pool:
            pool += reading.more_ids(model)
        return pool.pop(0)

    # --- what will be written ------------------------------------------------------------------------------------
    def touch(self, row: Round | Step | Hold) -> None:
        """Remember a changed row; new rows are written as a whole anyway."""
        if not row._state.adding:
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
        made.pk = self.identity(Event)
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
                recipient_id=user.pk,
                word=word,
                audience=audience,
                event=event,
                created_at=self.now,
                not_before=not_before or (self.now + UNDO if self.deciding else self.now),
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
