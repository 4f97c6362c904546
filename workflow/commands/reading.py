"""What a command knows before it decides: two statements, the lock and one read of everything about the case.

They cannot be one: a statement that had to wait for the lock would see the other tables as they were before the wait.
"""

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any

from django.apps import apps

from workflow import errors, statements
from workflow.commands import rows
from workflow.models import Decision, Event, Hold, Participant, Receipt, Round, Schedule, Step, Unit, User
from workflow.policies import Authority

# FOR NO KEY UPDATE: plain FOR UPDATE deadlocks with the foreign-key checks of set-based inserts (seen). The Case row,
# never the child's: locking the child of multi-table inheritance locks the wrong table (seen).
LOCK = """
SELECT id, kind, last_event_at FROM workflow_case
WHERE id = coalesce(%(case)s::bigint, (SELECT case_id FROM workflow_step WHERE id = %(step)s::bigint))
FOR NO KEY UPDATE
"""
READ = """
WITH held AS (
    SELECT p.id, p.role, p.unit_id, NULL::bigint AS lender FROM workflow_posting p
    WHERE p.user_id = %(actor)s AND p.valid_from <= %(today)s AND (p.valid_until IS NULL OR p.valid_until >= %(today)s)
    UNION ALL
    SELECT p.id, p.role, p.unit_id, p.user_id
    FROM workflow_substitution b JOIN workflow_posting p ON p.id = b.posting_id
    WHERE b.substitute_id = %(actor)s AND b.revoked_at IS NULL
      AND b.valid_from <= %(today)s AND b.valid_until >= %(today)s
      AND p.valid_from <= %(today)s AND (p.valid_until IS NULL OR p.valid_until >= %(today)s)
)
SELECT
    to_json(c)::text,
    to_json(k)::text,
    (SELECT json_agg(u)::text FROM workflow_unit u
     WHERE u.id IN (c.home_unit_id, c.partner_unit_id)
        OR u.id = ANY (ARRAY(SELECT unit_id FROM workflow_step WHERE case_id = c.id UNION SELECT unit_id FROM held))
        OR u.code = ANY (ARRAY(SELECT left(x.code, digits)
                               FROM workflow_unit x, unnest(ARRAY[2, 4, 6, 9, 12, 14]) digits
                               WHERE x.id IN (c.home_unit_id, c.partner_unit_id)))),
    (SELECT json_agg(r ORDER BY r.id)::text FROM workflow_round r WHERE r.case_id = c.id),
    (SELECT json_agg(s ORDER BY s.id)::text FROM workflow_step s WHERE s.case_id = c.id),
    (SELECT json_agg(d)::text FROM workflow_decision d WHERE d.case_id = c.id),
    (SELECT json_agg(h ORDER BY h.id)::text FROM workflow_hold h WHERE h.case_id = c.id AND h.resumed_at IS NULL),
    (SELECT json_agg(p)::text FROM workflow_participant p WHERE p.case_id = c.id),
    (SELECT to_json(x)::text FROM workflow_schedule x WHERE x.id = c.schedule_id),
    (SELECT json_agg(json_build_object('posting', h.id, 'role', h.role, 'unit', h.unit_id, 'lender', CASE
            WHEN h.lender IS NOT NULL THEN json_build_object('id', w.id, 'username', w.username,
                'full_name', w.full_name, 'is_active', w.is_active) END) ORDER BY h.lender NULLS FIRST, h.id)::text
     FROM held h LEFT JOIN workflow_user w ON w.id = h.lender),
    (SELECT to_json(r)::text FROM workflow_receipt r WHERE r.user_id = %(actor)s AND r.key = %(key)s),
    (SELECT json_agg(nextval('workflow_round_id_seq')) FROM generate_series(1, 4)),
    (SELECT json_agg(nextval('workflow_step_id_seq')) FROM generate_series(1, 6)),
    (SELECT json_agg(nextval('workflow_event_id_seq')) FROM generate_series(1, 10))
FROM workflow_case c JOIN {child} k ON k.case_ptr_id = c.id
WHERE c.id = %(case)s
"""
RESERVED = (Round, Step, Event)  # in the order of READ


@dataclass
class Reading:
    """The case and its run as they are under the lock, and what the actor brings along."""

    case: Any  # the concrete kind of case
    units: dict[int, Unit]
    rounds: list[Round]
    steps: list[Step]
    decisions: list[Decision]
    holds: list[Hold]  # open ones
    participants: list[Participant]
    authorities: list[Authority]  # of the actor, own before lent
    receipt: Receipt | None
    ids: dict[type, list[int]] = field(default_factory=dict)  # reserved for new rows; gaps do no harm


@dataclass(frozen=True)
class Locked:
    """Which case is locked now, of which kind, and when it last moved."""

    case_id: int
    kind: str
    last_event_at: datetime


def lock(case_id: int | None = None, step_id: int | None = None) -> Locked:
    """Lock the Case row, named by itself or by one of its steps. The only way to lock a case."""
    found = statements.row(LOCK, {"case": case_id, "step": step_id})
    if found is None:
        raise errors.NotFound()
    return Locked(*found)


@cache
def _statement(kind: str) -> str:
    model = apps.get_model(kind)
    return READ.replace("{child}", f'"{model._meta.db_table}"')


def read(case_id: int, kind: str, actor: User | None, today: date, key: str | None = None) -> Reading:
    """Everything a command decides on, in one statement. Call it under the lock."""
    asked = {"case": case_id, "actor": actor.pk if actor else None, "today": today, "key": key or ""}
    found = statements.row(_statement(kind), asked)
    if found is None:
        raise errors.NotFound()
    case, child, units, rounds, steps, decisions, holds, participants, schedule, authorities, receipt, *ids = found
    by_id = {unit.pk: unit for unit in rows.build_all(Unit, units)}
    values = json.loads(case) | json.loads(child, parse_float=str)
    return Reading(
        case=_case(rows.build(apps.get_model(kind), values), by_id, rows.build(Schedule, json.loads(schedule))),
        units=by_id,
        rounds=rows.build_all(Round, rounds),
        steps=rows.build_all(Step, steps),
        decisions=rows.build_all(Decision, decisions),
        holds=rows.build_all(Hold, holds),
        participants=rows.build_all(Participant, participants),
        authorities=_authorities(actor, authorities, by_id),
        receipt=rows.build(Receipt, json.loads(receipt)) if receipt else None,
        ids=dict(zip(RESERVED, ids, strict=True)),
    )


def _case(case: Any, units: dict[int, Unit], schedule: Schedule) -> Any:
    case._state.fields_cache["schedule"] = schedule
    case._state.fields_cache["home_unit"] = units[case.home_unit_id]
    if case.partner_unit_id:
        case._state.fields_cache["partner_unit"] = units[case.partner_unit_id]
    case.nearby = {unit.code: unit for unit in units.values()}
    return case


def _authorities(actor: User | None, text: str | None, units: dict[int, Unit]) -> list[Authority]:
    if actor is None or not actor.is_active or not text:
        return []
    return [
        Authority(
            one["posting"],
            actor,
            rows.build(User, one["lender"]) if one["lender"] else None,
            one["role"],
            units[one["unit"]],
        )
        for one in json.loads(text)
    ]


def more_ids(model: type[Any], number: int = 16) -> list[int]:
    """Further identities for new rows of a kind, where a command makes more than were reserved."""
    sequence = f"{model._meta.db_table}_id_seq"
    found = statements.row(
        "SELECT array_agg(nextval(%(sequence)s::regclass)) FROM generate_series(1, %(number)s)",
        {"sequence": sequence, "number": number},
    )
    return list(found[0]) if found else []
