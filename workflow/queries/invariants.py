"""The hourly check (promise P6): cases that wait for nobody, rules out of reach, facts that drifted. Only reads."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db.models import Exists, OuterRef, Q

from workflow import clock, policies, reach, seats
from workflow.models import FINAL_STATES, Case, Hold, Notice, Round, Step, User, Watch, kinds
from workflow.queries.exclusions import Ledger, ledgers
from workflow.rules import effects
from workflow.rules import invariants as rule
from workflow.rules.invariants import Found

BATCH = 500


@dataclass(frozen=True)
class Reach:
    """Who may be asked for each post: [(person, lender or None)], by (role, unit code)."""

    today: Any
    known: dict[tuple[str, str], list[policies.Authority]] = field(default_factory=dict)

    def of(self, step: Step) -> list[policies.Authority]:
        """The living postings over a step; of a step that somebody holds only theirs."""
        post = (step.role, step.unit.code)
        if post not in self.known:
            self.known[post] = reach.authorities_over(*post, self.today)
        if step.holder_id is None:
            return self.known[post]
        return [a for a in self.known[post] if step.holder_id in (a.user.pk, a.lender.pk if a.lender else None)]


def check(now: datetime, *, derive_after: int = 0, derive_most: int = 2000) -> tuple[list[Found], int]:
    """Everything found, and the id after which the next check derives facts anew (0: it has been round once).

    Deriving reads every row behind a case, so each check takes the next `derive_most` cases; all else is looked at
    for every open case.
    """
    found = [*stepless(), *dead_steps(now), *unreminded(now), *unwatched(), *unaccounted()]
    drifted, following = drift(derive_after, derive_most)
    return [*found, *drifted], following


def stepless() -> Iterator[Found]:
    """An open case always has an open step."""
    step = Step.objects.filter(case=OuterRef("pk"), state="open")
    for pk in Case.objects.exclude(state__in=FINAL_STATES).filter(~Exists(step)).values_list("pk", flat=True):
        yield Found(rule.NO_STEP, pk)


def dead_steps(now: datetime) -> Iterator[Found]:
    """Open steps in ended rounds, without a living holder, or whose holders four eyes excludes, where it matters."""
    posts = Reach(clock.date_of(now))
    for cases in _in_batches():
        for book in ledgers(cases).values():
            for live in book.past.rounds:
                yield from _judge(live, book, posts)


def _in_batches() -> Iterator[list[int]]:
    """Ids of open cases, and of ended ones in which a step was left open."""
    stray = Step.objects.filter(case=OuterRef("pk"), state="open")
    cases = Case.objects.filter(~Q(state__in=FINAL_STATES) | Exists(stray)).order_by("pk").values_list("pk", flat=True)
    last = 0
    while batch := list(cases.filter(pk__gt=last)[:BATCH]):
        last = batch[-1]
        yield batch


def _judge(live: Round, book: Ledger, posts: Reach) -> Iterator[Found]:
    asked = seats.members(book.past, live)
    if live.closed_at is not None:
        strays = [step for step in asked if step.state == "open"]
        yield from (Found(rule.ROUND_CLOSED, live.case_id, step.pk) for step in strays)
        return
    why = {place: _why_dead(step, book, posts) for place, step in enumerate(asked) if step.state == "open"}
    manned = {place for place in range(len(asked)) if not why.get(place)}
    if not effects.out_of_reach(seats.table(book.past, live), manned):
        return
    dead = {asked[place].pk: reason for place, reason in why.items() if reason}
    if len(asked) > 1 or not dead:
        yield Found(rule.RULE_UNREACHABLE, live.case_id, None, {"round": live.pk})
    for pk, reason in dead.items():
        yield Found(reason, live.case_id, pk, {"round": live.pk})


def _why_dead(step: Step, book: Ledger, posts: Reach) -> str:
    living = posts.of(step)
    if not living:
        return rule.NOBODY
    return rule.EXCLUDED if all(book.excludes(step, a.persons) for a in living) else ""


def unreminded(now: datetime) -> Iterator[Found]:
    """A step two days late, neither held nor waiting for another within the last hour, has a reminder in its present
    cycle: else its reminders were not armed."""
    before, sweep_comes = clock.date_of(now) - timedelta(days=2), now - timedelta(hours=1)
    told = Notice.objects.filter(word="reminder", step=OuterRef("pk"), cycle=OuterRef("due_version"))
    held = Hold.objects.filter(Q(resumed_at=None) | Q(resumed_at__gt=sweep_comes), case=OuterRef("case"))
    held = held.filter(Q(round=None) | Q(round=OuterRef("round")))
    waits = Round.objects.filter(Q(closed_at=None) | Q(closed_at__gt=sweep_comes), parent=OuterRef("pk"))
    waits = waits.filter(kind__in=Round.WAITED_FOR)
    late = Step.objects.filter(state="open", due__lt=before, opened_at__lt=now - timedelta(days=2))
    for step in late.filter(~Exists(told), ~Exists(held), ~Exists(waits)).order_by("id")[:BATCH]:
        yield Found(rule.NO_REMINDER, step.case_id, step.pk, {"due": step.due.isoformat()})


def unwatched() -> Iterator[Found]:
    """Every open step has the row by which the sweep finds it; triggers write it, whatever path opens the step."""
    row = Watch.objects.filter(step=OuterRef("pk"))
    for step in Step.objects.filter(~Exists(row), state="open").order_by("id")[:BATCH]:
        yield Found(rule.UNWATCHED, step.case_id, step.pk)


def drift(after: int, most: int) -> tuple[list[Found], int]:
    """Facts and hashes derived anew from the subject's own rows."""
    rows = Case.objects.exclude(state__in=FINAL_STATES).filter(pk__gt=after).order_by("pk")
    window = list(rows.values_list("pk", "kind")[:most])
    found = [one for pk, kind in window if (one := _drifted(pk, kind))]
    return found, window[-1][0] if len(window) == most else 0


def _drifted(pk: int, kind: str) -> Found | None:
    derive = kinds.DERIVERS.get(kind)
    if derive is None:
        return None
    case = apps.get_model(kind).objects.select_related("home_unit", "partner_unit").get(pk=pk)
    facts, hashes = derive(case)
    names = sorted(name for name in set(facts) | set(case.facts) if facts.get(name) != case.facts.get(name))
    aspects = sorted(name for name in set(hashes) | set(case.hashes) if hashes.get(name) != case.hashes.get(name))
    return Found(rule.FACTS_DIFFER, pk, None, {"facts": names, "aspects": aspects}) if names or aspects else None


def unaccounted() -> Iterator[Found]:
    """What the subject itself reports: registered, without a case, and on nobody's list."""
    for report in kinds.UNACCOUNTED:
        ids: Iterable[int] = report()
        if listed := sorted(ids):
            yield Found(rule.UNACCOUNTED, None, None, {"count": len(listed), "ids": listed[:50]})


def people_for(step: Step, now: datetime) -> list[User]:
    """Who could be given this step: an own post over it, and not excluded by four eyes."""
    book = ledgers({step.case_id})[step.case_id]
    own = [a for a in reach.authorities_over(step.role, step.unit.code, clock.date_of(now)) if a.lender is None]
    return [a.user for a in own if a.user.pk != step.added_by_id and not book.excludes(step, a.persons)]
