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
from workflow.rules import leading, overriding
from workflow.rules.codes import HOLD_CAUSES
from workflow.rules.route import PASSED

OVERRIDE = "override"


@retried
def override(
    case_id: int, *, actor: User, reason: str, group: str = "", key: str | None = None, now: datetime | None = None
) -> dict[str, Any]:
    """Pass the live group (named by key where several are live). Returns {"group", "skipped": [step ids], "state"}.

    Refusals: not the chair over the home unit (NotAllowed); no written reason; drafting or nothing live; on hold; four
    eyes against the chair (Recused); a need or waiting time of a step unmet; the lifecycle cannot go on (LawForbids);
    nobody at the county who could be told (NobodyToTell).
    """
    if not overriding.is_reason(reason):
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
    home = work.case.home_unit.code
    chairs = [a for a in policies.postings_of(work.actor, work.today) if leading.chairs(a, home)]
    if not chairs:
        raise errors.NotAllowed()
    work.as_authority(min(chairs, key=lambda a: a.lender is not None))


def _live(work: Work, group: str) -> Round:
    known = {one.pk: one for one in work.rounds if one.closed_at is None}
    live = (
        overriding.Live(r.pk, r.group, child=bool(r.parent_id), drafting=r.stage == "draft") for r in known.values()
    )
    found = overriding.one_group(live, group)
    if found is None:
        raise errors.NothingToOverride()
    if held := work.hold or work.round_holds.get(found.key):
        raise errors.OnHold(since=f"{held.since:%Y-%m-%d}", cause=HOLD_CAUSES[held.cause])
    return known[found.key]


def _ensure_lawful(work: Work, live: Round, waiting: list[Step]) -> None:
    place = work.route.places[live.group]
    persons = frozenset(p.pk for p in (work.actor, work.on_behalf_of) if p)
    asked = [plan for plan in place.group.plans if live.conditions.get(plan.key)]
    bar = overriding.why_not(
        excluded=(askers.excluded(work, place, plan, persons) for plan in asked),
        missing=lambda: work.case.unmet([need for step in waiting for need in work.plan(step).needs], work.today),
        waits=[step.not_before for step in waiting],
        today=work.today,
    )
    if bar and bar.code == overriding.RECUSED:
        raise errors.Recused(why=errors.RECUSALS[bar.why])
    if bar and bar.code == overriding.UNMET:
        raise errors.Unmet(missing="; ".join(bar.missing), items=list(bar.missing))
    if bar and bar.until:
        raise errors.TooEarly(when=bar.until.isoformat())


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
    there = {user.pk: user for user in policies.holders_of(Role.COUNTY_OFFICER, home.code, work.today)}
    told = [there[pk] for pk in overriding.witnesses(there, acting)]
    if not told:
        raise errors.NobodyToTell(role=Role.COUNTY_OFFICER.label, unit=work.case.unit_for("county") or home)
    return told


def _passed_over(work: Work, waiting: list[Step]) -> list[User]:
    return [user for step in waiting for user in policies.holders_of(step.role, step.unit.code, work.today)]


def _tell(work: Work, live: Round, skipped: list[int], others: list[User], waiting: list[Step]) -> None:
    asked = [paper for step in waiting for paper in work.plan(step).papers]
    waived = overriding.waived(asked, work.case.facts.get("papers", ()))
    event = work.event("case.overridden", group=live.group, number=live.number, skipped=skipped, papers=waived)
    work.tell("overridden", [*others, *concerned(work)], event)


def _go_on(work: Work) -> None:
    """Settle now, so that a guard that does not hold is a refusal of this override and not a fault of the engine."""
    try:
        advance.settle(work)
    except errors.EngineFault as fault:
        raise errors.LawForbids() from fault
