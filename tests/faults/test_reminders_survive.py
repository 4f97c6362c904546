"""P9 with real processes: a worker killed or paused at every named point loses no reminder and sends none twice."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connections

from notifications import delivery
from notifications.models import Delivery
from notifications.relay import relay
from tests import builders
from tests.faults import reminders, worker
from tests.notifications import gateway as fake
from tests.notifications.gateway import Gateway
from workflow import calendars, clock, sweep
from workflow.models import Heartbeat, plan

ROOT = Path(__file__).resolve().parents[2]
EACH = 36  # reminders per point
PEOPLE = 12


@pytest.fixture
def gateway(settings: Any) -> Iterator[Gateway]:
    with fake.running() as running:
        settings.WEBHOOK_URL, settings.WEBHOOK_SECRET = running.url, "secret"
        yield running


@pytest.fixture
def town(live_db: None) -> builders.World:
    plan.forget()
    calendars.forget()
    return builders.build_world()


def environment(gateway: Gateway) -> dict[str, str]:
    """The test's own database and gateway, for a process beside it."""
    base = connections["default"].settings_dict
    user = quote(base["USER"]) + (f":{quote(base['PASSWORD'])}" if base["PASSWORD"] else "")
    port = f"&port={base['PORT']}" if base["PORT"] else ""
    url = f"postgresql://{user}@/{base['NAME']}?host={quote(base['HOST'])}{port}"
    given = {"DATABASE_URL": url, "DATABASE_OWNER_URL": url, "PYTHONPATH": str(ROOT)}
    return os.environ | given | {"WEBHOOK_URL": gateway.url, "WEBHOOK_SECRET": "secret"}


def start(point: str, gateway: Gateway) -> subprocess.Popen[str]:
    """A worker that is at this point now."""
    command = [sys.executable, "-m", "tests.faults.worker", point]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    process = subprocess.Popen(command, env=environment(gateway), cwd=ROOT, text=True, **pipes)  # type: ignore[call-overload]
    assert process.stdout is not None
    assert process.stdout.readline() == point + "\n"
    return process  # type: ignore[no-any-return]


def run_with_clock(hours: float, gateway: Gateway) -> None:
    """A worker on a machine whose clock is that far off; it does its round and ends."""
    command = [sys.executable, "-m", "tests.faults.worker", "-", str(hours)]
    subprocess.run(command, env=environment(gateway), cwd=ROOT, check=True, capture_output=True, timeout=60)


def let_go(process: subprocess.Popen[str]) -> str:
    """Let it finish; what it said at its end."""
    out, _err = process.communicate("\n" * 500, timeout=60)
    assert process.returncode == 0
    return out


def work_on() -> None:
    """Another worker takes over once every lease has run out."""
    Delivery.objects.filter(state=Delivery.CLAIMED).update(lease_until=clock.now())
    sweep.run()
    relay()
    for pk in delivery.owed(clock.now()):
        delivery.deliver(pk)


@pytest.mark.parametrize("point", worker.POINTS)
def test_a_worker_killed_at_a_named_point_loses_nothing_and_doubles_nothing(
    town: builders.World, gateway: Gateway, point: str
):
    expected = reminders.due_today(town, EACH, PEOPLE)
    process = start(point, gateway)
    process.send_signal(signal.SIGKILL)
    assert process.wait(10) == -signal.SIGKILL
    work_on()
    work_on()
    reminders.assert_none_missing_none_double(expected, gateway.journal)
    unknown = sum(reminders.uncertain().values())
    assert unknown == (EACH // PEOPLE if point in ("deliver.started", "deliver.sent") else 0)
    assert sum(reminders.arrived(gateway.journal).values()) == EACH - (unknown if point == "deliver.started" else 0)


@pytest.mark.parametrize("point", ["deliver.claimed", "deliver.started", "deliver.sent"])
def test_a_worker_paused_beyond_its_lease_and_continued_sends_nothing_twice(
    town: builders.World, gateway: Gateway, point: str
):
    expected = reminders.due_today(town, EACH, PEOPLE)
    process = start(point, gateway)
    process.send_signal(signal.SIGSTOP)
    work_on()
    process.send_signal(signal.SIGCONT)
    let_go(process)
    work_on()
    reminders.assert_none_missing_none_double(expected, gateway.journal)
    assert reminders.uncertain() == {}  # the one that was only paused settled its own row
    assert sum(reminders.arrived(gateway.journal).values()) == EACH


@pytest.mark.parametrize("hours", [(1, -1, 1), (24, 0), (30 * 24, 0, 24), (0, 30 * 24, 0)], ids=str)
def test_workers_whose_clocks_jump_tell_nobody_twice_and_forget_nobody(
    town: builders.World, gateway: Gateway, hours: tuple[float, ...]
):
    expected = reminders.due_today(town, EACH, PEOPLE)
    for off in hours:
        run_with_clock(off, gateway)
    work_on()
    reminders.assert_none_missing_none_double(expected, gateway.journal)
    assert sum(reminders.arrived(gateway.journal).values()) == EACH


@pytest.mark.parametrize("point", ["sweep.written", "relay.written"])
def test_a_worker_paused_in_a_transaction_stops_no_other(town: builders.World, gateway: Gateway, point: str):
    expected = reminders.due_today(town, EACH, PEOPLE)
    process = start(point, gateway)
    process.send_signal(signal.SIGSTOP)
    more = reminders.due_today(town, EACH, PEOPLE, first=EACH)
    work_on()
    for word in more:
        assert reminders.arrived(gateway.journal)[word] == 1
    process.send_signal(signal.SIGCONT)
    let_go(process)
    work_on()
    reminders.assert_none_missing_none_double(expected + more, gateway.journal)


def test_an_idempotent_gateway_gets_what_a_killed_worker_left_unknown_once_more(town: builders.World, settings: Any):
    settings.WEBHOOK_IDEMPOTENT = True
    with fake.running(fake.idempotent) as gateway:
        settings.WEBHOOK_URL, settings.WEBHOOK_SECRET = gateway.url, "secret"
        expected = reminders.due_today(town, EACH, PEOPLE)
        for point in ("deliver.started", "deliver.sent"):
            process = start(point, gateway)
            process.send_signal(signal.SIGKILL)
            process.wait(10)
        work_on()
        work_on()
        reminders.assert_none_missing_none_double(expected, gateway.journal)
        assert reminders.uncertain() == {}
        assert sum(reminders.arrived(gateway.journal).values()) == EACH


@pytest.mark.parametrize("behaviour", [fake.naive, fake.failing(503), fake.accept_and_drop, fake.read_and_drop])
def test_whatever_the_gateway_does_nothing_is_doubled_and_everything_missing_is_listed(
    town: builders.World, gateway: Gateway, behaviour: Any
):
    gateway.behaviour = behaviour
    expected = reminders.due_today(town, EACH, PEOPLE)
    work_on()
    gateway.behaviour = fake.naive
    Delivery.objects.filter(state=Delivery.PENDING).update(next_try_at=clock.now())  # the backoff has passed
    work_on()
    reminders.assert_none_missing_none_double(expected, gateway.journal)


def test_one_in_a_hundred_poisoned_delays_no_other(town: builders.World, gateway: Gateway):
    expected = reminders.due_today(town, 100, 100)
    bad = expected[37]
    poison = f"""
        CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          IF EXISTS (SELECT 1 FROM workflow_case c WHERE c.id = NEW.case_id AND c.reference = '{bad[1]}')
          THEN RAISE 'poisoned'; END IF; RETURN NEW; END $$;
        CREATE TRIGGER poison BEFORE INSERT ON workflow_notice FOR EACH ROW EXECUTE FUNCTION poison()"""
    with connections["owner"].cursor() as owner:
        owner.execute(poison)
    try:
        work_on()
    finally:
        with connections["owner"].cursor() as owner:
            owner.execute("DROP FUNCTION poison() CASCADE")
    assert reminders.arrived(gateway.journal) == {word: 1 for word in expected if word != bad}
    assert len(Heartbeat.objects.get(name="sweep").detail["failed"]) == 1
    work_on()  # mended
    reminders.assert_none_missing_none_double(expected, gateway.journal)
