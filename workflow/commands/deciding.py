"""Taking down a decision: who may, what it needs, the row, and a return. Shared by every verb that decides."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from workflow import audit, errors, policies, readiness, rights, seats
from workflow.commands import advance, rounds
from workflow.commands.work import Work
from workflow.models import Decision, Round, Step
from workflow.rules.codes import ASPECT_NAMES, REASON_CODES
from workflow.rules.effects import APPROVE, REFUSE, RESUMES, RETURN, VERDICTS
from workflow.rules.route import Place


def ensure_may_decide(work: Work, step: Step) -> policies.Authority:
    """Raise the first reason why this actor may not decide this step now; otherwise act under the covering posting."""
    if refusal := rights.why_not(work, step):
        raise refusal
    return act_on(work, step)


def act_on(work: Work, step: Step) -> policies.Authority:
    """Act under the posting that covers the step (a lent one puts the lender's name beside the actor's)."""
    authority = rights.authority(work, step)
    if authority is None:
        raise errors.NotYours(role=policies.Role(step.role).label, unit=step.unit.name)
    work.as_authority(authority)
    return authority


def check_verdict(
    work: Work,
    step: Step,
    verdict: str,
    seen: Mapping[str, str] | None,
    comment: str,
    document_no: str,
    to: str,
    resume: str,
    reason_code: str,
) -> None:
    """Refuse what is incomplete: an approval of something else than was seen, a return without a reason or a point."""
    if verdict not in VERDICTS:
        raise errors.InvalidInput(field=_("Decision"), expected=", ".join(VERDICTS))
    errors.ensure_fits(_("Document number"), document_no.strip(), Decision._meta.get_field("document_no"))
    if step.round.kind == Round.OPINION:
        raise errors.OpinionAsked()
    if verdict == APPROVE:
        check_approval(work, step, seen, document_no)
        return
    if not comment.strip():
        raise errors.CommentRequired(at="comment")
    if reason_code not in REASON_CODES and (reason_code or verdict == RETURN):
        raise errors.InvalidInput(field=_("Reason"), expected=_("choose one of the list"), at="reason_code")
    if verdict == RETURN:
        point(work, step, to)
        if resume not in RESUMES:
            raise errors.InvalidInput(field=_("How it resumes"), expected=", ".join(RESUMES))


def check_approval(work: Work, step: Step, seen: Mapping[str, str] | None, document_no: str) -> None:
    """Approve what you saw (promise P8), with nothing missing, and with its document number where one is due."""
    plan = work.plan(step)
    changed = [a for a in plan.aspects if seen is not None and seen.get(a) != work.case.hashes.get(a)]
    if changed:
        before = {aspect: (seen or {}).get(aspect, "") for aspect in changed}
        raise errors.Stale(
            changed=", ".join(str(ASPECT_NAMES[a]) for a in changed),
            aspects=changed,
            changes=work.case.changed_since(before),
        )
    missing = readiness.missing_for(work, step)
    if missing:
        raise errors.Unmet(missing="; ".join(missing), items=missing)
    if readiness.number_due(step, plan) and not document_no.strip():
        raise errors.DocumentRequired()


def point(work: Work, step: Step, to: str) -> Place:
    """The point a return names: a group's key, or `previous`, or `drafter`; refused when it cannot be gone back to."""
    found = rights.return_point(work, step.round, to)
    if found is None:
        raise errors.NoSuchPoint()
    return found


def record(work: Work, step: Step, verdict: str, comment: str, document_no: str, reason_code: str = "") -> Decision:
    """The step's end, its Decision row with what was approved, and the event that repeats the row's hash.

    A refusal keeps its coded reason on the step: it may be one of several, and only the last ends the round.
    """
    {APPROVE: step.approve, RETURN: step.give_back, REFUSE: step.refuse}[verdict]()
    step.closed_at, work.deciding = work.now, step
    if verdict == REFUSE:
        step.close_reason = reason_code
    work.touch(step)
    decision = Decision(
        step=step,
        case_id=work.case.pk,
        actor=work.actor,
        on_behalf_of=work.on_behalf_of,
        verdict=verdict,
        comment=comment.strip(),
        document_no=document_no.strip(),
        at=work.now,
        seen={aspect: work.case.hashes.get(aspect, "") for aspect in work.plan(step).aspects},
    )
    decision.digest = audit.decision_digest(decision)
    work.decisions[step.pk] = decision
    work.new_decisions.append(decision)
    coded = {"reason": reason_code} if reason_code and verdict != APPROVE else {}
    work.event("step.decided", **rounds.at(step), verdict=verdict, decision=decision.digest, **coded)
    return decision


def give_back(work: Work, step: Step, to: str, resume: str, reason_code: str, comment: str) -> None:
    """Close the group's round with the reason and go back to the point; an added signer returns for the whole group."""
    target = point(work, step, to)
    live = seats.root(work, step.round)
    if live is not step.round:
        rounds.close_round(work, step.round, "returned")
    live.reason_code, live.reason = reason_code, comment.strip()
    advance.send_back(work, live, target, resume)
