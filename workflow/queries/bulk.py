"""Before several are done at once: how many really can be, how much money that is, and why not the others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from workflow import candidates, errors, policies, readiness, rights
from workflow.models import Case, Nudge, Posting, Step, User
from workflow.queries import aftermath, chasing, glance, words
from workflow.queries.glance import Glance
from workflow.rules.codes import BULK_MOST
from workflow.rules.effects import APPROVE, RESUMES, RETURN

REASSIGN, NUDGE = "reassign", "nudge"
VERBS = (APPROVE, RETURN, REASSIGN, NUDGE)


@dataclass(frozen=True)
class Candidate:
    """One selected step; `why_not` is empty when it can really be done with the others."""

    step_id: int
    reference: str
    title: str
    name: str
    amount: Decimal | None
    why_not: str
    seen: dict[str, str]


@dataclass(frozen=True)
class Taker:
    """Somebody to whom steps may be given, and how many of the selected."""

    user: User
    post: str
    number: int


@dataclass(frozen=True)
class Preview:
    """What the preview says. `amount` in yuan, of those that can be done and whose money is in sight."""

    verb: str
    rows: list[Candidate]
    selected: int
    can: int
    amount: Decimal
    number: str  # what the number is called that at least one asks; empty where none does
    points: list[tuple[str, str]]  # to which all that can be returned may go back
    people: list[Taker]  # to whom they may be given, most first
    returns: list[tuple[str, str, list[str]]]  # (point, resume, what it does to others) for each way back


def preview(user: User, step_ids: Iterable[int], today: date, verb: str = APPROVE) -> Preview:
    """Judge a selection in a fixed number of statements, however many are selected (a few more for each post they wait
    at when they are to be given away); steps out of sight are left out."""
    wanted = sorted(set(step_ids))[:BULK_MOST]
    authorities = policies.postings_of(user, today)
    seen = Case.objects.filter(policies.scope_of(user, authorities, today)).values("pk")
    steps = list(Step.objects.filter(pk__in=wanted, case__in=seen).values_list("pk", "case_id"))
    readings = glance.of_cases(user, {case for _step, case in steps}, authorities, today)
    found = {step.pk: (reading, step) for reading in readings.values() for step in reading.steps}
    urged = chasing.last([found[pk][1] for pk, _case in steps]) if verb == NUDGE else {}
    rows = [_candidate(*found[pk], why=_why_not(*found[pk], verb, urged)) for pk, _case in sorted(steps)]
    able = [row for row in rows if not row.why_not]
    seen_able = [found[row.step_id] for row in able]
    points = _points(seen_able) if verb == RETURN else []
    return Preview(
        verb=verb,
        rows=rows,
        selected=len(rows),
        can=len(able),
        amount=sum((row.amount for row in able if row.amount is not None), Decimal("0.00")),
        number=_number(seen_able) if verb == APPROVE else "",
        points=points,
        people=_takers(seen_able) if verb == REASSIGN else [],
        returns=[(to, resume, _returned(seen_able, to, name, resume)) for to, name in points for resume in RESUMES],
    )


def _number(able: Iterable[tuple[Glance, Step]]) -> str:
    """One number is asked for all of them: under its own name where all ask the same."""
    asked = {number for reading, step in able if (number := readiness.number_name(reading, step))}
    return asked.pop() if len(asked) == 1 else _("Document number") if asked else ""


def _candidate(reading: Glance, step: Step, *, why: str) -> Candidate:
    plan = reading.plan(step)
    case = reading.case
    amount = case.facts.get("amount") if "amounts" in policies.aspects_in_sight(reading.authorities, case) else None
    return Candidate(
        step_id=step.pk,
        reference=case.reference,
        title=case.title,
        name=words.name(plan.names),
        amount=Decimal(str(amount)) if amount is not None else None,
        why_not=why,
        seen={aspect: case.hashes.get(aspect, "") for aspect in plan.aspects},
    )


def _why_not(reading: Glance, step: Step, verb: str, urged: Mapping[int, Nudge]) -> str:
    """The first reason why this cannot be done with the others, in the words of the command's refusal."""
    if verb == REASSIGN:
        return str(rights.why_not_hand_on(reading, step) or "")
    if verb == NUDGE:
        return str(rights.still_open(reading, step) or _why_not_urge(reading, step, urged.get(step.pk)) or "")
    if verb == APPROVE and step.state == "open" and not reading.plan(step).bulk_allowed:
        return str(errors.NotForBulk())
    if why := rights.why_not(reading, step):
        return str(why)
    found = readiness.of(reading, step)
    if not found.decidable:
        return str(errors.OpinionAsked())
    if verb == RETURN:
        return "" if rights.return_points(reading, step.round) else str(errors.NoSuchPoint())
    return "" if found.approvable else _("Missing: %(what)s") % {"what": "; ".join(found.missing)}


def _why_not_urge(reading: Glance, step: Step, before: Nudge | None) -> errors.Refusal | None:
    assert reading.actor is not None
    chase = chasing.of(reading.actor, reading.authorities, reading.case, step, before, reading.today)
    if not chase.may:
        return errors.NotAllowed()
    if before is not None and chase.today:
        return errors.AlreadyNudged(who=chase.by, when=f"{timezone.localtime(before.at):%H:%M}")
    return None


def _points(able: list[tuple[Glance, Step]]) -> list[tuple[str, str]]:
    """Points that every one of them can go back to; `previous` and `drafter` fit each in its own way."""
    general = {rights.PREVIOUS: _("The step before"), rights.DRAFTER: _("The drafter")}
    offered = [
        (to, name)
        for to, name in general.items()
        if able and all(rights.return_point(reading, step.round, to) for reading, step in able)
    ]
    own = [
        {p.group.key: words.name(p.group.names) for p in rights.return_points(reading, step.round)}
        for reading, step in able
    ]
    common = set.intersection(*(set(one) for one in own)) if own else set()
    return offered + [(key, name) for key, name in (own[0].items() if own else ()) if key in common]


def _returned(able: list[tuple[Glance, Step]], to: str, name: str, resume: str) -> list[str]:
    """What returning all of them does to others, in numbers: which they are, each one's own page says."""
    found = [aftermath.of(reading, step, RETURN, to, resume) for reading, step in able]
    ended, void = sum(len(one.cancelled) for one in found), sum(len(one.void) for one in found)
    return [
        _("It goes back to %(group)s.") % {"group": name},
        _("Steps of others that are no longer asked: %(n)s.") % {"n": ended},
        _("Approvals of groups that count no more: %(n)s.") % {"n": void},
    ]


def _takers(able: list[tuple[Glance, Step]]) -> list[Taker]:
    """Who may take how many of them; the postings are read once per post, each step judged by itself."""
    posts: dict[tuple[str, str, str], dict[int, list[Posting]]] = {}
    counted: dict[int, Taker] = {}
    for reading, step in able:
        post = (step.unit.code, step.role, step.supervisor_role)
        if post not in posts:
            posts[post] = candidates.of_post(reading, step)
        for one in candidates.judged(reading, step, candidates.REASSIGN, posts[post]):
            if not one.why:
                known = counted.setdefault(one.user.pk, Taker(one.user, one.post, 0))
                counted[one.user.pk] = replace(known, number=known.number + 1)
    return sorted(counted.values(), key=lambda taker: (-taker.number, taker.user.pk))
