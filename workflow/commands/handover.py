"""A leaver's desk (离职转办): every open step that only they can act on goes to another person, one line per step."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from workflow import audit, candidates, clock, errors, policies, reach
from workflow.commands import staffing
from workflow.commands.change import change, retried
from workflow.commands.work import Work, case_of
from workflow.models import Posting, Step, Unit, User
from workflow.rules import handover


@dataclass(frozen=True)
class Moved:
    """What became of one step or post of the desk."""

    step_id: int | None
    reference: str
    done: bool
    message: str


def hand_over(
    leaver: User,
    to: User,
    *,
    actor: User,
    with_posts: bool = False,
    key: str | None = None,
    now: datetime | None = None,
) -> list[Moved]:
    """Move everything that waits for this person alone to another, each step in a transaction of its own.

    The security administrator of their units may; a leader over all of them may too, but gives no posts.
    `with_posts`: the successor gets the leaver's posts first, and the leaver's end afterwards. Nobody gets a step they
    are excluded from by four eyes, and a post is never invented: such lines say why, and the step stays.
    """
    moment = now or clock.now()
    today = clock.date_of(moment)
    by_office = ensure_may_hand_over(leaver, actor=actor, now=moment)
    another = to.pk != leaver.pk
    why = handover.why_not(another=another, active=to.is_active, with_posts=with_posts, office=by_office)
    if why == handover.NOT_ANOTHER:
        raise errors.InvalidInput(field=_("To"), expected=_("another person whose account is active"))
    if why:
        raise errors.NotAllowed()
    steps = reach.desk_of(leaver, today)
    posts = posts_for(leaver, to, actor=actor, now=moment) if with_posts else []
    lines = [_give_post(post, why, to, actor, moment) for post, why in posts]
    lines += [_move(step, leaver, to, actor, key, now) for step in steps]
    if handover.posts_end(with_posts=with_posts, done=[line.done for line in lines]):
        lines += [_end_post(post, actor, moment) for post, _why in posts]
    _record(leaver, to, actor, moment, lines)
    return lines


def ensure_may_hand_over(leaver: User, *, actor: User, now: datetime | None = None) -> bool:
    """True for the security administrator of this person's units, False for a leader over all of them; else refused."""
    moment = now or clock.now()
    today = clock.date_of(moment)
    mine = policies.postings_of(actor, today)
    office = any(a.role == policies.Role.SECURITY_ADMIN for a in mine)
    led = [] if office else [reach.leads_unit(mine, code) for code in reach.units_of(leaver, today)]
    way = handover.by_whom(office=office, own=actor.pk == leaver.pk, led=led)
    if way == handover.OFFICE:
        staffing.ensure_person(actor, leaver, moment)
    elif not way:
        raise errors.NotFound()
    return way == handover.OFFICE


def posts_for(leaver: User, to: User, *, actor: User, now: datetime | None = None) -> list[tuple[Posting, str]]:
    """The leaver's posts, each with why the successor may not be given it: the preview's judgement and the command's.

    All are judged before the first is given: which one a newcomer gets first does not decide about the next.
    """
    moment = now or clock.now()
    posts = Posting.objects.filter(policies.valid_on(clock.date_of(moment)), user=leaver).select_related("unit")
    return [(post, _why_not_given(post, to, actor, moment)) for post in posts]


def _why_not_given(post: Posting, to: User, actor: User, moment: datetime) -> str:
    """A newcomer may be given any post; who holds posts already, only one that could be lent to them."""
    today = clock.date_of(moment)
    if _holds(to, post, today):
        return ""
    try:
        if Posting.objects.filter(policies.valid_on(today), user=to).exists():
            candidates.ensure_may_stand_in(to, post, today)
        staffing.ensure_may_post(to, post.role, post.unit, actor=actor, start=today, now=moment)
    except errors.Refusal as refusal:
        return refusal.message
    return ""


def _holds(to: User, post: Posting, today: date) -> bool:
    return Posting.objects.filter(policies.valid_on(today), user=to, role=post.role, unit=post.unit).exists()


def _give_post(post: Posting, why: str, to: User, actor: User, moment: datetime) -> Moved:
    where = f"{post.unit.name} · {post.get_role_display()}"
    try:
        if not why and not _holds(to, post, clock.date_of(moment)):
            staffing.post(to, post.role, post.unit, actor=actor, now=moment)
    except errors.Refusal as refusal:
        why = refusal.message
    if why:
        return Moved(None, "", False, f"{where}: {why}")
    return Moved(None, "", True, _("%(where)s: the successor holds this post.") % {"where": where})


def _end_post(post: Posting, actor: User, moment: datetime) -> Moved:
    where = f"{post.unit.name} · {post.get_role_display()}"
    try:
        staffing.end_post(post, actor=actor, now=moment)
    except errors.Refusal as refusal:
        return Moved(None, "", False, f"{where}: {refusal.message}")
    return Moved(None, "", True, _("%(where)s: the leaver's post has ended.") % {"where": where})


def _move(step: Step, leaver: User, to: User, actor: User, key: str | None, now: datetime | None) -> Moved:
    reference = step.case.reference
    try:
        move(step.pk, leaver=leaver, to=to, actor=actor, key=f"{key}:{step.pk}" if key else None, now=now)
    except errors.Refusal as refusal:
        return Moved(step.pk, reference, False, refusal.message)
    return Moved(step.pk, reference, True, _("Handed over to %(who)s.") % {"who": to})


@retried
def move(
    step_id: int, *, leaver: User, to: User, actor: User, key: str | None = None, now: datetime | None = None
) -> dict[str, Any]:
    """One step of the desk: under the case's lock, so that a decision made meanwhile wins and is told."""
    body = [step_id, leaver.pk, to.pk]
    with change(case_of(step_id), actor=actor, verb="hand_over", key=key, body=body, now=now, sighted=False) as work:
        if not work.replayed:
            step = work.step(step_id)
            is_open = step.state == "open"
            if not handover.is_still_there(is_open=is_open, holder=step.holder_id, leaver=leaver.pk):
                raise errors.NoLongerOpen(why=_("somebody else acted on it meanwhile"))
            give(work, step, to)
            event = work.event("step.handed_over", step=step.pk, plan=step.plan, leaver=leaver.pk, to=to.pk)
            work.tell("reassigned", [to], event, step, audience="holder")
            work.outcome = {"step": step_id, "holder": to.pk}
    return work.outcome


def give(work: Work, step: Step, to: User) -> None:
    """Make this person the holder: they need an own post that covers the step, and nothing may exclude them from it."""
    own = [a for a in policies.postings_of(to, work.today) if a.lender is None]
    covered = policies.authority_for(own, step) is not None
    why = handover.why_not_given(covered=covered, barred=lambda: candidates.why_not_given(work, step, to.pk))
    if why == handover.NO_POST:
        raise errors.NoPosting(who=str(to), role=policies.Role(step.role).label, unit=step.unit.name)
    if why:
        raise errors.NoSuchCandidate(who=str(to), why=candidates.WHY[why])
    step.holder, step.claimed_at = to, work.now
    work.touch(step)


def _record(leaver: User, to: User, actor: User, moment: datetime, lines: list[Moved]) -> None:
    """The unit's own chain says that a desk changed hands, and how much of it."""
    done = sum(line.done for line in lines if line.step_id)
    facts = {"leaver": leaver.pk, "to": to.pk, "moved": done, "left": sum(not line.done for line in lines)}
    posts = Posting.objects.filter(user=leaver).order_by("-valid_from", "-pk")
    unit = Unit.objects.filter(pk__in=posts.values("unit_id")[:1]).first()
    with transaction.atomic():  # the steps were moved one by one: here none is open (seen as a 500 in the journey)
        audit.append_to_stream(f"unit:{unit.pk}" if unit else "system", "desk.handed_over", moment, actor.pk, facts)
