"""/readyz and the status page notice when the database no longer keeps what the engine relies on."""

import pytest
from django.db import connections
from django.test import Client

from config import health, machine
from tests import builders
from workflow import clock
from workflow.queries.machine import BAD


def switch(trigger: str, how: str) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = %s", [trigger])
        cursor.execute(f"ALTER TABLE {cursor.fetchone()[0]} {how} TRIGGER {trigger}")


@pytest.mark.parametrize("trigger", health.WATCHING)
def test_missing_reminder_triggers_are_seen_and_decisions_go_on(
    client: Client, live_world: builders.World, trigger: str
) -> None:
    assert client.get("/readyz").json()["checks"]["watch"] == "ok"
    switch(trigger, "DISABLE")
    try:
        said, lines = client.get("/readyz"), list(machine.version(clock.now()))
    finally:
        switch(trigger, "ENABLE")
    assert (said.status_code, said.json()["status"]) == (200, "degraded")
    assert said.json()["checks"]["watch"] == "reminder triggers missing"
    assert [line.level for line in lines if "reminder triggers missing" in line.value] == [BAD]
    assert client.get("/readyz").json()["checks"]["watch"] == "ok"
