"""A person's account transfer (户口迁移): permit, certificate, out and in; or excused; or expired and started again."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django_fsm import TransitionNotAllowed

from agreements import fields as asked
from agreements import labels
from agreements.commands import checks, facts
from agreements.models import AccountTransfer, Member
from agreements.rules import expiry
from workflow import errors
from workflow.commands import dates
from workflow.commands.change import change, retried
from workflow.commands.work import Work
from workflow.models import User

BLANK = {
    "permit_no": "",
    "permit_on": None,
    "certificate_no": "",
    "certificate_on": None,
    "certificate_expires_on": None,
    "moved_out_on": None,
    "moved_in_on": None,
    "booklet_no": "",
    "excuse": "",
    "paper": None,
}


@retried
def record(
    member_id: int,
    *,
    actor: User,
    move: str,
    fields: Mapping[str, Any],
    key: str | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Record one move of one person: permit, move_out, move_in, excuse, fail or retry, each with its paper number."""
    case_id = Member.objects.filter(pk=member_id).values_list("agreement_id", flat=True).first()
    if case_id is None:
        raise errors.NotFound()
    body = [member_id, move, dict(fields)]
    with change(case_id, actor=actor, verb="transfer", key=key, body=body, now=now) as work:
        if not work.replayed:
            facts.act_as(work, "transfers")
            transfer = _transfer(member_id)
            values = _checked(work, transfer, move, fields)
            _move(transfer, move, values)
            transfer.save()
            days = {name: str(value) for name, value in values.items() if name.endswith("_on")}
            facts.refresh(
                work,
                ["transfers"],
                act=f"transfer.{move}",
                member=member_id,
                state=transfer.state,
                **days,
            )
            bind_expiry(work)
            work.outcome = {"member": member_id, "transfer": transfer.state}
    return work.outcome


def _transfer(member_id: int) -> AccountTransfer:
    found = AccountTransfer.objects.filter(member_id=member_id).first()
    if found is None:
        found = AccountTransfer(member_id=member_id)
        found.save()
    return found


def _checked(work: Work, transfer: AccountTransfer, move: str, given: Mapping[str, Any]) -> dict[str, Any]:
    if move not in asked.TRANSFER:
        raise errors.NotFound()
    if move not in asked.TRANSFER_OFFERS.get(transfer.state, ()):
        raise errors.IllegalMove(state=labels.of(labels.TRANSFER_STATES, transfer.state))
    if move == "fail":
        _ensure_expired(transfer, work.today)
    recorded = {"permit_on": transfer.permit_on, "moved_out_on": transfer.moved_out_on}
    return checks.clean(given, asked.TRANSFER[move], work.today, work.case, recorded)


def _ensure_expired(transfer: AccountTransfer, today: date) -> None:
    """A paper fails a transfer by running out and in no other way (domain.md b.2): its date is known."""
    end = transfer.paper_end
    if end is not None and today <= end.last_day:
        paper = labels.of(labels.PAPER_ENDS, end.code)
        raise errors.StillValid(paper=paper, day=end.last_day.isoformat())


def _move(transfer: AccountTransfer, move: str, values: dict[str, Any]) -> None:
    """Write the values and fire the move; starting again clears what expired (the history keeps it)."""
    if move == "retry":
        values = dict(BLANK)
    for name, value in values.items():
        setattr(transfer, name, value)
    if move == "move_out":
        transfer.certificate_expires_on = values["certificate_on"] + timedelta(days=expiry.CERTIFICATE_DAYS)
    fire = {
        "permit": transfer.permit,
        "move_out": transfer.move_out,
        "move_in": transfer.move_in,
        "excuse": transfer.excuse_person,
        "fail": transfer.fail,
        "retry": transfer.retry,
    }[move]
    try:
        fire()
    except TransitionNotAllowed as trouble:
        raise errors.IllegalMove(state=labels.of(labels.TRANSFER_STATES, transfer.state)) from trouble


def bind_expiry(work: Work) -> None:
    """The paper that runs out first makes the transfer step due by then (domain.md b.4); one reminder cycle each."""
    for step in work.steps:
        if step.state != "open":
            continue
        plan = work.plan(step)
        earliest = work.case.expiry_for(plan.needs, plan.duty)
        if step.expiry != earliest:
            step.expiry = earliest
            dates.settle(work, step)
            work.touch(step)
