"""Putting right what the hourly check found, by an operator: each a command on the case with its event."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from workflow import clock, errors, policies, rights
from workflow.commands import askers, findings, handover
from workflow.commands.change import change, retried
from workflow.commands.rounds import close_round
from workflow.commands.work import Work
from workflow.models import Finding, Role, Round, User, kinds

OPERATORS = (Role.SYSTEM_ADMIN, Role.COUNTY_OFFICER)
GIVE, SUPERIOR, AGAIN, FACTS, RETRY = "give", "superior", "again", "facts", "retry"
# what may be done about what
MENDS: dict[str, tuple[str, ...]] = {
    "no_step": (RETRY,),
    "round_closed": (RETRY,),
    "nobody": (GIVE, SUPERIOR, AGAIN),
    "excluded": (GIVE, SUPERIOR, AGAIN),
    "rule_unreachable": (AGAIN,),
    "no_reminder": (),
    "unwatched": (),
    "facts_differ": (FACTS,),
    "engine_fault": (RETRY,),
    "unaccounted": (),
}


@retried
def mend(
    finding_id: int,
    how: str,
    *,
    actor: User,
    to: User | None = None,
    key: str | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Carry out one of the mends of this finding. give: the step to `to`; superior: the step to the superior's holder;
    again: the round closes and opens anew with those who hold the posts now; facts: derived anew; retry: the case
    tries to move on.
    """
    moment = now or clock.now()
    found = Finding.objects.filter(pk=finding_id, gone_at=None).select_related("case__home_unit").first()
    if found is None or found.case is None or not _operates(actor, found, moment):
        raise errors.NotFound()
    if how not in MENDS[found.code]:
        raise errors.InvalidInput(field=_("How to put it right"), expected=", ".join(MENDS[found.code]))
    body = [finding_id, how, to.pk if to else None]
    with change(found.case.pk, actor=actor, verb="mend", key=key, body=body, now=now, sighted=False) as work:
        if not work.replayed:
            _do(work, found, how, to)
            work.event("case.mended", finding=found.code, how=how, step=found.step_id, to=to.pk if to else None)
            work.outcome = {"finding": finding_id, "how": how}
    findings.close(finding_id, moment)
    return work.outcome


def _operates(actor: User, found: Finding, moment: datetime) -> bool:
    assert found.case is not None
    code = found.case.home_unit.code
    mine = policies.postings_of(actor, clock.date_of(moment))
    return any(a.role in OPERATORS and a.lender is None and code.startswith(a.division) for a in mine)


def _do(work: Work, found: Finding, how: str, to: User | None) -> None:
    if how == GIVE:
        _give(work, found, to)
    elif how == SUPERIOR:
        _ask_superior(work, found)
    elif how == AGAIN:
        _open_again(work, found)
    elif how == RETRY and found.step_id is not None:
        _close_stray(work, found.step_id)
    elif how == FACTS:
        work.case.facts, work.case.hashes = kinds.DERIVERS[work.case.kind](work.case)


def _give(work: Work, found: Finding, to: User | None) -> None:
    if to is None or found.step_id is None:
        raise errors.InvalidInput(field=_("To"), expected=_("a person who holds the post"))
    step = work.step(found.step_id)
    if step.state != "open":
        raise rights.over(work, step)
    handover.give(work, step, to)
    event = work.event("step.handed_over", step=step.pk, plan=step.plan, leaver=None, to=to.pk)
    work.tell("reassigned", [to], event, step, audience="holder")


def _ask_superior(work: Work, found: Finding) -> None:
    step = work.step(found.step_id or 0)
    if step.state != "open":
        raise rights.over(work, step)
    place, plan = work.route.plans[step.plan]
    asked = askers.whom(work, place, plan, step.unit.code)
    if not asked.found:
        raise errors.NobodyAnywhere()
    askers.ask(step, plan, asked.role)
    step.role, step.holder, step.claimed_at, step.assigned = asked.role, None, None, False
    work.touch(step)
    event = work.event(
        "step.redirected",
        plan=plan.key,
        group=step.round.group,
        number=step.round.number,
        role=asked.role,
        why=asked.why or "fixed",
    )
    work.tell(
        "step_opened", policies.holders_of(asked.role, step.unit.code, work.today), event, step, audience="holder"
    )


def _open_again(work: Work, found: Finding) -> None:
    wanted = found.detail.get("round")
    live: Round | None = next((r for r in work.rounds if r.pk == wanted and r.closed_at is None), None)
    if live is None:
        raise errors.NoLongerOpen(why=_("its round has ended"))
    close_round(work, live, "cancelled", "mended")


def _close_stray(work: Work, step_id: int) -> None:
    """A step left open in a round that has ended: it is cancelled, the round's outcome stands."""
    step = work.step(step_id)
    if step.state == "open" and step.round.closed_at is not None:
        step.cancel()
        step.closed_at, step.close_reason = work.now, "mended"
        work.touch(step)
