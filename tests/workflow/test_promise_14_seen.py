"""P10 and P14: what is due stands in the inbox with no worker running, and an engine that stands still is seen."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client

from tests import builders
from tests.builders import at
from workflow import calendars, clock, sweep
from workflow.commands import calendar, deadlines, heartbeats
from workflow.models import Calendar, CalendarDay, Heartbeat, Schedule
from workflow.queries import filters, inbox
from workflow.rules.workdays import days_of_year, number

SHOWN, HIDDEN = (re.compile(rf'id="stalled"{how}>\s*提醒已停') for how in ("", " hidden"))


def test_a_due_reminder_is_in_the_inbox_as_soon_as_it_is_written_whatever_the_hour(world: builders.World):
    builders.agreement(world, now=at("2026-03-02"))
    deadlines.sweep(at("2026-03-02"))  # looked at when it was opened, as every step is
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
    assert HIDDEN.search(fresh) and not SHOWN.search(fresh)
    assert client.get("/queue/pulse").json()["stalled"] == 0
    assert client.get("/readyz").json()["checks"]["sweep"] == "ok"
    Heartbeat.objects.filter(name="sweep").update(at=clock.now() - timedelta(seconds=181))
    assert SHOWN.search(client.get("/queue/").content.decode())
    assert client.get("/queue/pulse").json()["stalled"] == 1  # for the page that stays open all day
    said = client.get("/readyz").json()
    assert said["checks"]["sweep"].startswith("stalled")
    assert said["status"] != "ok"


QUEUES = [f"/queue/?tab={tab}" for tab in filters.TABS] + ["/queue/?light=red", "/queue/?q=nothing", "/work/"]


@pytest.mark.parametrize("address", [*QUEUES, "/inbox/", "/deadlines/", "/cases/{}/"])
def test_the_banner_stands_on_every_page_of_the_desk_until_a_sweep_has_finished(
    client: Client, world: builders.World, address: str
):
    address = address.format(builders.agreement(world, now=clock.now()).reference)
    client.force_login(world.clerk)
    heartbeats.beat(heartbeats.SWEEP, clock.now() - timedelta(seconds=181))
    assert SHOWN.search(client.get(address, follow=True).content.decode())
    sweep.run()
    assert HIDDEN.search(client.get(address, follow=True).content.decode())


@pytest.mark.parametrize("address", ["/queue/", "/inbox/", "/deadlines/", "/cases/{}/", "/calendar/"])
def test_a_year_without_published_holidays_is_named_on_every_page_that_shows_dates(
    client: Client, world: builders.World, address: str
):
    address, year = address.format(builders.agreement(world, now=clock.now()).reference), clock.today().year + 1
    Schedule.objects.update(storage_on=date(year, 6, 30))
    calendar.seed([year - 2, year - 1])
    client.force_login(world.clerk)
    calendars.forget()
    warning = f"{year} 年放假安排尚未公布"
    assert warning in client.get(address).content.decode()
    CalendarDay.objects.filter(day__year=year).delete()
    rows = [(day, day.weekday() < 5, "国办发明电", "") for day in days_of_year(year)]
    known = calendars.load().rows
    numbered = number([(row.day, row.working, row.source, row.name) for row in known if row.day.year < year] + rows)
    national = Calendar.objects.get(code="CN")
    CalendarDay.objects.bulk_create(
        CalendarDay(calendar=national, day=r.day, working=r.working, ordinal=r.ordinal, source=r.source)
        for r in numbered
        if r.day.year == year
    )
    calendars.forget()
    assert warning not in client.get(address).content.decode()
