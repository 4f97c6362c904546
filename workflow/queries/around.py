"""Around a case: who urged whom and when, to whom it was copied and who has read it; and the copies sent to me."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q

from workflow import candidates, policies, reach
from workflow.candidates import Candidate
from workflow.models import Case, Copy, Round, Step, User
from workflow.policies import Authority
from workflow.queries import chasing, words
from workflow.queries.chasing import Chase
from workflow.queries.exclusions import Ledger
from workflow.queries.glance import Glance
from workflow.queries.queue import CAP
from workflow.rules import copying, leading
from workflow.rules.numbers import number

PAGE = 25


@dataclass(frozen=True)
class CopyRow:
    """One copy: to whom, by whom, read when."""

    to: str
    by: str
    at: datetime
    note: str
    read_at: datetime | None


@dataclass(frozen=True)
class Mark:
    """What stays visible on a case: a group passed by override, a step for which an earlier decision counted."""

    kind: str  # override | carried
    name: str
    by: str
    on_behalf_of: str
    at: datetime | None
    reason: str


@dataclass(frozen=True)
class Around:
    """What the case page shows beside the steps themselves."""

    chases: dict[int, Chase]
    copies: list[CopyRow]
    my_copy: Copy | None  # mine, whether read or not
    can_copy: bool
    colleagues: list[Candidate]  # to whom it can be copied still
    marks: list[Mark]
    overridable: list[tuple[str, str]]  # (group key, name) that this reader may pass by override


def around(found: Glance) -> Around:
    """Read what the glance at a case does not hold already; for the person who glances."""
    user, case, authorities = found.actor, found.case, found.authorities
    assert user is not None
    steps = [step for step in found.steps if step.state == "open"]
    copies = list(Copy.objects.filter(case_id=case.pk).select_related("user", "by").order_by("id"))
    managing = reach.managing(authorities, case, steps) is not None
    can_copy = not case.is_final and copying.may_copy(drafted=user.pk == case.drafter_id, managing=managing)
    have = {copy.user_id for copy in copies}
    near = candidates.colleagues(user, authorities, found.today, candidates.COPIED) if can_copy else []
    return Around(
        chases=_chases(found, user, steps),
        copies=[CopyRow(str(c.user), str(c.by), c.at, c.note, c.read_at) for c in copies],
        my_copy=next((copy for copy in copies if copy.user_id == user.pk), None),
        can_copy=can_copy,
        colleagues=[one for one in near if one.user.pk not in have],
        marks=marks(found),
        overridable=_overridable(found, steps) if found.hold is None else [],
    )


def _chases(found: Glance, user: User, steps: list[Step]) -> dict[int, Chase]:
    """By step id: may this person urge it today, and who urged it last."""
    last, held = chasing.last(steps), found.hold is not None
    return {
        step.pk: chasing.of(user, found.authorities, found.case, step, last.get(step.pk), found.today, held=held)
        for step in steps
    }


def marks(found: Glance) -> list[Mark]:
    """Every mark of a case, oldest first."""
    return _overrides(found) + _carried(found)


def _overrides(found: Glance) -> list[Mark]:
    passed = [one.pk for one in found.rounds if one.override_by_id]
    if not passed:
        return []
    named = Round.objects.filter(pk__in=passed).select_related("override_by", "override_for").order_by("id")
    places = found.route.places
    return [
        Mark(
            kind="override",
            name=words.name(places[r.group].group.names) if r.group in places else r.group,
            by=str(r.override_by),
            on_behalf_of=str(r.override_for or ""),
            at=r.closed_at,
            reason=r.reason,
        )
        for r in named
    ]


def _carried(found: Glance) -> list[Mark]:
    made = []
    for step in found.steps:
        if step.carried_from_id is not None:
            decision, plans = found.decisions[step.carried_from_id], found.route.plans
            name = words.name(plans[step.plan][1].names) if step.plan in plans else step.plan
            made.append(Mark("carried", name, str(decision.actor), "", decision.at, ""))
    return made


def may_override(user: User, today: date, case: Case) -> bool:
    """Whether this person is the chair over the case's home unit, in their own name or for another."""
    return bool(_chairs(policies.postings_of(user, today), case))


def _chairs(mine: Iterable[Authority], case: Case) -> list[Authority]:
    chairs = [a for a in mine if leading.chairs(a, case.home_unit.code)]
    return sorted(chairs, key=lambda a: a.lender is not None)


def _overridable(found: Glance, steps: list[Step]) -> list[tuple[str, str]]:
    """Live groups past drafting that the chair may pass; what four eyes bars them from is not offered."""
    chairs = _chairs(found.authorities, found.case)
    if not chairs:
        return []
    places, book = found.route.places, Ledger(found.route, found.acts(), found.case.authors, found.cadres)
    groups = dict.fromkeys(s.round.group for s in steps if s.round.stage != "draft" and s.round.group in places)
    barred = {s.round.group for s in steps if s.plan in found.route.plans and book.excludes(s, chairs[0].persons)}
    return [(group, words.name(places[group].group.names)) for group in groups if group not in barred]


# --- copied to me ----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class CopiedPage:
    """A page of the cases copied to me, unread first, then newest; `next` continues it (keyset), empty at the end."""

    rows: list[Copy]  # with .case (and its home_unit) and .by read
    next: str


def _copied(user: User, today: date) -> Any:
    seen = Case.objects.filter(policies.in_scope(user, today)).values("pk")
    return Copy.objects.filter(user=user, case__in=seen)


def copied_to(user: User, today: date, *, after: str = "", search: str = "", limit: int = PAGE) -> CopiedPage:
    """The tab 抄送我. `after` is the cursor of the page before: u or r (unread, read), a dash, the row's id."""
    found = _copied(user, today)
    if search:
        named = Q(case__title__icontains=search) | Q(case__reference__icontains=search)
        found = found.filter(named | Q(case__home_unit__name__icontains=search))
    found = found.select_related("case__home_unit", "by").order_by("-id")
    kind, _dash, raw = after.partition("-")
    last = number(raw)
    rows: list[Copy] = []
    if kind != "r":
        unread = found.filter(read_at=None)
        rows = list((unread.filter(pk__lt=last) if last else unread)[: limit + 1])
    if len(rows) <= limit:
        read = found.exclude(read_at=None)
        older = read.filter(pk__lt=last) if last and kind == "r" else read
        rows += list(older[: limit + 1 - len(rows)])
    shown = rows[:limit]
    following = f"{'r' if shown[-1].read_at else 'u'}-{shown[-1].pk}" if len(rows) > limit else ""
    return CopiedPage(shown, following)


def copied_counts(user: User, today: date) -> dict[str, int]:
    """{"all", "unread"}: numbers on the tab, counted to 1,000 at most."""
    window = _copied(user, today).values("pk", "read_at")[:CAP]
    found = Copy.objects.filter(pk__in=[row["pk"] for row in window]).aggregate(
        all=Count("pk"), unread=Count("pk", filter=Q(read_at=None))
    )
    return {"all": found["all"], "unread": found["unread"]}
