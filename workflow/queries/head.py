"""The head of one's own queue and its lights, as it is opened all day: no filter, first page, in order of due.

Prepared statements: through the ORM the planner took twice as long as the answer. Posts are pairs (unit, role), so that
each reads its own range of the index step_open_mine and stops. The lists are those of queue.open_steps (a test holds
the two together).
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from workflow import statements
from workflow.queries.filters import CAP

POSTS = "unnest(%(units)s::bigint[], %(roles)s::text[]) AS post(unit_id, role)"
FREE = "s.state = 'open' AND s.holder_id IS NULL AND s.unit_id = post.unit_id AND s.role = post.role"
MINE = "s.state = 'open' AND s.holder_id = %(me)s"
LENT = f"""s.state = 'open' AND s.holder_id = ANY (%(lenders)s::bigint[])
    AND EXISTS (SELECT 1 FROM {POSTS} WHERE s.unit_id = post.unit_id AND s.role = post.role)"""
HELD = """EXISTS (SELECT 1 FROM workflow_hold h WHERE h.case_id = s.case_id AND h.resumed_at IS NULL
    AND (h.round_id IS NULL OR h.round_id = s.round_id))"""
ORDER = "ORDER BY due, backward, id LIMIT %(limit)s"
COLUMNS = "s.id, s.due, s.backward"
FIRST = f"""
SELECT coalesce(array_agg(id ORDER BY due, backward, id), '{{}}') FROM (SELECT * FROM (
    (SELECT t.* FROM {POSTS}
        CROSS JOIN LATERAL (SELECT {COLUMNS} FROM workflow_step s WHERE {FREE} {ORDER}) t)
    UNION ALL (SELECT {COLUMNS} FROM workflow_step s WHERE {MINE} {ORDER})
    UNION ALL (SELECT {COLUMNS} FROM workflow_step s WHERE {LENT} {ORDER})
) every {ORDER}) first
"""
LIGHTS = {
    "red": f"s.due < %(today)s AND NOT {HELD}",
    "amber": f"s.due >= %(today)s AND s.due <= %(soon)s AND NOT {HELD}",
    "amber still": f"s.due > %(soon)s AND s.was_late AND NOT {HELD}",
    "green": f"s.due > %(soon)s AND NOT s.was_late AND NOT {HELD}",
}


def _count(condition: str, source: str = "workflow_step s") -> str:
    return f"""(SELECT count(*) FROM (
        (SELECT 1 FROM {POSTS} JOIN {source} ON {FREE} AND {condition} LIMIT {CAP})
        UNION ALL (SELECT 1 FROM {source} WHERE {MINE} AND {condition} LIMIT {CAP})
        UNION ALL (SELECT 1 FROM {source} WHERE {LENT} AND {condition} LIMIT {CAP})
        LIMIT {CAP}) counted)"""


# from the few holds to their steps, not from every step to a hold
ON_HOLD = """(SELECT DISTINCT o.* FROM workflow_hold h JOIN workflow_step o ON o.case_id = h.case_id
    AND (h.round_id IS NULL OR h.round_id = o.round_id) WHERE h.resumed_at IS NULL AND o.state = 'open') s"""
COUNTED = f"SELECT {', '.join(_count(light) for light in LIGHTS.values())}, {_count('true', ON_HOLD)}"


@dataclass(frozen=True)
class Own:
    """Whose steps: pairs of unit and role (side by side), the user, and for whom they act; claimable: 0 and nobody."""

    units: list[int]
    roles: list[str]
    me: int
    lenders: list[int]


def first(own: Own, limit: int) -> list[int]:
    """Ids of the first steps, in order of (due, backward, id)."""
    found = statements.row(FIRST, vars(own) | {"limit": limit})
    return list(found[0]) if found else []


def lights(own: Own, today: date, soon: date) -> dict[str, int]:
    """Steps under each light, counted to CAP; `soon`: the last day of amber, the same for all of them."""
    found: Any = statements.row(COUNTED, vars(own) | {"today": today, "soon": soon})
    red, amber, still, green, held = found
    return {"red": red, "amber": min(CAP, amber + still), "green": green, "held": held}
