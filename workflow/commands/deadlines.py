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
from django.db.models import QuerySet

from workflow import calendars, clock, ladders, policies
from workflow.commands.remind_sql import DUES, IN_FORCE, OF_CASE, REACHED, REMIND, REVIVE, WATCHED
from workflow.models import Round, Step, Watch
from workflow.rules import rungs
from workflow.rules.rungs import Ladder, RungDay

log = logging.getLogger(__name__)
BATCH = 5000
# a worker that is stopped in mid-batch must not keep its rows from the others for ever
STATEMENT_LIMIT = "SET LOCAL idle_in_transaction_session_timeout = '60s'"
# the planner knows nothing of the sizes of these CTEs and would nest loops: 9.5 s instead of 0.1 s for 500
NO_NESTED_LOOPS = "SET LOCAL enable_nestloop = off"

_WAY = ("calendars", "ladders", "severes")
REACH_COLUMNS = (*_WAY, "dues", "rungs", "days", "highest", "urgent", "audiences", "ranks", "posts")
FOLLOWING_COLUMNS = (*(f"f_{name}" for name in _WAY), "f_dues", "f_days")


class _InForce(NamedTuple):
    """The row of IN_FORCE: two that are equal give the same days."""

    ladders: list[int]
    last_route: int | None
    codes: list[str]
    versions: list[int]
    schedules: list[int]
    counted_by: list[str]  # code of each schedule's calendar


class _Changed(Exception):
    """Ladders or calendars are others than those a batch was counted with."""


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
    for ids in _batches(scene, batch):
        done.batches += 1
        _remind(ids, scene, done)
    return done


def look_again(steps: QuerySet[Step]) -> None:
    """Let the next sweep look at these steps again.

    The lock of a step guards its watch: whoever moves the one (this, the sweep, every trigger) holds the other, and
    steps are locked in order of ids; so no two wait for each other's watches in a circle.
    """
    locked = steps.filter(state="open").select_for_update(no_key=True, of=("self",)).order_by("pk")
    Watch.objects.filter(step__in=locked.values("pk")).update(remind_on=Watch.LOOK_NOW)


class _Scene:
    """What the batches of one sweep share: the moment, the counties' calendars, the ladders in force."""

    def __init__(self, now: datetime, thorough: bool) -> None:
        self.now, self.today, self.thorough = now, clock.date_of(now), thorough
        self.read()

    def read(self) -> None:
        """What is in force now, asked before it is read: a batch sees what changed in between."""
        with connection.cursor() as cursor:
            cursor.execute(IN_FORCE)
            self.known = known = _InForce(*cursor.fetchone())
        self.in_force = ladders.in_force() if known.ladders else ladders.DEFAULT
        versions = dict(zip(known.codes, known.versions, strict=True))
        names = sorted(set(known.counted_by)) or [calendars.NATIONAL]
        self.calendars = [calendars.at_version(code, versions.get(code, 0)) for code in names]
        self._reaches: dict[tuple[int, date, Ladder], tuple[list[RungDay], date]] = {}
        self.several, own = len(names) > 1, bool(self.in_force.routes)
        calendar = "COALESCE(k.calendar, 0)" if self.several else "0"
        self.dues = DUES.format(calendar=calendar, case=OF_CASE if self.several else "")
        self.statement = REMIND.format(
            calendar=calendar,
            ladder="COALESCE(l.ladder, 0)" if own else "0",
            case=OF_CASE if self.several or own else "",
        )
        self.fixed: dict[str, Any] = {
            "today": self.today,
            "now": self.now,
            "not_before": min(self.now, clock.now()),
            "no_sight": [str(role) for role in policies.NO_SIGHT],
            "doers": list(rungs.DOERS),
            "waiting": list(Round.WAITED_FOR),
            "l_routes": list(self.in_force.routes),
            "l_ladders": list(self.in_force.routes.values()),
            "k_schedules": known.schedules,
            "k_calendars": [names.index(code) for code in known.counted_by],
        }

    def parameters(self, dues: Iterable[tuple[date, int]]) -> dict[str, Any]:
        """The reached rungs and the next day of these (due date, calendar), as columns that the statement joins."""
        reach: list[tuple[Any, ...]] = []
        following: list[tuple[Any, ...]] = []
        for due, number in dues:
            for key, by_severity in self.in_force.ladders.items():
                for severity, ladder in by_severity.items():
                    days, after = self._reached(number, due, ladder)
                    way = (number, key, severity != rungs.ORDINARY)
                    reach += [(*way, *one) for row in days for one in _told(row)]
                    following.append((*way, due, after))
        return self.fixed | _columns(REACH_COLUMNS, reach) | _columns(FOLLOWING_COLUMNS, following)

    def _reached(self, number: int, due: date, ladder: Ladder) -> tuple[list[RungDay], date]:
        if (number, due, ladder) not in self._reaches:
            calendar = self.calendars[number]
            rows = rungs.timetable([due], self.today, calendar, ladder)
            self._reaches[number, due, ladder] = rows, rungs.next_day(due, self.today, calendar, ladder)
        return self._reaches[number, due, ladder]

    @property
    def last_due(self) -> date:
        """The latest due date that has reached any rung today."""
        used = [ladder for by_severity in self.in_force.ladders.values() for ladder in by_severity.values()]
        return max(rungs.last_due(self.today, calendar, ladder) for calendar in self.calendars for ladder in used)


def _told(row: RungDay) -> Iterator[tuple[Any, ...]]:
    """A reached rung once for each audience; holders and supervisors have the roles that the step names."""
    for audience in row.audiences:
        rank, post = rungs.AUDIENCES.index(audience), rungs.POSTS.get(audience)
        yield row.due, row.rung, row.day, row.highest, row.urgent, audience, rank, post


def _columns(names: tuple[str, ...], rows: list[tuple[Any, ...]]) -> dict[str, list[Any]]:
    return dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)) if rows else {name: [] for name in names}


def _batches(scene: _Scene, size: int) -> Iterator[list[str]]:
    """Ids of the open steps to look at, `size` at a time; one that another sweep has locked waits a minute."""
    asked: dict[str, Any] = {"today": scene.today, "size": size, "day": date.min, "seen": 0}
    if scene.thorough:
        asked["last_due"] = scene.last_due
    while True:
        with connection.cursor() as cursor:
            cursor.execute(REACHED if scene.thorough else WATCHED, asked)
            found, asked["day"] = cursor.fetchone()
        ids = found.split(",") if found else []
        if ids:
            asked["seen"] = int(ids[-1])
            yield ids
        if len(ids) < size:
            return


def _remind(ids: list[str], scene: _Scene, done: Swept) -> None:
    """One batch in one transaction; a failing batch is halved until the bad row stands alone (promise P15)."""
    try:
        done.reminders += _written(ids, scene)
    except _Changed:
        scene.read()
        _remind(ids, scene, done)
    except OperationalError:
        raise  # the server is gone or out of resources: no row's fault, the next sweep finds the rest
    except DatabaseError:
        if len(ids) == 1:
            log.exception("no reminders for step %s", ids[0])
            done.failed.append(int(ids[0]))
            return
        middle = len(ids) // 2
        _remind(ids[:middle], scene, done)
        _remind(ids[middle:], scene, done)


def _written(ids: list[str], scene: _Scene) -> int:
    """Write a batch; returns its live reminders.

    What is in force is asked again at the end. A change committed meanwhile has marked its steps as to be looked at,
    and the write may have moved a mark on: it is done again. One not committed yet waits for the locks of these steps,
    or had them first, and then they were passed over.
    """
    asked = {"ids": "{" + ",".join(ids) + "}"}  # as one text: a list of 5,000 numbers costs more than their rows
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(scene.dues, scene.fixed | asked)
        parameters = scene.parameters(cursor.fetchall()) | asked
        cursor.execute(f"{STATEMENT_LIMIT}; {NO_NESTED_LOOPS}; {scene.statement}; {IN_FORCE}", parameters)
        (written,), known = _answers(cursor)
        if known != scene.known:
            raise _Changed
        if scene.thorough:
            cursor.execute("SET LOCAL enable_nestloop = on")
            cursor.execute(REVIVE, parameters)
    return int(written)


def _answers(cursor: Any) -> list[Any]:
    """The row of each statement that has one: the settings answer too."""
    found = []
    while cursor.nextset():
        if cursor.description:
            found.append(cursor.fetchone())
    return found
