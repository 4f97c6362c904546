"""Two counties whose days off differ: wherever days are counted, each case's own county counts them."""

from datetime import date

import pytest
from django.test import Client

from tests import builders
from tests.builders import World, at
from workflow import calendars, ladders, policies, sweep
from workflow.commands import calendar, county_calendar, deadlines, supervision
from workflow.models import Calendar, Case, Notice, Schedule, Step
from workflow.queries import board, escalation, filters, inbox, queue
from workflow.queries import deadlines as month_of
from workflow.queries.filters import Asked
from workflow.rules import filed
from workflow.rules.filed import DayChange

WEDNESDAY = at("2026-03-04")
TODAY = WEDNESDAY.date()
OFF = [DayChange(date(2026, 3, day), filed.OFF, "县庆") for day in (5, 6)]  # Thursday and Friday


@pytest.fixture
def two(world: World) -> tuple[World, Step, Step]:
    """A step of the county with days off of its own, and one of a programme that counts with the nation."""
    calendar.seed([2025, 2026, 2027])
    ours, theirs = builders.agreement(world, now=at("2026-02-02")), builders.agreement(world, now=at("2026-02-02"))
    nation = Calendar.objects.get(code="CN")
    other = Schedule.objects.create(code="P2", name="远山", storage_on=date(2027, 7, 30), calendar=nation)
    Case.objects.filter(pk=theirs.pk).update(schedule=other)
    county = world.units[builders.COUNTY]
    county_calendar.override(county, OFF, source="云移〔2026〕8号", actor=world.county_officer, now=world.now)
    calendars.forget()
    return world, builders.open_step(ours, "draft"), builders.open_step(theirs, "draft")


def due(on: date, *steps: Step) -> None:
    """Both fall due on one day."""
    for step in steps:
        Step.objects.filter(pk=step.pk).update(due=on, forward=on, was_late=False)
        step.refresh_from_db()


@pytest.mark.parametrize("thorough", [False, True])
def test_a_rung_is_reached_by_the_countys_own_days(two: tuple[World, Step, Step], thorough: bool) -> None:
    world, ours, theirs = two
    due(date(2026, 3, 9), ours, theirs)
    deadlines.sweep(WEDNESDAY, thorough=thorough)
    live = Notice.objects.filter(word="reminder", recipient=world.clerk, superseded_at=None)
    # Monday is one working day away where Thursday and Friday are off, and three where they are not
    assert dict(live.values_list("step", "rung")) == {ours.pk: -1, theirs.pk: -5}
    assert deadlines.sweep(at("2026-03-05"), thorough=thorough) == 0
    deadlines.sweep(at("2026-03-06"), thorough=thorough)
    assert live.filter(step=theirs).latest("pk").rung == -1


def test_escalation_is_foretold_by_the_countys_own_days(two: tuple[World, Step, Step]) -> None:
    _world, ours, theirs = two
    due(date(2026, 3, 4), ours, theirs)
    first = {
        step.pk: escalation.next_superior(
            escalation.of_step(
                step, ladders.of_route(step.case.route_id), TODAY, calendars.of_schedule(step.case.schedule_id)
            )
        )
        for step in (ours, theirs)
    }
    assert first[ours.pk].day == date(2026, 3, 9)
    assert first[theirs.pk].day == date(2026, 3, 5)


def test_lights_of_lists_filters_counts_calendar_and_inbox_agree(two: tuple[World, Step, Step]) -> None:
    world, ours, theirs = two
    friday = date(2026, 3, 10)
    due(friday, ours, theirs)  # four working days ahead for the nation, two here
    rows = queue.page(world.clerk, Asked(tab="section"), limit=10, now=WEDNESDAY).rows
    assert {row.step.pk: (row.light, row.working_days_left) for row in rows} == {
        ours.pk: ("amber", 2),
        theirs.pk: ("green", 4),
    }
    posts = policies.postings_of(world.clerk, TODAY)
    assert queue.lights(world.clerk, posts, Asked(tab="section"), TODAY) == {
        "red": 0,
        "amber": 1,
        "green": 1,
        "held": 0,
    }
    for light, step in (("amber", ours), ("green", theirs)):
        found = queue.page(world.clerk, Asked(tab="section", light=light), limit=10, now=WEDNESDAY).rows
        assert [row.step.pk for row in found] == [step.pk]
    month = month_of.month(world.clerk, posts, date(2026, 3, 1), "section", TODAY, "990101")
    assert next(c.counts for w in month.weeks for c in w if c.day == friday) == {"amber": 1, "green": 1}
    entries = month_of.of_day(world.clerk, posts, friday, "section", TODAY)
    assert {entry.step.pk: (entry.light, entry.left) for entry in entries} == {
        ours.pk: ("amber", 2),
        theirs.pk: ("green", 4),
    }
    deadlines.sweep(WEDNESDAY)
    told = {row.step_id: row.light for row in inbox.pending(world.clerk, now=WEDNESDAY).rows if row.word == "reminder"}
    assert told == {ours.pk: "amber", theirs.pk: "green"}


def test_parts_of_a_light_exclude_each_other_where_counties_differ(two: tuple[World, Step, Step]) -> None:
    _world, ours, theirs = two
    due(date(2026, 3, 10), ours, theirs)
    for light in filters.LIGHTS:
        parts = [set(Step.objects.filter(p).values_list("pk", flat=True)) for p in filters.light_parts(light, TODAY)]
        assert sum(map(len, parts)) == len(set().union(*parts))
        assert set().union(*parts) == set(
            Step.objects.filter(filters.light_filter(light, TODAY)).values_list("pk", flat=True)
        )


def test_an_order_of_supervision_is_called_to_mind_on_the_countys_last_day(two: tuple[World, Step, Step]) -> None:
    world, ours, theirs = two
    for step in (ours, theirs):
        supervision.issue(
            step.pk, demand="补齐材料", due=date(2026, 3, 9), actor=world.vice_leader, now=at("2026-03-02")
        )
    assert supervision.remind(WEDNESDAY)
    words = Notice.objects.filter(word="supervision_due")
    assert set(words.values_list("case", flat=True)) == {ours.case_id}


def test_the_countdown_to_the_water_counts_the_countys_days(two: tuple[World, Step, Step], client: Client) -> None:
    world, _ours, _theirs = two
    nation = calendars.load().between(TODAY, date(2027, 6, 30))
    assert board.board(world.chair, now=WEDNESDAY).working_days == nation - 2
    assert sweep.nightly(TODAY)["provisional_today"] is False
    client.force_login(world.clerk)
    assert client.get("/queue/").context["storage_days"] == calendars.load("990101").between(
        client.get("/queue/").context["today"], date(2027, 6, 30)
    )


def test_people_are_at_work_on_their_own_countys_days(two: tuple[World, Step, Step]) -> None:
    world, _ours, _theirs = two
    found = calendars.of_people([world.clerk.pk, world.stranger.pk, world.nobody.pk], TODAY)
    assert [found[who.pk].is_working(date(2026, 3, 5)) for who in (world.clerk, world.stranger, world.nobody)] == [
        False,
        True,
        True,
    ]


def test_schedules_forgotten_by_another_thread_are_still_answered(
    two: tuple[World, Step, Step], monkeypatch: pytest.MonkeyPatch
) -> None:
    _world, ours, theirs = two
    codes = {ours.case.schedule_id: "990101", theirs.case.schedule_id: "CN"}
    assert calendars.of_every_schedule() == codes

    def forgotten_meanwhile() -> float:
        calendars.forget_schedules()
        return real()

    real = calendars.monotonic
    monkeypatch.setattr(calendars, "monotonic", forgotten_meanwhile)  # between the question and the answer
    assert calendars.of_every_schedule() == codes
