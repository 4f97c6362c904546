"""Whether an owed word is still worth saying: asked by relay and delivery at the moment of sending (promise P11)."""

from datetime import date, datetime

from workflow import clock, policies
from workflow.models import Case, Hold, Notice, Participant, Round, Step, User
from workflow.outbox import ABOUT_A_STEP
from workflow.policies import Authority
from workflow.rules import rungs
from workflow.rules.words import REMINDER


def why_moot(notices: list[Notice], now: datetime) -> dict[int, str]:
    """Why a word is no longer worth saying, by notice id: read afresh at the moment of sending."""
    today = clock.date_of(now)
    postings = {n.recipient_id: policies.postings_of(n.recipient, today) for n in notices}
    context = _Context(notices, today)
    found = {n.pk: context.why_moot(n, postings[n.recipient_id]) for n in notices}
    return {pk: why for pk, why in found.items() if why}


class _Context:
    """What a batch of notices needs to be judged, read in a few statements."""

    def __init__(self, notices: list[Notice], today: date) -> None:
        cases = {n.case_id for n in notices}
        steps = {n.step_id for n in notices if n.step_id}
        self.today = today
        self.claims: dict[int, list[Authority]] = {}  # postings of claimants, as asked
        self.seen = {(user.pk, case) for user in {n.recipient for n in notices} for case in self._sight(user, cases)}
        open_holds = Hold.objects.filter(case__in=cases, resumed_at=None)
        self.holds = set(open_holds.values_list("case_id", "round_id"))
        asked = Round.objects.filter(parent__in=steps, closed_at=None, kind__in=Round.WAITED_FOR)
        self.waiting = set(asked.values_list("parent", flat=True))
        reminders = Notice.objects.filter(step__in=steps, word=REMINDER)
        self.top: dict[tuple[int, int, int], int] = {}
        for step, user, cycle, rung in reminders.values_list("step_id", "recipient_id", "cycle", "rung"):
            if rung is not None:
                self.top[step or 0, user, cycle] = max(rung, self.top.get((step or 0, user, cycle), rung))
        valid = Participant.objects.filter(policies.valid_on(today), case__in=cases, role="contact_cadre")
        self.cadres = set(valid.values_list("case_id", "user_id"))

    def _sight(self, user: User, cases: set[int]) -> list[int]:
        seen = Case.objects.filter(policies.in_scope(user, self.today), pk__in=cases).values_list("pk", flat=True)
        return list(seen)

    def why_moot(self, notice: Notice, postings: list[Authority]) -> str:
        if not notice.recipient.is_active:
            return "user_disabled"
        if (notice.recipient_id, notice.case_id) not in self.seen:
            return "no_longer_in_sight"
        if notice.step is None or notice.word not in ABOUT_A_STEP:
            return ""
        return self._about_step(notice, postings)

    def _about_step(self, notice: Notice, postings: list[Authority]) -> str:
        step = notice.step
        assert step is not None
        if step.state != "open" or step.round.closed_at is not None:
            return "step_closed"
        if notice.word == REMINDER and notice.cycle != step.due_version:
            return "due_moved"
        top = self.top.get((step.pk, notice.recipient_id, notice.cycle))
        if notice.word == REMINDER and notice.rung is not None and top is not None and notice.rung < top:
            return "higher_rung"
        held = {(notice.case_id, None), (notice.case_id, step.round_id)} & self.holds
        doing = notice.audience in rungs.DOERS or (notice.word == REMINDER and notice.recipient_id == step.holder_id)
        if held and doing:
            return "on_hold"
        if notice.word == REMINDER and step.pk in self.waiting and doing:
            return "waits_for_another"
        return "" if self._still_theirs(notice, postings) else "no_longer_theirs"

    def _still_theirs(self, notice: Notice, postings: list[Authority]) -> bool:
        step = notice.step
        assert step is not None
        covering = [a for a in postings if a.covers(step.role, step.unit.code)]
        superior = step.supervisor_role if notice.audience == rungs.SUPERVISOR else rungs.POSTS.get(notice.audience)
        if superior:
            return any(a.covers(superior, step.unit.code) for a in postings)
        if notice.audience == "contact_cadre":
            names = {notice.recipient_id} | {a.lender.pk for a in postings if a.lender and a.role == "contact_cadre"}
            return any((notice.case_id, name) in self.cadres for name in names)
        return bool(covering) and (step.holder is None or self._joined(notice.recipient, step, covering))

    def _joined(self, user: User, step: Step, covering: list[Authority]) -> bool:
        """The claimant, who acts for them, whom they act for; everyone again once the claimant's posting has ended."""
        holder = step.holder
        assert holder is not None
        if holder.pk == user.pk or holder.pk in {a.lender.pk for a in covering if a.lender}:
            return True
        if holder.pk not in self.claims:
            self.claims[holder.pk] = policies.postings_of(holder, self.today)
        theirs = [a for a in self.claims[holder.pk] if a.covers(step.role, step.unit.code)]
        return not theirs or user.pk in {a.lender.pk for a in theirs if a.lender}
