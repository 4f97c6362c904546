"""Reminders that should exist by now and do not: one INSERT ... SELECT per batch, safe at any number of sweeps at once.

Level-triggered (D4) and unique by constraint (D2): a sweep that dies leaves whole batches or nothing, the next one
finds what is missing.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import Min

from workflow import calendars, clock, policies
from workflow.models import Step
from workflow.rules import rungs
from workflow.rules.workdays import WorkCalendar

log = logging.getLogger(__name__)
BATCH = 5000

# Division codes are prefixes of fixed lengths, so "which postings cover this unit" is an equality join.
# Recipients: the claimant while their posting covers the step (else everyone whose posting does), with the people
# they lent it to or hold it for; the household's contact cadres; the supervisors over the unit.
REMIND = """
WITH reach(due, rung, day, highest, audience) AS (
    SELECT * FROM unnest(
        %(dues)s::date[], %(rungs)s::int[], %(days)s::date[], %(highest)s::bool[], %(audiences)s::text[])
), batch AS (
    SELECT s.id, s.case_id, s.round_id, s.due, s.due_version, s.holder_id, s.role, s.supervisor_role,
           (s.opened_at AT TIME ZONE 'Asia/Shanghai')::date AS opened_on, split_part(u.code, '.', 1) AS division
    FROM workflow_step s JOIN workflow_unit u ON u.id = s.unit_id
    WHERE s.id = ANY(%(ids)s) AND s.state = 'open' AND s.due <= %(last)s
    ORDER BY s.id
    FOR NO KEY UPDATE OF s SKIP LOCKED
), posting AS (
    SELECT p.id, p.user_id, p.role, split_part(u.code, '.', 1) AS division
    FROM workflow_posting p JOIN workflow_unit u ON u.id = p.unit_id
    WHERE p.valid_from <= %(today)s AND (p.valid_until IS NULL OR p.valid_until >= %(today)s)
), authority AS MATERIALIZED (
    SELECT p.user_id, NULL::bigint AS lender_id, p.role, p.division
    FROM posting p JOIN workflow_user w ON w.id = p.user_id AND w.is_active
    UNION ALL
    SELECT b.substitute_id, p.user_id, p.role, p.division
    FROM posting p JOIN workflow_substitution b ON b.posting_id = p.id AND b.revoked_at IS NULL
        AND b.valid_from <= %(today)s AND b.valid_until >= %(today)s
    JOIN workflow_user w ON w.id = b.substitute_id AND w.is_active
), covers AS (
    SELECT b.id AS step_id, a.user_id, a.lender_id, a.role, a.role = b.role AS decides,
           a.role = b.supervisor_role AS supervises, a.user_id = b.holder_id AS claims
    FROM batch b
    CROSS JOIN unnest(ARRAY[2, 4, 6, 9, 12, 14]) AS code(digits)
    JOIN authority a ON a.division = left(b.division, code.digits) AND a.role IN (b.role, b.supervisor_role)
    WHERE length(b.division) >= code.digits
), claimed AS (
    SELECT step_id, user_id, array_agg(lender_id) AS lenders FROM covers WHERE decides AND claims GROUP BY 1, 2
), cadre AS (
    SELECT b.id AS step_id, p.user_id FROM batch b
    JOIN workflow_participant p ON p.case_id = b.case_id AND p.role = 'contact_cadre'
        AND p.valid_from <= %(today)s AND (p.valid_until IS NULL OR p.valid_until >= %(today)s)
), told AS MATERIALIZED (
    SELECT c.step_id, c.user_id, 'holder' AS audience FROM covers c LEFT JOIN claimed k ON k.step_id = c.step_id
    WHERE c.decides AND (
        k.step_id IS NULL OR c.user_id = k.user_id OR c.lender_id = k.user_id OR c.user_id = ANY(k.lenders))
    UNION ALL
    SELECT k.step_id, a.user_id, 'contact_cadre' FROM cadre k
    JOIN authority a ON a.user_id = k.user_id AND a.lender_id IS NULL AND a.role <> ALL(%(no_sight)s)
    UNION ALL
    SELECT k.step_id, a.user_id, 'contact_cadre' FROM cadre k
    JOIN authority a ON a.lender_id = k.user_id AND a.role = 'contact_cadre'
    UNION ALL
    SELECT c.step_id, c.user_id, 'supervisor' FROM covers c WHERE c.supervises
), held AS (
    SELECT DISTINCT b.id FROM batch b JOIN workflow_hold h ON h.case_id = b.case_id AND h.resumed_at IS NULL
        AND (h.round_id IS NULL OR h.round_id = b.round_id)
), written AS (
    INSERT INTO workflow_notice (case_id, step_id, recipient_id, word, rung, cycle, audience, created_at, not_before,
                                 superseded_at, superseded_why)
    SELECT DISTINCT ON (b.id, r.rung, t.user_id)
           b.case_id, b.id, t.user_id, 'reminder', r.rung, b.due_version, t.audience, %(now)s, %(not_before)s,
           CASE WHEN r.highest THEN NULL ELSE %(now)s END, CASE WHEN r.highest THEN '' ELSE 'higher_rung' END
    FROM batch b
    JOIN reach r ON r.due = b.due AND (r.rung >= 0 OR r.day > b.opened_on)
    JOIN told t ON t.step_id = b.id AND t.audience = r.audience
    LEFT JOIN held h ON h.id = b.id
    WHERE h.id IS NULL OR t.audience = 'supervisor'
    ORDER BY b.id, r.rung, t.user_id, array_position(ARRAY['holder', 'contact_cadre', 'supervisor'], t.audience)
    ON CONFLICT (step_id, rung, recipient_id, cycle) WHERE word = 'reminder' DO NOTHING
    RETURNING superseded_at
)
SELECT count(*) FILTER (WHERE superseded_at IS NULL) FROM written
"""

# A word that the relay withdrew because of a hold or another's claim is owed again once that has passed (an hour later
# at the earliest, so that the two do not chase each other); the relay asks everything else afresh.
REVIVE = """
UPDATE workflow_notice SET superseded_at = NULL, superseded_why = '', not_before = %(not_before)s WHERE id IN (
    SELECT n.id FROM workflow_notice n JOIN workflow_step s ON s.id = n.step_id
    WHERE n.step_id = ANY(%(ids)s) AND n.word = 'reminder' AND n.cycle = s.due_version AND s.state = 'open'
      AND n.superseded_at < %(now)s - interval '1 hour'
      AND (n.superseded_why = 'no_longer_theirs' AND (s.holder_id IS NULL OR s.holder_id = n.recipient_id)
           OR n.superseded_why = 'on_hold' AND NOT EXISTS (
               SELECT 1 FROM workflow_hold h WHERE h.case_id = s.case_id AND h.resumed_at IS NULL
                   AND (h.round_id IS NULL OR h.round_id = s.round_id)))
    ORDER BY n.id FOR NO KEY UPDATE OF n SKIP LOCKED)
"""


@dataclass
class Swept:
    """What a sweep did; `failed` are steps whose reminders the database refused, for the operations page."""

    reminders: int = 0
    batches: int = 0
    failed: list[int] = field(default_factory=list)


def sweep(now: datetime) -> int:
    """Write every reminder that is due on this moment's Shanghai date; returns how many live ones it wrote."""
    return sweep_all(now).reminders


def sweep_all(now: datetime, batch: int = BATCH) -> Swept:
    """The same, with what went wrong."""
    done = Swept()
    today = clock.date_of(now)
    calendar = calendars.load()
    last = rungs.last_due(today, calendar)
    facts = _parameters(now, today, last, calendar)
    for ids in _batches(last, batch):
        done.batches += 1
        _remind(ids, facts, done)
    return done


def _parameters(now: datetime, today: date, last: date, calendar: WorkCalendar) -> dict[str, Any]:
    first = Step.objects.filter(state="open", due__lte=last).aggregate(first=Min("due"))["first"] or last
    dues = (first + timedelta(days=n) for n in range((last - first).days + 1))
    rows = rungs.timetable(dues, today, calendar)
    return {
        "dues": [r.due for r in rows],
        "rungs": [r.rung for r in rows],
        "days": [r.day for r in rows],
        "highest": [r.highest for r in rows],
        "audiences": [r.audience for r in rows],
        "today": today,
        "last": last,
        "now": now,
        "not_before": min(now, clock.now()),
        "no_sight": [str(role) for role in policies.NO_SIGHT],
    }


def _batches(last: date, size: int) -> Iterator[list[int]]:
    """Ids of open steps that have reached a rung, earliest due first, `size` at a time; a locked one waits a minute."""
    seen: tuple[date, int] | None = None
    while True:
        steps = Step.objects.filter(state="open", due__lte=last).order_by("due", "id")
        if seen:
            steps = steps.extra(where=["(due, id) > (%s, %s)"], params=list(seen))  # keyset, served by step_open_due
        rows = list(steps.values_list("due", "id")[:size])
        if not rows:
            return
        seen = rows[-1]
        yield [row[1] for row in rows]


def _remind(ids: list[int], facts: dict[str, Any], done: Swept) -> None:
    """One batch in one transaction; a failing batch is halved until the bad row stands alone (promise P15)."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            # the planner knows nothing of the sizes of these CTEs and would nest loops: 9.5 s instead of 0.1 s for 500
            cursor.execute("SET LOCAL enable_nestloop = off")
            cursor.execute(REMIND, facts | {"ids": ids})
            done.reminders += cursor.fetchone()[0]
            cursor.execute("SET LOCAL enable_nestloop = on")
            cursor.execute(REVIVE, facts | {"ids": ids})
    except OperationalError:
        raise  # the server is gone or out of resources: no row's fault, the next sweep finds the rest
    except DatabaseError:
        if len(ids) == 1:
            log.exception("no reminders for step %s", ids[0])
            done.failed += ids
            return
        middle = len(ids) // 2
        _remind(ids[:middle], facts, done)
        _remind(ids[middle:], facts, done)
