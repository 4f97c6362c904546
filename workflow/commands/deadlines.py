"""Reminders that should exist by now and do not: one question and one write per batch, safe at any number of sweeps.

Level-triggered (D4) and unique by constraint (D2): a sweep that dies leaves whole batches or nothing, the next one
finds what is missing. Step.remind_on is the question: a step is looked at when its next rung falls due, or when a
trigger saw its due date or its holder change. Changes of people (a new posting, a lent one) are found by a thorough
sweep, which looks at every open step that has reached a rung.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import Q

from workflow import calendars, clock, ladders, policies
from workflow.commands.remind_sql import REMIND, REVIVE
from workflow.models import Step
from workflow.rules import rungs
from workflow.rules.rungs import Ladder, RungDay

log = logging.getLogger(__name__)
BATCH = 5000
# a worker that is stopped in mid-batch must not keep its rows from the others for ever
STATEMENT_LIMIT = "SET LOCAL idle_in_transaction_session_timeout = '60s'"
# the planner knows nothing of the sizes of these CTEs and would nest loops: 9.5 s instead of 0.1 s for 500
NO_NESTED_LOOPS = "SET LOCAL enable_nestloop = off"


@dataclass
class Swept:
    """What a sweep did; `failed` are steps whose reminders the database refused, for the operations page."""

    reminders: int = 0
    batches: int = 0
    failed: list[int] = field(default_factory=list)


def sweep(now: datetime, *, thorough: bool = False) -> int:
    """Write every reminder that is due on this moment's Shanghai date; returns how many live ones it wrote."""
    return sweep_all(now, thorough=thorough).reminders


def sweep_all(now: datetime, batch: int = BATCH, *, thorough: bool = False) -> Swept:
    """The same, with what went wrong. `thorough` looks at every step again instead of those whose rung is new."""
    done = Swept()
    scene = _Scene(now, thorough)
    for rows in _batches(scene, batch):
        done.batches += 1
        _remind(rows, scene, done)
    return done


class _Scene:
    """What every batch of one sweep shares: the moment, the calendar, the ladders in force."""

    def __init__(self, now: datetime, thorough: bool) -> None:
        self.now, self.today, self.thorough = now, clock.date_of(now), thorough
        self.calendar, self.in_force = calendars.usual(), ladders.in_force()
        self._known: dict[tuple[date, Ladder], tuple[list[RungDay], date]] = {}
        own = bool(self.in_force.routes)
        self.statement = REMIND.format(
            ladder="COALESCE(l.ladder, 0)" if own else "0",
            route="JOIN workflow_case c ON c.id = s.case_id LEFT JOIN unnest(%(l_routes)s::bigint[], "
            "%(l_ladders)s::bigint[]) AS l(route, ladder) ON l.route = c.route_id"
            if own
            else "",
        )
        self.fixed = {
            "today": self.today,
            "now": now,
            "not_before": min(now, clock.now()),
            "no_sight": [str(role) for role in policies.NO_SIGHT],
            "doers": list(rungs.DOERS),
            "order": list(rungs.AUDIENCES),
            "posts": list(rungs.POSTS),
            "post_roles": list(rungs.POSTS.values()),
            "l_routes": list(self.in_force.routes),
            "l_ladders": list(self.in_force.routes.values()),
        }

    def parameters(self, ids: list[int], dues: Iterable[date]) -> dict[str, Any]:
        """The reached rungs and the next day of these due dates, as columns that the statement joins."""
        reach: list[tuple[Any, ...]] = []
        following: list[tuple[Any, ...]] = []
        for due in dues:
            for key, by_severity in self.in_force.ladders.items():
                for severity, ladder in by_severity.items():
                    days, after = self._reached(due, ladder)
                    reach += [_column(key, severity, row) for row in days]
                    following.append((key, severity != rungs.ORDINARY, due, after))
        names = ("ladders", "severes", "dues", "rungs", "days", "highest", "audiences", "urgent")
        columns = dict(zip(names, map(list, zip(*reach, strict=True)), strict=False)) or {name: [] for name in names}
        after_names = ("f_ladders", "f_severes", "f_dues", "f_days")
        columns |= dict(zip(after_names, map(list, zip(*following, strict=True)), strict=False))
        return {**self.fixed, **columns, "ids": ids}

    def _reached(self, due: date, ladder: Ladder) -> tuple[list[RungDay], date]:
        if (due, ladder) not in self._known:
            rows = rungs.timetable([due], self.today, self.calendar, ladder)
            self._known[due, ladder] = rows, rungs.next_day(due, self.today, self.calendar, ladder)
        return self._known[due, ladder]

    @property
    def last_due(self) -> date:
        """The latest due date that has reached any rung today."""
        used = [ladder for by_severity in self.in_force.ladders.values() for ladder in by_severity.values()]
        return max(rungs.last_due(self.today, self.calendar, ladder) for ladder in used)


def _column(key: int, severity: str, row: RungDay) -> tuple[Any, ...]:
    severe = severity != rungs.ORDINARY
    return (key, severe, row.due, row.rung, row.day, row.highest, ",".join(row.audiences), row.urgent)


def _batches(scene: _Scene, size: int) -> Iterator[list[tuple[int, date]]]:
    """(id, due) of the open steps to look at, `size` at a time; one that another sweep has locked waits a minute.

    In order of (remind_on, id), which its index keeps: ordered by id alone PostgreSQL walked the whole table for the
    few whose rung is new. A thorough sweep looks at a good part of the table anyway.
    """
    wanted = Q(remind_on__lte=scene.today)
    order = ("id",) if scene.thorough else ("remind_on", "id")
    if scene.thorough:
        wanted |= Q(due__lte=scene.last_due)
    day, seen = date.min, 0
    while True:
        beyond = Q(id__gt=seen) if scene.thorough else Q(remind_on__gt=day) | Q(remind_on=day, id__gt=seen)
        steps = Step.objects.filter(wanted & beyond, state="open", remind_on__gte=day).order_by(*order)
        rows = list(steps.values_list("id", "due", "remind_on")[:size])
        if not rows:
            return
        seen, day = rows[-1][0], date.min if scene.thorough else rows[-1][2]
        yield [(pk, due) for pk, due, _day in rows]


def _written(cursor: Any) -> int:
    return int(cursor.fetchone()[0])


def _remind(rows: list[tuple[int, date]], scene: _Scene, done: Swept) -> None:
    """One batch in one transaction; a failing batch is halved until the bad row stands alone (promise P15)."""
    ids = [pk for pk, _due in rows]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            parameters = scene.parameters(ids, sorted({due for _pk, due in rows}))
            cursor.execute(f"{STATEMENT_LIMIT}; {NO_NESTED_LOOPS}")
            cursor.execute(scene.statement, parameters)
            written = _written(cursor)
            if scene.thorough:
                cursor.execute("SET LOCAL enable_nestloop = on")
                cursor.execute(REVIVE, parameters)
        done.reminders += written
    except OperationalError:
        raise  # the server is gone or out of resources: no row's fault, the next sweep finds the rest
    except DatabaseError:
        if len(ids) == 1:
            log.exception("no reminders for step %s", ids[0])
            done.failed += ids
            return
        middle = len(ids) // 2
        _remind(rows[:middle], scene, done)
        _remind(rows[middle:], scene, done)
