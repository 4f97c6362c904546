"""The head of one's own queue, its lights and the tabs' counts, as they are opened all day: no filter, in order of due.

Two prepared statements. Their parameters stand in `asked` only, so that a plan made for them is no better than the
generic one and PostgreSQL keeps that: planning fifteen counts took nine tenths of their time. Posts are pairs (unit,
role), so that each reads its own range of the index step_open_mine and stops. The lists are those of queue.steps_of
(a test holds the two together).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from workflow import statements
from workflow.models import Step
from workflow.queries import loaded
from workflow.queries.filters import CAP, LIGHTS
from workflow.queries.loaded import Around

ASKED = """
asked AS MATERIALIZED (
    SELECT %(units)s::bigint[] AS units, %(roles)s::text[] AS roles, %(here)s::bigint[] AS here, %(me)s::bigint AS me,
        %(lenders)s::bigint[] AS lenders, %(today)s::date AS today, %(soon)s::date AS soon, %(size)s::int AS size
), post AS MATERIALIZED (
    SELECT p.unit_id, p.role FROM asked, unnest(asked.units, asked.roles) AS p(unit_id, role)
), person AS MATERIALIZED (
    SELECT p.id, asked.me FROM asked, unnest(asked.lenders || asked.me) AS p(id)
)"""
POSTED = "(s.unit_id, s.role) IN (SELECT unit_id, role FROM post)"
FREE = "s.state = 'open' AND s.holder_id IS NULL AND s.unit_id = post.unit_id AND s.role = post.role"
KEPT = f"s.state = 'open' AND s.holder_id = person.id AND (person.id = person.me OR {POSTED})"
LIMIT = "LIMIT (SELECT size FROM asked)"  # not known to the planner: it takes the way that gives first rows soonest
ORDER = f"ORDER BY due, backward, id {LIMIT}"
COLUMNS = "s.id, s.due, s.backward"
FIRST = f"""
WITH {ASKED}, first AS MATERIALIZED (
    SELECT * FROM (
        (SELECT t.* FROM post CROSS JOIN LATERAL (SELECT {COLUMNS} FROM workflow_step s WHERE {FREE} {ORDER}) t)
        UNION ALL
        (SELECT t.* FROM person CROSS JOIN LATERAL (SELECT {COLUMNS} FROM workflow_step s WHERE {KEPT} {ORDER}) t)
    ) every {ORDER}
)
SELECT {{columns}} FROM first JOIN workflow_step s ON s.id = first.id {{joins}}
ORDER BY first.due, first.backward, first.id
"""

# DISTINCT: a person may hold posts in a division and in one inside it
UNITS = """
WITH asked AS MATERIALIZED (SELECT %(divisions)s::text[] AS divisions, %(size)s::int AS size)
SELECT DISTINCT u.id, u.code FROM asked, unnest(asked.divisions) AS division
    JOIN workflow_unit u ON u.code >= division AND u.code < left(division, -1) || chr(ascii(right(division, 1)) + 1)
LIMIT (SELECT size FROM asked)
"""


def _count(each: str, steps: str) -> str:
    """How many rows a list has, beginning with the first of `each`; stops at `size`."""
    every = f"{each} CROSS JOIN LATERAL (SELECT FROM {steps} {LIMIT}) one" if each else steps
    return f"(SELECT count(*) FROM (SELECT FROM {every} {LIMIT}) few)"


UNDER = {
    "red": "s.due < asked.today",
    "amber": "s.due >= asked.today AND s.due <= asked.soon",
    "once late": "s.due > asked.soon AND s.was_late",
    "green": "s.due > asked.soon AND NOT s.was_late",
}
# compared with one id twice, a person's rows are taken for few and read by their index; with an equal sign they are
# estimated by the average, and whoever has none would cost a walk through the whole table (seen)
ME = "BETWEEN asked.me AND asked.me"
STARTED = f"""workflow_case c WHERE c.drafter_id {ME} AND EXISTS (SELECT FROM workflow_step s
    WHERE s.case_id = c.id AND s.state = 'open' AND NOT (s.role = 'clerk' AND c.state = 'draft'))"""
COPIED = f"""workflow_copy y JOIN workflow_step s ON s.case_id = y.case_id
    WHERE s.state = 'open' AND y.user_id {ME}"""
SECTION = "workflow_step s WHERE s.state = 'open' AND s.unit_id = near.unit_id ORDER BY s.role, s.due"


def _under(light: str, condition: str) -> str:
    """A line of the counts: a light, and how many steps under it nobody holds, and are held."""
    # ordered as its index is, a range leaves that index no rival; the few once late have an index of their own
    order = "" if light == "once late" else "ORDER BY s.due"
    free, kept = (
        f"workflow_step s WHERE {own} AND {condition} AND s.id NOT IN (SELECT id FROM held) {order}"
        for own in (FREE, KEPT)
    )
    return f"SELECT '{light}', {_count('post', free)}, {_count('person', kept)} FROM asked"


# from the few holds to their steps, not from every step to a hold; OFFSET: each by its case, or all steps would be read
COUNTED = f"""
WITH {ASKED}, held AS MATERIALIZED (
    SELECT DISTINCT s.id, s.holder_id IS NULL AS free
    FROM asked, workflow_hold h CROSS JOIN LATERAL (
        SELECT * FROM workflow_step o WHERE o.case_id = h.case_id AND o.state = 'open'
            AND (h.round_id IS NULL OR h.round_id = o.round_id) OFFSET 0) s
    WHERE h.resumed_at IS NULL
        AND (s.holder_id = asked.me OR (s.holder_id IS NULL OR s.holder_id = ANY (asked.lenders)) AND {POSTED})
)
{" UNION ALL ".join(_under(*one) for one in UNDER.items())}
UNION ALL SELECT 'held', count(*) FILTER (WHERE free), count(*) FILTER (WHERE NOT free) FROM held
UNION ALL SELECT 'started', {_count("", STARTED)}, 0 FROM asked
UNION ALL SELECT 'copied', {_count("", COPIED)}, 0 FROM asked
UNION ALL SELECT 'section', {_count("unnest(asked.here) AS near(unit_id)", SECTION)}, 0 FROM asked
"""


@dataclass(frozen=True)
class Own:
    """Whose steps: pairs of unit and role (side by side), the units in which one holds a post, the user, and for whom
    they act."""

    units: list[int]
    roles: list[str]
    here: list[int]
    me: int
    lenders: list[int]


@dataclass(frozen=True)
class Counted:
    """(unclaimed, held by the user or by those they act for) under each light, and the other lists; each to CAP."""

    found: dict[str, tuple[int, int]]

    def lights(self, tab: str) -> dict[str, int]:
        """Steps under each light of the lists mine and claimable."""
        every = {name: free if tab == "claimable" else free + kept for name, (free, kept) in self.found.items()}
        every["amber"] += every["once late"]
        return {light: min(CAP, every[light]) for light in LIGHTS}

    def tabs(self) -> dict[str, int]:
        """How many each list has: what stands under one light stands under no other."""
        own = {tab: min(CAP, sum(self.lights(tab).values())) for tab in ("mine", "claimable")}
        return own | {tab: self.found[tab][0] for tab in ("started", "copied", "section")}


def units(divisions: Iterable[str], limit: int) -> list[tuple[int, str]]:
    """(id, code) of the units in these divisions, so many at most."""
    return statements.rows(UNITS, {"divisions": list(divisions), "size": limit})


def counted(own: Own, today: date, soon: date) -> Counted:
    """All counts of the desk; `soon`: the last day of amber, the same for all steps."""
    found = statements.rows(COUNTED, vars(own) | {"today": today, "soon": soon, "size": CAP})
    return Counted({name: (free, kept) for name, free, kept in found})


def first(own: Own, tab: str, limit: int) -> tuple[list[Step], Around]:
    """The first steps, in order of (due, backward, id), and what their lines say besides; of what nobody holds only
    where `tab` is claimable."""
    asked: dict[str, Any] = vars(own) | {"today": None, "soon": None, "size": limit}
    if tab == "claimable":
        asked |= {"me": 0, "lenders": []}
    return loaded.built(statements.rows(loaded.select(FIRST), asked))
