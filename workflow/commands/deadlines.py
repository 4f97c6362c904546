"""Reminders that should exist by now and do not: one question and one write per batch, safe at any number of sweeps.

Level-triggered (D4) and unique by constraint (D2): a sweep that dies leaves whole batches or nothing, the next one
finds what is missing. Watch.remind_on is the question: a step is looked at when its next rung falls due, or when a
trigger saw its due date or its holder change. Changes of people (a new posting, a lent one) are found by a thorough
sweep, which looks at every open step that has reached a rung.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import F, Q, QuerySet, Value

from workflow import calendars, clock, ladders, policies
from workflow.commands.remind_sql import REMIND, REVIVE
from workflow.models import Round, Step, Watch
from workflow.rules import rungs
from workflow.rules.rungs import Ladder, RungDay

log = logging.getLogger(__name__)
BATCH = 5000
# a worker that is stopped in mid-batch must not keep its rows from the others for ever
STATEMENT_LIMIT = "SET LOCAL idle_in_transaction_session_timeout = '60s'"
# the planner knows nothing of the sizes of these CTEs and would nest loops: 9.5 s instead of 0.1 s for 500
NO_NESTED_LOOPS = "SET LOCAL enable_nestloop = off"


OF_CASE = """JOIN workflow_case c ON c.id = s.case_id
    LEFT JOIN unnest(%(l_routes)s::bigint[], %(l_ladders)s::bigint[]) AS l(route, ladder) ON l.route = c.route_id
    LEFT JOIN unnest(%(k_schedules)s::bigint[], %(k_calendars)s::int[]) AS k(schedule, calendar)
        ON k.schedule = c.schedule_id"""
_WAY = ("calendars", "ladders", "severes")
REACH_COLUMNS = (*_WAY, "dues", "rungs", "days", "highest", "audiences", "urgent")
FOLLOWING_COLUMNS = (*(f"f_{name}" for name in _WAY), "f_dues", "f_days")


class Due(NamedTuple):
    """A step to look at, its due date, and the code of the calendar by which its days are counted."""

    id: int
    due: date
    calendar: str


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
    """What every batch of one sweep shares: the moment, the counties' calendars, the ladders in force."""

    def __init__(self, now: datetime, thorough: bool) -> None:
        self.now, self.today, self.thorough = now, clock.date_of(now), thorough
        self.in_force, self.codes = ladders.in_force(), calendars.of_every_schedule()
        names = sorted(set(self.codes.values())) or [calendars.NATIONAL]
        self.numbers = {code: number for number, code in enumerate(names)}
        self.calendars = {code: calendars.load(code) for code in names}
        self._known: dict[tuple[str, date, Ladder], tuple[list[RungDay], date]] = {}
        self.several, own = len(names) > 1, bool(self.in_force.routes)
        self.statement = REMIND.format(
            calendar="COALESCE(k.calendar, 0)" if self.several else "0",
            ladder="COALESCE(l.ladder, 0)" if own else "0",
            case=OF_CASE if self.several or own else "",
        )
        self.fixed = {
            "today": self.today,
            "now": now,
            "not_before": min(now, clock.now()),
            "no_sight": [str(role) for role in policies.NO_SIGHT],
            "doers": list(rungs.DOERS),
            "waiting": list(Round.WAITED_FOR),
            "order": list(rungs.AUDIENCES),
            "posts": list(rungs.POSTS),
            "post_roles": list(rungs.POSTS.values()),
            "l_routes": list(self.in_force.routes),
            "l_ladders": list(self.in_force.routes.values()),
            "k_schedules": list(self.codes),
            "k_calendars": [self.numbers[code] for code in self.codes.values()],
        }

    def code(self, schedule_id: int) -> str:
        """The calendar by which a case's days are counted."""
        return self.codes.get(schedule_id) or next(iter(self.calendars))

    def parameters(self, ids: list[int], dues: Iterable[tuple[str, date]]) -> dict[str, Any]:
        """The reached rungs and the next day of these (calendar, due date), as columns that the statement joins."""
        reach: list[tuple[Any, ...]] = []
        following: list[tuple[Any, ...]] = []
        for code, due in dues:
            for key, by_severity in self.in_force.ladders.items():
                for severity, ladder in by_severity.items():
                    days, after = self._reached(code, due, ladder)
                    way = (self.numbers[code], key, severity != rungs.ORDINARY)
                    reach += [_column(way, row) for row in days]
                    following.append((*way, due, after))
        found = _columns(REACH_COLUMNS, reach) | _columns(FOLLOWING_COLUMNS, following)
        return {**self.fixed, **found, "ids": ids}

    def _reached(self, code: str, due: date, ladder: Ladder) -> tuple[list[RungDay], date]:
        if (code, due, ladder) not in self._known:
            calendar = self.calendars[code]
            rows = rungs.timetable([due], self.today, calendar, ladder)
            self._known[code, due, ladder] = rows, rungs.next_day(due, self.today, calendar, ladder)
        return self._known[code, due, ladder]

    @property
    def last_due(self) -> date:
        """The latest due date that has reached any rung today."""
        used = [ladder for by_severity in self.in_force.ladders.values() for ladder in by_severity.values()]
        counted = self.calendars.values()
        return max(rungs.last_due(self.today, calendar, ladder) for calendar in counted for ladder in used)


def _column(way: tuple[int, int, bool], row: RungDay) -> tuple[Any, ...]:
    return (*way, row.due, row.rung, row.day, row.highest, ",".join(row.audiences), row.urgent)


def _columns(names: tuple[str, ...], rows: list[tuple[Any, ...]]) -> dict[str, list[Any]]:
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)) if rows else {name: [] for name in names}


def _batches(scene: _Scene, size: int) -> Iterator[list[Due]]:
    """The open steps to look at, `size` at a time; one that another sweep has locked waits a minute.

    In order of (remind_on, id), which the index of Watch keeps. A thorough sweep walks the steps themselves: it looks
    at a good part of them anyway.
    """
    day, seen = date.min, 0
    while rows := list(_question(scene, day, seen)[:size]):
        seen, day = rows[-1][0], rows[-1][3]
        yield [Due(pk, due, scene.code(schedule)) for pk, due, schedule, _day in rows]
        if len(rows) < size:
            return


def _question(scene: _Scene, day: date, seen: int) -> QuerySet[Any, tuple[int, date, int, date]]:
    """(step, due, schedule, day to look at it), beyond the last of the batch before."""
    if scene.thorough:
        reached = Q(watch__remind_on__lte=scene.today) | Q(due__lte=scene.last_due)
        steps = Step.objects.filter(reached, state="open", id__gt=seen).order_by("id")
        return steps.values_list("id", "due", "case__schedule_id", "due")
    # one calendar needs no schedule: the join with the case is spared
    schedule: Any = F("step__case__schedule_id") if scene.several else Value(0)
    owed = Watch.objects.filter(remind_on__lte=scene.today, remind_on__gte=day)
    beyond = owed.filter(Q(remind_on__gt=day) | Q(remind_on=day, step__gt=seen)).order_by("remind_on", "step")
    return beyond.values_list("step_id", "step__due", schedule, "remind_on")


def _written(cursor: Any) -> int:
    while cursor.nextset():  # the settings before it answer too
        pass
    return int(cursor.fetchone()[0])


def _remind(rows: list[Due], scene: _Scene, done: Swept) -> None:
    """One batch in one transaction; a failing batch is halved until the bad row stands alone (promise P15)."""
    ids = [row.id for row in rows]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            parameters = scene.parameters(ids, sorted({(row.calendar, row.due) for row in rows}))
            cursor.execute(f"{STATEMENT_LIMIT}; {NO_NESTED_LOOPS}; {scene.statement}", parameters)
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
