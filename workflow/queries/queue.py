"""My queue: what waits for me, what I did, what I started. Each list is defined once, here."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery

from workflow import clock, policies
from workflow.models import Case, Copy, Decision, Step, User
from workflow.policies import Authority
from workflow.queries import filters, head, paging, rows
from workflow.queries.filters import CAP, LIGHTS, Asked
from workflow.queries.head import Counted, Own
from workflow.queries.loaded import Around
from workflow.queries.rows import QueueRow

K = TypeVar("K")
TABS = filters.TABS
OWN = ("mine", "claimable")  # lists of what a reader may do themselves
CHASED = ("started", "section")  # lists of what waits for others
BLIND = policies.NO_SIGHT | policies.BY_PARTICIPATION  # posts that cover steps whose cases they do not see
FEW_UNITS = 200  # units that a statement names one by one


@dataclass(frozen=True)
class QueuePage:
    """A page of the queue; `after` and `before` continue it (keyset), empty at the ends."""

    rows: list[QueueRow]
    after: str
    before: str
    lights: dict[str, int]
    asked: Asked

    @property
    def tab(self) -> str:
        """Which list this is."""
        return self.asked.tab


def open_steps(user: User, authorities: Iterable[Authority], tab: str) -> QuerySet[Step]:
    """Open steps that wait for this user: claimed by them, or unclaimed and covered by one of their postings."""
    lenders = [a.lender.pk for a in authorities if a.lender]
    covered = _covered(user, list(authorities))
    free = Q(holder=None) & covered
    if tab == "claimable":
        return Step.objects.filter(free, state="open")
    return Step.objects.filter(free | Q(holder=user) | (Q(holder__in=lenders) & covered), state="open")


def _covered(user: User, authorities: list[Authority]) -> Q:
    """policies.step_filter with its units named by their ids."""
    units = _units(user, authorities)
    if units is None:
        return policies.step_filter(authorities)
    roles: dict[tuple[int, ...], set[str]] = {}
    for one in authorities:
        within = tuple(pk for pk, code in units if code.startswith(one.division))
        roles.setdefault(within, set()).add(one.role)
    parts = (Q(role__in=sorted(found), unit__in=within) for within, found in roles.items())
    return reduce(or_, parts, Q(pk__in=[]))


def _units(user: User, authorities: list[Authority]) -> list[tuple[int, str]] | None:
    """(id, code) of every unit in these divisions; None where they are too many to name.

    Named units let the planner know how many steps they have, and the index step_open_mine (unit, role, due, ...)
    answer: joined by code it read the whole table of steps for each count.
    """
    kept: dict[Any, Any] = getattr(user, "postings_once", {})
    divisions = tuple(sorted({one.division for one in authorities}))
    if divisions not in kept:
        kept[divisions] = head.units(divisions, FEW_UNITS + 1)
    return kept[divisions] if len(kept[divisions]) <= FEW_UNITS else None


def decided_steps(user: User) -> QuerySet[Step]:
    """Steps this user decided, for themselves or for another."""
    mine = Decision.objects.filter(Q(actor=user) | Q(on_behalf_of=user), step=OuterRef("pk"))
    return Step.objects.filter(Exists(mine))


def started_steps(user: User) -> QuerySet[Step]:
    """The most urgent open step of each case this user drafted: where is mine stuck?"""
    gone_on = Step.objects.filter(state="open").exclude(role="clerk", case__state="draft")
    first = gone_on.filter(case=OuterRef("case")).order_by("due", F("backward").asc(nulls_last=True), "pk")
    return gone_on.filter(case__drafter=user, pk=Subquery(first.values("pk")[:1]))


def copied_steps(user: User) -> QuerySet[Step]:
    """Open steps of the cases this user got a copy of."""
    mine = Copy.objects.filter(user=user).values("case_id")
    return Step.objects.filter(case__in=mine, state="open")


def section_steps(user: User, authorities: list[Authority]) -> QuerySet[Step]:
    """Every open step of the divisions in which this user holds a post, whoever has it (本科室全部); nothing below."""
    seeing = [one for one in authorities if one.role not in BLIND]
    divisions, units = sorted({one.division for one in seeing}), _units(user, seeing)
    if not divisions:
        return Step.objects.none()
    here = [pk for pk, code in units or () if code.split(".")[0] in divisions]
    return Step.objects.filter(policies.division_in(divisions) if units is None else Q(unit__in=here), state="open")


def steps_of(user: User, authorities: list[Authority], tab: str) -> QuerySet[Step]:
    """The list behind a tab."""
    if tab == "done":
        return decided_steps(user)
    if tab == "started":
        return started_steps(user)
    if tab == "copied":
        return copied_steps(user)
    if tab == "section":
        return section_steps(user, authorities)
    return open_steps(user, authorities, tab)


def counts(user: User, authorities: list[Authority], today: date) -> dict[str, int]:
    """Count per tab, capped at 1,000 so that no count walks a whole queue."""
    if counted := _counted(user, authorities, today):
        return counted.tabs()
    free, *held = _own_parts(user, authorities)
    others = {tab: steps_of(user, authorities, tab) for tab in ("started", "copied", "section")}
    found = _capped(user, {"claimable": free, **others} | {f"held {n}": part for n, part in enumerate(held)})
    parts = [found.pop(f"held {n}") for n in range(len(held))]
    return {"mine": min(CAP, found["claimable"] + sum(parts)), **found}


def _own_parts(user: User, authorities: list[Authority]) -> list[QuerySet[Step]]:
    """open_steps in parts that exclude each other, each a range of an index: free, held by me, held by my lenders."""
    covered, opened = _covered(user, list(authorities)), Step.objects.filter(state="open")
    lenders = {a.lender.pk for a in authorities if a.lender} - {user.pk}
    lent = [opened.filter(covered, holder__in=lenders)] if lenders else []
    return [opened.filter(covered, holder=None), opened.filter(holder=user), *lent]


def _capped(user: User, lists: dict[K, QuerySet[Step]]) -> dict[K, int]:
    """How many each list has, up to CAP, all in one statement."""
    # the cast is for lists that cannot hold anything: Django writes NULL for them
    size = "CARDINALITY(%(expressions)s::bigint[])"
    sizes = [
        Func(ArraySubquery(steps.order_by().values("pk")[:CAP]), template=size, output_field=IntegerField())
        for steps in lists.values()
    ]
    found = User.objects.filter(pk=user.pk).values_list(*sizes).get()
    return {name: count or 0 for name, count in zip(lists, found, strict=True)}


def listed(user: User, authorities: list[Authority], asked: Asked, today: date) -> QuerySet[Step]:
    """Everything the tab and the filters leave, in scope; in no order yet."""
    seen = Case.objects.filter(policies.scope_of(user, authorities, today))
    mine = steps_of(user, authorities, asked.tab).filter(case__in=seen)
    return filters.narrow(mine, asked, today)


def own(user: User, authorities: list[Authority]) -> Own | None:
    """Whose steps the prepared statements read; None where units are too many to name."""
    units = _units(user, authorities)
    if units is None:
        return None
    posts = sorted({(pk, one.role) for one in authorities for pk, code in units if code.startswith(one.division)})
    here = {one.division for one in authorities if one.role not in BLIND}
    return Own(
        units=[unit for unit, _role in posts],
        roles=[role for _unit, role in posts],
        here=[pk for pk, code in units if code.split(".")[0] in here],
        me=user.pk,
        lenders=sorted({a.lender.pk for a in authorities if a.lender} - {user.pk}),
    )


def _counted(user: User, authorities: list[Authority], today: date) -> Counted | None:
    """All counts of one's desk, asked once per request; None where they have to be asked in the general way."""
    kept: dict[Any, Any] = getattr(user, "postings_once", {})
    if ("counted", today) not in kept:
        mine, soon = own(user, authorities), filters.amber_until(today)[0][0]
        kept["counted", today] = mine and head.counted(mine, today, soon)
    counted: Counted | None = kept["counted", today]
    return counted


def _head(
    user: User, authorities: list[Authority], asked: Asked, today: date, limit: int
) -> tuple[paging.Window, Around] | None:
    """The first page of one's own in order of due; None where it has to be asked in the general way: filtered, or by
    posts that cover steps whose cases they do not see."""
    general = asked.tab not in OWN or asked.narrowed or asked.sort != "due" or asked.after or asked.before
    mine = None if general or any(one.role in BLIND for one in authorities) else own(user, authorities)
    if mine is None:
        return None
    found, near = head.first(mine, asked.tab, limit + 1)
    steps = [s for s in found[:limit] if s.holder_id is None or _in_sight(user, authorities, s, today)]
    return paging.Window(steps, "", str(found[limit - 1].pk) if len(found) > limit else ""), near


def _in_sight(user: User, authorities: list[Authority], step: Step, today: date) -> bool:
    """A post sees what it covers; what one was given by name may have gone out of sight since."""
    if policies.authority_for(authorities, step):
        return True
    return policies.sees(user, authorities, step.case, step.case.participants.all(), today)


def page(user: User, asked: Asked | None = None, *, limit: int = 25, now: datetime | None = None) -> QueuePage:
    """One page, ordered by (due, backward, id); what four eyes forbids is still listed, and says why."""
    asked = asked or Asked()
    today = clock.date_of(now) if now else clock.today()
    authorities = policies.postings_of(user, today)
    head_of = _head(user, authorities, asked, today, limit)
    part, near = head_of or (_window(user, authorities, asked, today, limit), None)
    lamps = lights(user, authorities, asked, today)
    made = _lines(part.steps, user, authorities, asked.tab, today, near)
    by_day = asked.sort == "due" and asked.tab != "done"
    return QueuePage(rows.grouped(made) if by_day else made, part.following, part.previous, lamps, asked)


def _window(user: User, authorities: list[Authority], asked: Asked, today: date, limit: int) -> paging.Window:
    """The same for every list, filter and order, through the ORM."""
    return paging.window(
        listed(user, authorities, asked, today).select_related("case__home_unit", "unit", "holder"),
        "done" if asked.tab == "done" else asked.sort,
        sight=Case.objects.filter(policies.scope_of(user, authorities, today)),
        after=asked.after,
        before=asked.before,
        limit=limit,
        today=today,
    )


def listed_rows(user: User, asked: Asked, step_ids: list[int]) -> list[QueueRow]:
    """Of these steps, those that stand in the list, as its rows."""
    today = clock.today()
    authorities = policies.postings_of(user, today)
    found = listed(user, authorities, asked, today).filter(pk__in=step_ids)
    steps = list(found.select_related("case__home_unit", "unit", "holder", "round"))
    return _lines(steps, user, authorities, asked.tab, today) if steps else []


def _lines(
    steps: list[Step], user: User, authorities: list[Authority], tab: str, today: date, near: Around | None = None
) -> list[QueueRow]:
    return rows.rows(steps, user, authorities, today, chased=tab in CHASED, done=tab == "done", near=near)


def asked_again(step_id: int) -> int | None:
    """The open step that took the place of one taken back."""
    old = Step.objects.filter(pk=step_id).values("case_id", "plan")[:1]
    same = Step.objects.filter(case_id=Subquery(old.values("case_id")), plan=Subquery(old.values("plan")), state="open")
    return same.order_by("-pk").values_list("pk", flat=True).first()


def first_ids(user: User, asked: Asked, limit: int) -> list[int]:
    """The steps of the reader's own at the head of a list, by id: what a run works through; what can only be looked at
    comes last."""
    today = clock.today()
    authorities = policies.postings_of(user, today)
    tab = asked.tab if asked.tab in OWN else "mine"
    found = listed(user, authorities, replace(asked, tab=tab), today)
    seen = Case.objects.filter(policies.scope_of(user, authorities, today))
    found = found.select_related("case__home_unit", "unit", "holder")
    part = paging.window(found, asked.sort, sight=seen, after=asked.after, before="", limit=limit, today=today)
    made = rows.rows(part.steps, user, authorities, today)
    return [row.step.pk for row in sorted(made, key=lambda row: row.ready.idle)]


def lights(user: User, authorities: list[Authority], asked: Asked, today: date) -> dict[str, int]:
    """Count under each light of what else was asked, capped; nothing for what is decided already."""
    if asked.tab == "done":
        return {}
    unlit = replace(asked, light="")
    prepared = asked.tab in OWN and not unlit.narrowed and len(filters.amber_until(today)) == 1
    if prepared and (counted := _counted(user, authorities, today)):
        return counted.lights(asked.tab)
    if asked.tab in OWN:  # what a posting covers it also sees: no need to ask once more per step
        steps = filters.narrow(steps_of(user, authorities, asked.tab), unlit, today)
    else:
        steps = listed(user, authorities, unlit, today)
    parts = {
        (light, number): steps.filter(part)
        for light in LIGHTS
        for number, part in enumerate(filters.light_parts(light, today))
    }
    found = _capped(user, parts)
    return {light: min(CAP, sum(n for (name, _number), n in found.items() if name == light)) for light in LIGHTS}


def case_of(user: User, step_id: int) -> tuple[str, str]:
    """Reference and title of the case of a step this reader may see, or nothing (promise P20)."""
    seen = policies.visible_cases(user, clock.today()).filter(steps=step_id)
    return seen.values_list("reference", "title").first() or ("", "")


def reference_of(user: User, step_id: int) -> str:
    """The reference alone."""
    return case_of(user, step_id)[0]
