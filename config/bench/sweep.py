"""A sweep over N cases of which one in a hundred is newly due, and one that finds nothing new."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection, connections

from config.bench.crowd import Crowd, spread_due
from config.bench.measure import Result, Times, timed
from workflow.commands import deadlines

LIMIT = Path(__file__).with_name("sweep.sql")
RUNG = -10
AGAIN = """UPDATE workflow_watch w SET remind_on = %s FROM workflow_step s
    WHERE s.id = w.step_id AND s.state = 'open' AND s.due <= %s AND w.remind_on > %s"""


def run(made: Crowd, *, rounds: int) -> Result:
    """`product` and `limit` write the same reminders; `nothing_new` is the sweep after it, as a part of the limit."""
    prepare(made)
    product, limit, nothing = Times(), Times(), Times()
    written = set()
    for number in range(rounds + 1):
        for side in (0, 1) if number % 2 else (1, 0):
            again(made)
            took = timed(lambda: by_product(made)) if side == 0 else timed(lambda: by_limit(made))
            written.add(reminders())
            idle = timed(lambda: by_product(made)) if side == 0 else None
            if number:
                for times, value in (((product, limit)[side], took), (nothing, idle)):
                    if value is not None:
                        times.each.append(value)
                        times.rounds.append(value)
    assert len(written) == 1 and written != {0}, f"both write the same number of reminders: {written}"
    more: dict[str, Any] = {"unit": "one sweep", "reminders": written.pop()}
    more["nothing_new"] = {"product": round(nothing.typical, 3), "ratio": round(nothing.typical / limit.typical, 2)}
    more |= {"product_ms": product.summary(), "limit_ms": limit.summary()}
    return Result("sweep", made.cases, 1, round(product.typical, 3), round(limit.typical, 3), more)


def prepare(made: Crowd) -> None:
    """Steps that approvals have opened meanwhile get dates like everybody's."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        spread_due(cursor, made.county)
        # what autovacuum does in time: both sides would walk over rows that spreading the dates has left dead
        for table in ("workflow_step", "workflow_watch"):
            cursor.execute(f"VACUUM (ANALYZE) {table}")
    connections["owner"].close()


def by_product(made: Crowd) -> None:
    """What beat runs every minute."""
    deadlines.sweep_all(made.county.now)


def by_limit(made: Crowd) -> None:
    """The one statement."""
    today = made.county.today
    asked: dict[str, Any] = {"today": today, "now": made.county.now, "rung": RUNG, "due": today + timedelta(days=14)}
    with connection.cursor() as cursor:
        cursor.execute(LIMIT.read_text(encoding="utf-8"), asked)


def reminders() -> int:
    """How many reminders there are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM workflow_notice WHERE word = 'reminder'")
        return int(cursor.fetchone()[0])


def again(made: Crowd) -> None:
    """As before the sweep: no reminders, and the newly due ones to be looked at."""
    today = made.county.today
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM workflow_notice WHERE word = 'reminder'")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(AGAIN, [today, today + timedelta(days=14), today])
        cursor.execute("SET session_replication_role = origin")
        for table in ("workflow_notice", "workflow_watch"):
            cursor.execute(f"VACUUM (ANALYZE) {table}")
    connections["owner"].close()
