"""P9 on the whole product: web, worker, beat twice, two plain sweeps and a gateway, while everything around them fails.

Steps fall due in waves. Each wave meets a fault while messages are in flight; in the end the ledger, the gateway's
journal and what was expected are compared as multisets.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
import redis
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from config.embedded.places import Places
from config.embedded.redis import Redis
from notifications import delivery, queries
from tests import builders, servers
from tests.faults import reminders
from tests.faults.clicks import rows
from tests.faults.test_killed_in_mid_decision import postmaster
from tests.faults.test_the_product_survives import eventually, processes, readyz
from tests.notifications import gateway as fake
from tests.notifications.gateway import Gate, Gateway
from tests.product import ROOT, Site, looking_at, start, stop
from workflow import clock
from workflow.models import Step

PROVE = os.environ.get("PROVE") == "1"
DUE, PEOPLE, ROUNDS = (5000, 1250, 10) if PROVE else (500, 250, 2)
AT_ONCE = 5  # the worker's threads and the plain process: no fault can lose more answers
SOME = DUE // 50  # messages of a wave that arrive before its fault
WORKER = "celery\0-A\0config.celery\0worker"
HASTY = {
    "SWEEP_SECONDS": "1",
    "RELAY_SECONDS": "3",
    "NOTIFY_TIMEOUT": "60",
}  # a tick a second; only faults lose answers


@dataclass
class Stage:
    """The running product and everything around it that a fault may touch."""

    site: Site
    broker: Redis
    gateway: Gateway
    gate: Gate

    def beside(self, *command: str) -> "subprocess.Popen[bytes]":
        """Another process of the product on the same data."""
        out = (self.site.var / "beside.log").open("ab")
        return subprocess.Popen([sys.executable, *command], env=self.site.environment, cwd=ROOT, stdout=out, stderr=out)

    def workers(self) -> list[int]:
        """The worker's processes."""
        return processes(self.site, WORKER)


@pytest.fixture
def stage(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker) -> Iterator[Stage]:
    """Beat runs twice, two plain processes sweep beside the worker; Redis is a server of its own that can stay away."""
    gate, broker = Gate(), Redis(Places(Path(tmp_path_factory.mktemp("redis"))))
    broker.start()
    with fake.running(gate) as gateway, django_db_blocker.unblock():
        given = {"WEBHOOK_URL": gateway.url, "WEBHOOK_SECRET": "secret", "REDIS_URL": broker.places.redis_url()}
        site = start("--bare", **HASTY, **given)
        found = Stage(site, broker, gateway, gate)
        beat = ("-m", "celery", "-A", "config.celery", "beat", "--pidfile=", "-s", str(site.var / "second-beat"))
        sweep = ("manage.py", "sweep_deadlines", "--loop", "--every", "0.5")
        others = [found.beside(*command) for command in (beat, sweep, sweep)]
        try:
            yield found
        finally:
            gate.let_go()
            end(others)
            stop(site)
            broker.stop()
            servers.remove(broker.places.var)


def end(others: "list[subprocess.Popen[bytes]]") -> None:
    """Ask them to stop, all of them first."""
    for other in others:
        other.terminate()
    for other in others:
        other.wait(30)


def redis_flushed(stage: Stage) -> None:
    """Every task that waits is gone."""
    with redis.Redis(unix_socket_path=str(stage.broker.places.redis_socket)) as client:
        client.flushall()


def redis_away_and_back(stage: Stage) -> None:
    """Stopped; meanwhile the web says so and works; started again, the worker takes up work unaided."""
    stage.broker.stop()
    assert eventually(lambda: "unreachable" in str(readyz(stage.site).get("checks")))
    stage.gate.let_go()
    before = len(rows(stage.site, "SELECT 1 FROM workflow_notice"))
    due(stage.site, "F-%9")  # some of the last wave a little early: the plain sweeps see them without Redis
    assert eventually(lambda: len(rows(stage.site, "SELECT 1 FROM workflow_notice")) > before)
    stage.broker.start()


def worker_killed(stage: Stage) -> None:
    """The supervisor starts another; the claims of the dead one run out."""
    dead = set(stage.workers())
    for pid in dead:
        os.kill(pid, signal.SIGKILL)
    stage.gate.let_go()
    assert eventually(lambda: bool(set(stage.workers()) - dead))


def worker_paused_beyond_its_lease(stage: Stage) -> None:
    """A plain process takes over what the paused worker had claimed; then the worker goes on where it stood."""
    paused = stage.workers()
    for pid in paused:
        os.kill(pid, signal.SIGSTOP)
    leases_run_out(stage.site)
    came = stage.gate.came
    assert due(stage.site, "F-%8")  # some of the last wave a little early: the claimed ones may be all of this one
    other = stage.beside("manage.py", "send_messages", "--loop", "--every", "0.5")
    stage.gate.let_go()
    assert eventually(lambda: stage.gate.came > came)
    for pid in paused:
        os.kill(pid, signal.SIGCONT)
    end([other])


def postgresql_restarted(stage: Stage) -> None:
    """In good order, while answers of the gateway are under way."""
    restart(stage, signal.SIGINT)


def postgresql_stopped_at_once(stage: Stage) -> None:
    """Without a word: it recovers from its log."""
    restart(stage, signal.SIGQUIT)


def restart(stage: Stage, how: signal.Signals) -> None:
    """The supervisor starts it again."""
    old = postmaster(stage.site)
    os.kill(old, how)
    stage.gate.let_go()
    assert eventually(lambda: running_again(stage.site, old))


def running_again(site: Site, old: int) -> bool:
    """Another postmaster, and it answers."""
    with suppress(OSError, IndexError, ValueError, psycopg.OperationalError):
        return postmaster(site) != old and rows(site, "SELECT 1") == [(1,)]
    return False


FAULTS: tuple[Callable[[Stage], None], ...] = (
    redis_flushed,
    postgresql_restarted,
    worker_killed,
    redis_away_and_back,
    worker_paused_beyond_its_lease,
    postgresql_stopped_at_once,
    worker_killed,
)


@contextmanager
def asleep() -> Iterator[None]:
    """Steps made meanwhile are due in a year; no sweep sees them before."""
    with transaction.atomic():
        yield
        far = clock.today() + timedelta(days=365)
        Step.objects.filter(state="open", case__reference__startswith="F-").update(due=far)


def due(site: Site, references: str) -> int:
    """These steps fall due today; how many."""
    today = clock.today()
    found = rows(
        site,
        "UPDATE workflow_step SET due = %s WHERE state = 'open' AND due > %s AND case_id IN "
        "(SELECT id FROM workflow_case WHERE reference LIKE %s) RETURNING id",
        *(today, today, references),
    )
    return len(found)


def leases_run_out(site: Site, older_than: timedelta = timedelta(0)) -> None:
    """As if two minutes had passed since these claims. A living claimant settles its own row all the same."""
    rows(
        site,
        "UPDATE notifications_delivery SET lease_until = now() "
        "WHERE state = 'claimed' AND lease_until < %s RETURNING id",
        clock.now() + delivery.LEASE - older_than,
    )


def settled(site: Site) -> bool:
    """Every reminder is written, relayed and sent, or its sending has an outcome."""
    leases_run_out(site, older_than=timedelta(seconds=5))
    owed = """SELECT (SELECT count(*) FROM workflow_watch WHERE remind_on <= %s)
        + (SELECT count(*) FROM workflow_notice WHERE relayed_at IS NULL AND superseded_at IS NULL)
        + (SELECT count(*) FROM notifications_delivery WHERE state IN ('pending', 'claimed'))"""
    return rows(site, owed, clock.today()) == [(0,)]


def test_every_reminder_arrives_once_whatever_fails(stage: Stage) -> None:
    with looking_at(stage.site), asleep():
        expected = reminders.due_today(builders.build_world(), DUE, PEOPLE)
    for number, fault in enumerate(FAULTS):
        in_the_middle_of(stage, f"F-%{number}")
        fault(stage)
        stage.gate.let_go()
    due(stage.site, "F-%")
    assert any(eventually(lambda: stage.gate.waiting == 0 and settled(stage.site)) for _patience in range(ROUNDS))
    assert eventually(lambda: readyz(stage.site)["status"] == "ok")
    with looking_at(stage.site):
        reminders.assert_none_missing_none_double(expected, stage.gateway.journal)
        assert_uncertain_are_listed()


def in_the_middle_of(stage: Stage, wave: str) -> None:
    """These steps fall due; some of their messages have arrived, and the next ones are in flight and stay there."""
    stage.gate.shut_after(SOME)
    assert due(stage.site, wave)
    assert eventually(stage.gate.holds)


def assert_uncertain_are_listed() -> None:
    """What nobody knows the outcome of exists after such a day, and stands on the operator's list, word for word."""
    unknown = reminders.uncertain()
    listed = [row for row in queries.troubled() if row.state == "uncertain"]
    words = [item.notice for row in listed for item in row.bundle.items.all()]
    assert 0 < len(listed) <= AT_ONCE * len(FAULTS)
    assert sorted(unknown.elements()) == sorted((word.recipient.username, word.case.reference) for word in words)
