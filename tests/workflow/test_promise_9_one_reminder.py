"""P9: exactly one row per (step, rung, recipient, cycle), with two sweeps at once and a worker killed in mid-sweep."""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connections

from tests import builders
from tests.builders import at
from tests.concurrency import together
from workflow.commands import deadlines
from workflow.models import Notice, Round, Step

NOW = at("2026-03-12")
PER_STEP = 5 + 4 + 3 + 3  # rungs 3, 1, 0 and -1
ROOT = Path(__file__).resolve().parents[2]
# sweeps in batches of 40; after each batch, still inside its transaction, it waits to be let go on, or to be killed
WORKER = """
import sys, django
django.setup()
from datetime import datetime
from django.db import transaction
from workflow.commands import deadlines
remind = deadlines._remind
def slowly(*args):
    with transaction.atomic():
        remind(*args)
        print("written", flush=True)
        sys.stdin.readline()
deadlines._remind = slowly
print(deadlines.sweep_all(datetime.fromisoformat(sys.argv[1]), batch=40).reminders, flush=True)
"""


def many_steps(world: builders.World, number: int) -> None:
    """Open steps due on 9 March, three working days ago: each owes its five people the third rung."""
    case = builders.agreement(world, now=at("2026-03-02"))
    template = builders.open_step(case, "draft")
    live = Round.objects.get(pk=template.round_id)
    Step.objects.bulk_create(
        Step(
            round=live,
            case=case,
            plan="draft",
            role=template.role,
            unit=template.unit,
            opened_at=template.opened_at,
            supervisor_role=template.supervisor_role,
            lead=5,
            lead_unit="working",
            forward=template.due,
            due=date(2026, 3, 9),
            binding="forward",
        )
        for _ in range(number - 1)
    )


def assert_each_once(steps: int) -> None:
    """Five live rows a step (two clerks, cadre, office head, vice leader), the skipped rungs superseded, none twice."""
    rows = list(
        Notice.objects.filter(word="reminder").values_list("step", "rung", "recipient", "cycle", "superseded_at")
    )
    keys = Counter(row[:4] for row in rows)
    assert set(keys.values()) == {1}
    live = Counter(row[0] for row in rows if row[4] is None)
    assert live == dict.fromkeys(Step.objects.values_list("pk", flat=True), 5)
    assert len({row[0] for row in rows}) == steps
    assert len(rows) == steps * PER_STEP


def test_many_sweeps_at_once_write_each_reminder_once(live_world: builders.World):
    many_steps(live_world, 500)
    counts = together([lambda: deadlines.sweep_all(NOW, batch=70).reminders] * 6)
    counts.append(deadlines.sweep(NOW))  # what every sweep found locked by another waits for the next minute
    assert sum(counts) == 2500
    assert_each_once(500)
    assert deadlines.sweep(NOW) == 0


def start_worker() -> subprocess.Popen[str]:
    base = connections["default"].settings_dict
    user = quote(base["USER"]) + (f":{quote(base['PASSWORD'])}" if base["PASSWORD"] else "")
    port = f"&port={base['PORT']}" if base["PORT"] else ""
    url = f"postgresql://{user}@/{base['NAME']}?host={quote(base['HOST'])}{port}"
    env = os.environ | {"DATABASE_URL": url, "DATABASE_OWNER_URL": url, "PYTHONPATH": str(ROOT)}
    env.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, NOW.isoformat()],
        env=env,
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def let_go(worker: subprocess.Popen[str], batches: int) -> None:
    """Let a worker commit this many batches and bring it into the next one, written and not committed."""
    assert worker.stdout and worker.stdin
    for _batch in range(batches):
        assert worker.stdout.readline() == "written\n"
        worker.stdin.write("\n")
        worker.stdin.flush()
    assert worker.stdout.readline() == "written\n"


def test_a_worker_killed_in_mid_sweep_loses_and_doubles_nothing(live_world: builders.World):
    many_steps(live_world, 200)
    for batches_done in (0, 1, 2):
        worker = start_worker()
        let_go(worker, batches_done)
        before = Notice.objects.filter(word="reminder").count()
        if batches_done == 1:  # another sweep runs past the one that hangs, without waiting for it
            deadlines.sweep(NOW)
            assert Notice.objects.filter(word="reminder").count() == 160 * PER_STEP
        worker.send_signal(signal.SIGKILL)
        assert worker.wait(10) == -signal.SIGKILL
        if batches_done == 0:
            assert before == 0
        deadlines.sweep(NOW)
        assert_each_once(200)
        if batches_done < 2:
            with connections["owner"].cursor() as owner:
                owner.execute("DELETE FROM workflow_notice")
                owner.execute("UPDATE workflow_watch SET remind_on = '0001-01-01'")


@pytest.mark.prove
def test_five_thousand_due_under_twenty_kills_and_doubled_sweeps(live_world: builders.World):
    many_steps(live_world, 5000)
    dice = random.Random(2012)
    for _kill in range(20):
        workers = [start_worker(), start_worker()]
        for worker in workers:
            let_go(worker, dice.randint(0, 2))
        for worker in workers:
            worker.send_signal(signal.SIGKILL)
            worker.wait(10)
    together([lambda: deadlines.sweep(NOW)] * 4)
    deadlines.sweep(NOW)
    assert_each_once(5000)
