"""A person's inbox: the notice rows themselves, so the bell needs no worker (promises D3, P10)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Coalesce

from workflow import calendars, clock, outbox, policies, statements
from workflow.models import Case, Hold, Notice, User, WeeklyReport
from workflow.queries import words
from workflow.rules.words import REMINDER, sentence

PAGE = 30
# the voice tells what became of words outside: ids -> {id: [(channel, state, state in words)]}; set at start
OUTSIDE: list[Callable[[list[int]], dict[int, list[tuple[str, str, str]]]]] = []
ALARMS = frozenset({REMINDER, "nudged", "supervised"})  # words about lateness: a step that is new is no alarm
NAMES_ITS_SENDER = frozenset({"nudged", "copied", "reassigned", "overridden"})
BELL_LIMIT = 100  # the bell says 99+ beyond it


@dataclass(frozen=True)
class InboxRow:
    """One word; `text` is translated when shown. light is set for words about the lateness of an open step."""

    id: int
    word: str
    rung: int | None
    text: Any
    reference: str
    title: str
    step_id: int | None
    due: date | None
    light: str
    at: datetime
    unread: bool
    audience: str
    day: date
    outside: list[tuple[str, str, str]]  # (channel, state, state in words)
    by: str = ""  # who urged, copied or handed over; shown inside only, never sent outside


@dataclass(frozen=True)
class InboxPage:
    """A page of the inbox, newest first."""

    rows: list[InboxRow]
    page: int
    has_next: bool
    unread: int
    reports: list[WeeklyReport]  # unread, on the first page


def _mine(user: User, now: datetime) -> QuerySet[Notice]:
    """Live words of a person, about cases in sight; of several reminders of one step only the highest rung."""
    today = clock.date_of(now)
    higher = Notice.objects.filter(
        word=REMINDER,
        recipient=user,
        superseded_at=None,
        not_before__lte=now,
        step=OuterRef("step"),
        cycle=OuterRef("cycle"),
        rung__gt=OuterRef("rung"),
    )
    # asked for each of my words, not once for every case of the county: what is in coalesce() is not made a join
    in_sight = Coalesce(Exists(Case.objects.filter(policies.in_scope(user, today), pk=OuterRef("case"))), Value(False))
    mine = Notice.objects.filter(in_sight, recipient=user, not_before__lte=now)
    return outbox.live(mine).exclude(Exists(higher), word=REMINDER)


def pending(user: User, page: int = 1, *, now: datetime, size: int = PAGE) -> InboxPage:
    """The words that still hold for this person, read and unread, newest first."""
    page = max(1, page)
    held = Hold.objects.filter(case=OuterRef("case"), resumed_at=None)
    notices = _mine(user, now).select_related("case", "step", "event__actor").annotate(held=Exists(held))
    found = list(notices.order_by("-created_at", "-id")[(page - 1) * size : page * size + 1])
    sent = OUTSIDE[0]([notice.pk for notice in found[:size]]) if OUTSIDE else {}
    rows = [_row(notice, now, sent.get(notice.pk, [])) for notice in found[:size]]
    reports = list(_reports(user)) if page == 1 else []
    return InboxPage(rows, page, len(found) > size, unread_count(user, now=now), reports)


# _mine and _reports for the bell, which every page asks (a test holds them together); `asked` as in queries/head.py;
# with its LIMIT the step of each word is asked by id: joined plainly, all steps were read along their primary key
UNREAD = f"""
WITH asked AS MATERIALIZED (
    SELECT %(me)s::bigint AS me, %(now)s::timestamptz AS now, %(today)s::date AS today, %(steps)s::text[] AS steps,
        %(reminder)s::text AS reminder, %(homes)s::text[] AS homes, %(partners)s::text[] AS partners,
        %(named)s::bigint[] AS named
)
SELECT (SELECT count(*) FROM (
    SELECT FROM asked JOIN workflow_notice n ON n.recipient_id = asked.me AND n.read_at IS NULL
        AND n.superseded_at IS NULL AND n.not_before <= asked.now
    LEFT JOIN LATERAL (SELECT o.due_version, o.state = 'open' AND r.closed_at IS NULL AS asked_still
        FROM workflow_step o JOIN workflow_round r ON r.id = o.round_id WHERE o.id = n.step_id LIMIT 1) s ON true
    WHERE (n.word <> ALL (asked.steps) OR s.asked_still
            AND (n.word <> asked.reminder OR n.cycle = s.due_version))
        AND (n.word <> asked.reminder OR NOT EXISTS (
            SELECT FROM workflow_notice higher WHERE higher.step_id = n.step_id AND higher.cycle = n.cycle
                AND higher.recipient_id = asked.me AND higher.word = asked.reminder AND higher.rung > n.rung
                AND higher.superseded_at IS NULL AND higher.not_before <= asked.now))
        AND {policies.SIGHT.format(case="n.case_id")}
    LIMIT {BELL_LIMIT}) words) + (SELECT count(*) FROM (
    SELECT FROM asked JOIN workflow_weeklyreport w ON w.person_id = asked.me AND w.read_at IS NULL
    LIMIT {BELL_LIMIT}) reports)
"""


def unread_count(user: User, *, now: datetime) -> int:
    """The number on the bell; stops counting at BELL_LIMIT."""
    today = clock.date_of(now)
    asked: dict[str, Any] = {"me": user.pk, "now": now, "today": today, "reminder": REMINDER}
    sight = policies.sight_of(user, policies.postings_of(user, today))
    found = statements.row(UNREAD, asked | sight | {"steps": list(outbox.ABOUT_A_STEP)})
    return int(found[0]) if found else 0


def _reports(user: User) -> QuerySet[WeeklyReport]:
    """Weekly reports that were written for this person and not read yet, newest first."""
    return WeeklyReport.objects.filter(person=user, read_at=None).order_by("-week")[:BELL_LIMIT]


def _row(notice: Notice, now: datetime, outside: list[tuple[str, str, str]]) -> InboxRow:
    step = notice.step if notice.word in outbox.ABOUT_A_STEP else None
    calendar = calendars.of_schedule(notice.case.schedule_id)
    left = words.days_left(step.due, clock.date_of(now), calendar) if step else 0
    return InboxRow(
        id=notice.pk,
        word=notice.word,
        rung=notice.rung,
        text=sentence(notice.word, notice.rung, notice.number),
        reference=notice.case.reference,
        title=notice.case.title,
        step_id=step.pk if step else None,
        due=step.due if step else None,
        light=words.light(left, bool(getattr(notice, "held", False)), step.was_late)
        if step and notice.word in ALARMS
        else "",
        at=notice.created_at,
        unread=notice.read_at is None,
        audience=notice.audience,
        day=clock.date_of(notice.created_at),
        outside=outside,
        by=str(notice.event.actor or "") if notice.event and notice.word in NAMES_ITS_SENDER else "",
    )
