"""Steps: decide, claim, release. Each verb is one transaction, read from top to bottom."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from workflow import audit, errors, policies
from workflow.commands import advance
from workflow.commands.change import change, retried
from workflow.commands.nudges import nudge
from workflow.commands.work import Work, case_of
from workflow.models import Decision, Step, User
from workflow.rules import four_eyes
from workflow.rules.codes import ASPECT_NAMES, HOLD_CAUSES, REASON_CODES

__all__ = ["claim", "decide", "nudge", "release"]
APPROVE, RETURN, REFUSE = "approve", "return", "refuse"
UNDO = timedelta(seconds=10)  # notices of a decision wait this long outside the inbox


@retried
def decide(
    step_id: int,
    *,
    actor: User,
    verdict: str,
    key: str | None = None,
    seen: Mapping[str, str] | None = None,
    comment: str = "",
    document_no: str = "",
    to: str = "",
    resume: str = "with_me",
    reason_code: str = "",
    now: datetime | None = None,
) -> dict[str, Any]:
    """Approve, return or refuse a step (promises P1, P5, P6, P8). `seen`: {aspect: hash} the official was shown.

    Returns {"decision": step id, "verdict", "state": the case's state afterwards}; the same key gives the same answer.
    """
    body = [step_id, verdict, comment, document_no, to, resume, reason_code]
    case_id = case_of(step_id)
    with change(case_id, actor=actor, verb="decide", key=key, body=body, now=now) as work:
        if not work.replayed:
            step = work.step(step_id)
            ensure_may_decide(work, step)
            _check_verdict(work, step, verdict, seen, comment, document_no, to, reason_code)
            _record(work, step, verdict, comment, document_no, seen)
            if verdict == RETURN:
                _give_back(work, step, to, resume, reason_code, comment)
            work.outcome = {"decision": step_id, "verdict": verdict}
    return work.outcome


def ensure_may_decide(work: Work, step: Step) -> policies.Authority:
    """Raise the first reason why this actor may not decide this step now; otherwise act under the covering posting."""
    assert work.actor is not None
    refusal = still_open(work, step) or claimed(work, step)
    if refusal:
        raise refusal
    authority = policies.authority_for(policies.postings_of(work.actor, work.today), step)
    if authority is None:
        raise errors.NotYours(role=policies.Role(step.role).label, unit=step.unit.name)
    if recusal := recused(work, step, authority):
        raise recusal
    if step.not_before and work.today < step.not_before:
        raise errors.TooEarly(when=step.not_before.isoformat())
    work.as_authority(authority)
    return authority


def still_open(work: Work, step: Step) -> errors.Refusal | None:
    """AlreadyDecided names who and when; a cancelled step says why; a held case says since when."""
    decision = work.decisions.get(step.pk)
    if decision:
        when = timezone.localtime(decision.at)
        words = {APPROVE: _("approved"), RETURN: _("returned"), REFUSE: _("refused")}
        return errors.AlreadyDecided(
            who=str(decision.actor), when=f"{when:%Y-%m-%d %H:%M}", verdict=words[decision.verdict]
        )
    if step.state != "open":
        return errors.NoLongerOpen(why=step.close_reason or step.state)
    if hold := work.hold_on(step):
        return errors.OnHold(since=f"{timezone.localtime(hold.since):%Y-%m-%d}", cause=HOLD_CAUSES[hold.cause])
    return None


def claimed(work: Work, step: Step) -> errors.Refusal | None:
    """Someone else holds this step."""
    if step.holder_id and work.actor and step.holder_id != work.actor.pk:
        lent = policies.postings_of(work.actor, work.today)
        if any(a.lender and a.lender.pk == step.holder_id for a in lent):
            return None
        since = timezone.localtime(step.claimed_at or step.opened_at)
        return errors.ClaimedByAnother(who=str(step.holder), since=f"{since:%Y-%m-%d %H:%M}")
    return None


def recused(work: Work, step: Step, authority: policies.Authority) -> errors.Refusal | None:
    """Four eyes, for actor and on-behalf-of alike."""
    place, plan = work.route.plans[step.plan]
    why = four_eyes.exclusion(authority.persons, place, plan, work.acts(), work.case.authors, work.cadres)
    return errors.Recused(why=errors.RECUSALS[why]) if why else None


def _check_verdict(
    work: Work,
    step: Step,
    verdict: str,
    seen: Mapping[str, str] | None,
    comment: str,
    document_no: str,
    to: str,
    reason_code: str,
) -> None:
    if verdict == APPROVE:
        _check_approval(work, step, seen, document_no)
        return
    if verdict not in (RETURN, REFUSE):
        raise errors.InvalidInput(field="verdict", expected="approve, return, refuse")
    if not comment.strip():
        raise errors.CommentRequired()
    if reason_code and reason_code not in REASON_CODES:
        raise errors.InvalidInput(field="reason_code", expected=", ".join(REASON_CODES))
    if verdict == RETURN and to not in {p.group.key for p in advance.return_points(work, step.round)}:
        raise errors.NoSuchPoint()


def _check_approval(work: Work, step: Step, seen: Mapping[str, str] | None, document_no: str) -> None:
    plan = work.plan(step)
    changed = [a for a in plan.aspects if seen is not None and seen.get(a) != work.case.hashes.get(a)]
    if changed:
        before = {aspect: (seen or {}).get(aspect, "") for aspect in changed}
        raise errors.Stale(
            changed=", ".join(str(ASPECT_NAMES[a]) for a in changed),
            aspects=changed,
            changes=work.case.changed_since(before),
        )
    missing = missing_for(work, step)
    if missing:
        raise errors.Unmet(missing="; ".join(missing), items=missing)
    if plan.attest and not document_no.strip():
        raise errors.DocumentRequired()


def missing_for(work: Work, step: Step) -> list[str]:
    """What is missing before this step can be approved, in plain words."""
    plan = work.plan(step)
    on_file = set(work.case.facts.get("papers", ()))
    papers = [_("Paper: %(name)s") % {"name": work.case.paper_name(p)} for p in plan.papers if p not in on_file]
    return work.case.unmet(list(plan.needs), work.today) + papers


def _record(
    work: Work, step: Step, verdict: str, comment: str, document_no: str, seen: Mapping[str, str] | None
) -> None:
    {APPROVE: step.approve, RETURN: step.give_back, REFUSE: step.refuse}[verdict]()
    step.closed_at = work.now
    work.touch(step)
    aspects = work.plan(step).aspects
    decision = Decision(
        step=step,
        case_id=work.case.pk,
        actor=work.actor,
        on_behalf_of=work.on_behalf_of,
        verdict=verdict,
        comment=comment.strip(),
        document_no=document_no.strip(),
        at=work.now,
        seen={aspect: work.case.hashes.get(aspect, "") for aspect in aspects},
    )
    decision.digest = audit.decision_digest(decision)
    work.decisions[step.pk] = decision
    work.new_decisions.append(decision)
    work.event(
        "step.decided",
        step=step.pk,
        plan=step.plan,
        group=step.round.group,
        number=step.round.number,
        verdict=verdict,
        decision=decision.digest,
    )


def _give_back(work: Work, step: Step, to: str, resume: str, reason_code: str, comment: str) -> None:
    step.round.reason_code, step.round.reason = reason_code, comment.strip()
    advance.send_back(work, step.round, work.route.places[to], "again" if resume == "again" else "with_me")


@retried
def claim(step_id: int, *, actor: User, key: str | None = None, now: datetime | None = None) -> dict[str, Any]:
    """Take a step into one's own hands, so that colleagues of the same role leave it alone."""
    with change(case_of(step_id), actor=actor, verb="claim", key=key, body=step_id, now=now) as work:
        if not work.replayed:
            step = work.step(step_id)
            ensure_may_decide(work, step)
            step.holder, step.claimed_at = actor, work.now
            work.touch(step)
            work.event("step.claimed", step=step.pk, plan=step.plan)
            work.outcome = {"step": step_id, "holder": actor.pk}
    return work.outcome


@retried
def release(step_id: int, *, actor: User, key: str | None = None, now: datetime | None = None) -> dict[str, Any]:
    """Put a claimed step back for all who may decide it."""
    with change(case_of(step_id), actor=actor, verb="release", key=key, body=step_id, now=now) as work:
        if not work.replayed:
            step = work.step(step_id)
            if step.state != "open":
                raise errors.NoLongerOpen(why=step.state)
            if step.holder_id != actor.pk:
                raise errors.NotAllowed()
            step.holder, step.claimed_at = None, None
            work.touch(step)
            work.event("step.released", step=step.pk, plan=step.plan)
            work.outcome = {"step": step_id, "holder": None}
    return work.outcome
