"""Override (特批): the chair passes the current group with a written reason; the county is told, the mark stays.

It replaces approvals and nothing else: what a plan needs as a fact, waiting times, the lifecycle's guards and four
eyes (for the chair too) hold as ever. The steps it passes over are skipped, so decided steps stay decision rows.
"""

from datetime import datetime
from typing import Any

from workflow import errors, policies
from workflow.commands import advance, askers
from workflow.commands.change import change, retried
from workflow.commands.rounds import close_round
from workflow.commands.work import Work, concerned
from workflow.models import Role, Round, Step, User
from workflow.rules.codes import HOLD_CAUSES
from workflow.rules.route import PASSED

OVERRIDE = "override"
LEAST = 10  # characters of a reason: 同意 is none


@retried
def override(
    case_id: int, *, actor: User, reason: str, group: str = "", key: str | None = None, now: datetime | None = None
) -> dict[str, Any]:
    """Pass the live group (named by key where several are live). Returns {"group", "skipped": [step ids], "state"}.

    Refusals: not the chair over the home unit (NotAllowed); no written reason; drafting or nothing live; on hold; four
    eyes against the chair (Recused); a need or waiting time of a step unmet; the lifecycle cannot go on (LawForbids);
    nobody at the county who could be told (NobodyToTell).
    """
    if len(reason.strip()) < LEAST:
        raise errors.ReasonRequired()
    body = [group, reason]
    with change(case_id, actor=actor, verb=OVERRIDE, key=key, body=body, now=now) as work:
        if not work.replayed:
            _as_chair(work)
            live = _live(work, group)
            waiting = [step for step in live.run if step.state == "open"]
            _ensure_lawful(work, live, waiting)
            county = _county(work)
            skipped = [_skip(work, step) for step in waiting]
            _mark(work, live, reason.strip())
            close_round(work, live, PASSED)
            _tell(work, live, skipped, [*county, *_passed_over(work, waiting)], waiting)
            _go_on(work)
            work.outcome = {"group": live.group, "skipped": skipped}
    return work.outcome


def _as_chair(work: Work) -> None:
    assert work.actor is not None
    chairs = [
        a
        for a in policies.postings_of(work.actor, work.today)
        if a.role == Role.CHAIR and work.case.home_unit.code.startswith(a.division)
    ]
    if not chairs:
        raise errors.NotAllowed()
    work.as_authority(min(chairs, key=lambda a: a.lender is not None))


def _live(work: Work, group: str) -> Round:
    open_now = [r for r in work.rounds if r.closed_at is None and not r.parent_id and r.stage != "draft"]
    found = [r for r in open_now if not group or r.group == group]
    if len(found) != 1:
        raise errors.NothingToOverride()
    if held := work.hold or work.round_holds.get(found[0].pk):
        raise errors.OnHold(since=f"{held.since:%Y-%m-%d}", cause=HOLD_CAUSES[held.cause])
    return found[0]


def _ensure_lawful(work: Work, live: Round, waiting: list[Step]) -> None:
    place = work.route.places[live.group]
    persons = frozenset(p.pk for p in (work.actor, work.on_behalf_of) if p)
    for plan in place.group.plans:
        if live.conditions.get(plan.key) and (why := askers.excluded(work, place, plan, persons)):
            raise errors.Recused(why=errors.RECUSALS[why])
    needs = [need for step in waiting for need in work.plan(step).needs]
    if missing := work.case.unmet(needs, work.today):
        raise errors.Unmet(missing="; ".join(missing), items=missing)
    for step in waiting:
        if step.not_before and work.today < step.not_before:
            raise errors.TooEarly(when=step.not_before.isoformat())


def _skip(work: Work, step: Step) -> int:
    step.skip()
    step.closed_at, step.close_reason = work.now, OVERRIDE
    work.touch(step)
    return int(step.pk)


def _mark(work: Work, live: Round, reason: str) -> None:
    """The mark stays on the round and counts on the case; the hashes say what content was passed on."""
    aspects = work.route.places[live.group].group.aspects
    live.override_by, live.override_for, live.reason = work.actor, work.on_behalf_of, reason
    live.seen = {aspect: work.case.hashes.get(aspect, "") for aspect in sorted(aspects)}
    work.case.overrides += 1
    work.touch(live)


def _county(work: Work) -> list[User]:
    """Who is told at the county. That somebody else there learns of it is part of the act: without them it is none."""
    home = work.case.home_unit
    acting = {person.pk for person in (work.actor, work.on_behalf_of) if person}
    told = [user for user in policies.holders_of(Role.COUNTY_OFFICER, home.code, work.today) if user.pk not in acting]
    if not told:
        raise errors.NobodyToTell(role=Role.COUNTY_OFFICER.label, unit=work.case.unit_for("county") or home)
    return told


def _passed_over(work: Work, waiting: list[Step]) -> list[User]:
    return [user for step in waiting for user in policies.holders_of(step.role, step.unit.code, work.today)]


def _tell(work: Work, live: Round, skipped: list[int], others: list[User], waiting: list[Step]) -> None:
    on_file = set(work.case.facts.get("papers", ()))
    waived = sorted({paper for step in waiting for paper in work.plan(step).papers if paper not in on_file})
    event = work.event("case.overridden", group=live.group, number=live.number, skipped=skipped, papers=waived)
    work.tell("overridden", [*others, *concerned(work)], event)


def _go_on(work: Work) -> None:
    """Settle now, so that a guard that does not hold is a refusal of this override and not a fault of the engine."""
    try:
        advance.settle(work)
    except errors.EngineFault as fault:
        raise errors.LawForbids() from fault
