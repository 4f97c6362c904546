"""What the voice still owes: take a batch (SKIP LOCKED), and ask again whether a word is still worth saying."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import F, Q, QuerySet

from workflow import clock, policies
from workflow.models import Case, Hold, Notice, Participant, User
from workflow.policies import Authority
from workflow.rules.words import REMINDER

ABOUT_A_STEP = (REMINDER, "step_opened", "reassigned", "nudged")


def take(now: datetime, limit: int) -> list[Notice]:
    """Lock up to `limit` owed notices, oldest first; another relay takes others. Call inside a transaction."""
    owed = Notice.objects.filter(relayed_at=None, superseded_at=None, not_before__lte=now)
    rows = owed.select_related("case", "step__round", "step__unit", "recipient").order_by("not_before", "id")
    return list(rows.select_for_update(of=("self",), skip_locked=True, no_key=True)[:limit])


def settle(notices: Iterable[Notice], now: datetime, moot: dict[int, str]) -> None:
    """Mark taken notices: relayed, or superseded with the reason."""
    ids = [notice.pk for notice in notices]
    for why in set(moot.values()):
        mine = [pk for pk in ids if moot.get(pk) == why]
        Notice.objects.filter(pk__in=mine).update(superseded_at=now, superseded_why=why, relayed_at=None)
    Notice.objects.filter(pk__in=[pk for pk in ids if pk not in moot]).update(relayed_at=now)


def live(notices: QuerySet[Notice]) -> QuerySet[Notice]:
    """Notices that still hold: not superseded, and one about a step only while that step, and its cycle, is open.

    Asked at read time, so a decided step leaves every inbox at once even with no worker running (D3, P11).
    """
    open_step = Q(step__state="open", step__round__closed_at=None)
    reminder = Q(word=REMINDER, cycle=F("step__due_version")) & open_step
    task = Q(word__in=[word for word in ABOUT_A_STEP if word != REMINDER]) & open_step
    return notices.filter(reminder | task | ~Q(word__in=ABOUT_A_STEP), superseded_at=None)


def moot(notices: list[Notice], now: datetime) -> dict[int, str]:
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
        self.seen = {(user.pk, case) for user in {n.recipient for n in notices} for case in self._sight(user, cases)}
        open_holds = Hold.objects.filter(case__in=cases, resumed_at=None)
        self.holds = set(open_holds.values_list("case_id", "round_id"))
        reminders = Notice.objects.filter(step__in=steps, word=REMINDER)
        self.top: dict[tuple[int, int, int], int] = {}
        for step, user, cycle, rung in reminders.values_list("step_id", "recipient_id", "cycle", "rung"):
            self.top[step, user, cycle] = max(rung, self.top.get((step, user, cycle), rung))
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
        if held and notice.audience != "supervisor":
            return "on_hold"
        return "" if self._still_theirs(notice, postings) else "no_longer_theirs"

    def _still_theirs(self, notice: Notice, postings: list[Authority]) -> bool:
        step = notice.step
        assert step is not None
        covering = [a for a in postings if a.covers(step.role, step.unit.code)]
        if notice.audience == "supervisor":
            return any(a.covers(step.supervisor_role, step.unit.code) for a in postings)
        if notice.audience == "contact_cadre":
            names = {notice.recipient_id} | {a.lender.pk for a in postings if a.lender and a.role == "contact_cadre"}
            return any((notice.case_id, name) in self.cadres for name in names)
        return bool(covering) and (step.holder_id is None or self._holds(notice.recipient, step.holder, covering))

    def _holds(self, user: User, holder: User | None, covering: list[Authority]) -> bool:
        """The claimant, or somebody whose name stands beside theirs through a substitution, or the claim has lapsed."""
        if holder is None or holder.pk == user.pk:
            return True
        return holder.pk in {a.lender.pk for a in covering if a.lender} or self._acts_for(holder, covering)

    def _acts_for(self, holder: User, covering: list[Authority]) -> bool:
        theirs = policies.postings_of(holder, self.today)
        mine = {a.posting_id for a in covering if a.lender is None}
        still = [a for a in theirs if any(a.covers(b.role, b.unit.code) for b in covering)]
        return not still or any(a.lender and a.posting_id in mine for a in theirs)
