"""P10 and P14: what is due stands in the inbox with no worker running, and an engine that stands still is seen."""

from datetime import timedelta

from django.test import Client

from tests import builders
from tests.builders import at
from workflow import clock
from workflow.commands import deadlines, heartbeats
from workflow.models import Heartbeat
from workflow.queries import inbox


def test_a_due_reminder_is_in_the_inbox_as_soon_as_it_is_written_whatever_the_hour(world: builders.World):
    builders.agreement(world, now=at("2026-03-02"))
    midnight = at("2026-03-07", 0)  # a Saturday, in the quiet hours: outside waits, the inbox does not
    deadlines.sweep(midnight)
    words = [(row.word, row.rung) for row in inbox.pending(world.clerk, now=midnight).rows]
    assert ("reminder", -1) in words


def test_an_engine_that_has_not_swept_for_three_minutes_is_seen_on_the_queue_and_in_readyz(
    client: Client, world: builders.World
):
    client.force_login(world.clerk)
    heartbeats.beat(heartbeats.SWEEP, clock.now())
    fresh = client.get("/queue/").content.decode()
    assert 'class="banner" role="status"' not in fresh
    assert client.get("/readyz").json()["checks"]["sweep"] == "ok"
    Heartbeat.objects.filter(name="sweep").update(at=clock.now() - timedelta(seconds=181))
    assert 'class="banner" role="status"' in client.get("/queue/").content.decode()
    said = client.get("/readyz").json()
    assert said["checks"]["sweep"].startswith("stalled")
    assert said["status"] != "ok"
