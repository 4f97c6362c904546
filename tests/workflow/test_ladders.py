"""The ladder as data: changed by those who keep it, in force from the next sweep, per route and severity."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial
from threading import Event as Flag

import psycopg
import pytest
from django.db import connections, transaction
from django.test import Client

from tests import builders, servers
from tests.builders import at
from workflow import calendars, clock, errors, ladders
from workflow.commands import deadlines
from workflow.commands import ladders as commands
from workflow.models import Event, Ladder, Notice, Posting, Step, Watch
from workflow.queries import escalation
from workflow.rules import rungs
from workflow.rules.rungs import Rung

OPENED, EARLY, DUE, LATER = (at(f"2026-03-{day:02}") for day in (2, 6, 9, 12))
KIND = "agreements.Agreement"
TERSE = {"ordinary": (Rung(2, ("holder", "county"), urgent=True),), "severe": (Rung(0, ("holder",)),)}


def told(**about: object) -> set[tuple[str, int]]:
    rows = Notice.objects.filter(word="reminder", superseded_at=None, **about)
    return set(rows.values_list("recipient__username", "rung"))


def test_a_county_ladder_replaces_the_default_for_every_mode_of_its_routes(world: builders.World):
    case = builders.agreement(world, now=OPENED)
    county = world.units[builders.COUNTY]
    made = commands.change(KIND, "", county, TERSE, actor=world.county_officer, now=OPENED)
    assert made is not None
    assert ladders.of_route(case.route_id) == TERSE
    assert deadlines.sweep(DUE) == 0
    assert deadlines.sweep(at("2026-03-11")) == 3
    assert told() == {("clerk", 2), ("clerk_2", 2), ("county_officer", 2)}
    assert set(Notice.objects.filter(word="reminder").values_list("urgent", flat=True)) == {True}


def test_a_mode_of_its_own_comes_before_the_units_and_other_units_keep_the_default(world: builders.World):
    case = builders.agreement(world, now=OPENED)
    county, other = world.units[builders.COUNTY], world.units["990199"]
    commands.change(KIND, "", county, TERSE, actor=world.county_officer, now=OPENED)
    own = TERSE | {"ordinary": (Rung(-2, ("holder",)),)}
    commands.change(KIND, "agri_dispersed", county, own, actor=world.county_officer, now=OPENED)
    assert ladders.of_route(case.route_id) == own
    Posting.objects.create(user=world.stranger, role="route_keeper", unit=other, valid_from=date(2020, 1, 1))
    commands.change(KIND, "agri_dispersed", other, TERSE, actor=world.stranger, now=OPENED)
    assert ladders.of_route(case.route_id) == own


def test_a_step_bound_by_the_water_or_a_paper_climbs_the_severe_ladder(world: builders.World):
    ordinary, severe = (builders.agreement(world, now=OPENED) for _ in range(2))
    Step.objects.filter(case=severe).update(binding="backward")
    deadlines.sweep(DUE)
    assert {who for who, _rung in told(case=ordinary)} == {"clerk", "clerk_2", "contact_cadre"}
    leaders = {"town_reviewer", "vice_leader"}
    assert {who for who, _rung in told(case=severe)} == {"clerk", "clerk_2", "contact_cadre"} | leaders
    assert set(Notice.objects.filter(case=severe, rung=0).values_list("urgent", flat=True)) == {True}
    assert set(Notice.objects.filter(case=ordinary, rung=0).values_list("urgent", flat=True)) == {False}


def test_a_changed_ladder_is_a_new_version_in_history_and_looks_at_open_steps_again(world: builders.World):
    builders.agreement(world, now=OPENED)
    county = world.units[builders.COUNTY]
    commands.change(KIND, "", county, TERSE, actor=world.county_officer, now=OPENED)
    assert deadlines.sweep(DUE) == 0
    assert commands.change(KIND, "", county, TERSE, actor=world.county_officer, now=DUE) is None
    earlier = TERSE | {"ordinary": (Rung(-1, ("holder",)), Rung(0, ("holder",)))}
    commands.change(KIND, "", county, earlier, actor=world.county_officer, now=DUE)
    assert deadlines.sweep(DUE) == 2  # the passed rung of the new ladder is recorded, the highest told
    assert told() == {("clerk", 0), ("clerk_2", 0)}
    assert Notice.objects.filter(rung=-1, superseded_why="higher_rung").count() == 2
    assert list(Ladder.objects.order_by("version").values_list("version", "current")) == [(1, False), (2, True)]
    assert Event.objects.filter(kind="ladder.changed").count() == 2


@pytest.mark.parametrize("who", ["clerk", "stranger", "nobody", "system_admin"])
def test_only_the_keeper_of_the_unit_changes_its_ladder(world: builders.World, who: str):
    county = world.units[builders.COUNTY]
    with pytest.raises(errors.NotFound):
        commands.change(KIND, "", county, TERSE, actor=world.people[who], now=OPENED)


def test_a_ladder_that_would_tell_nobody_is_refused(world: builders.World):
    county = world.units[builders.COUNTY]
    with pytest.raises(errors.InvalidInput, match="请选择告知对象"):
        wrong = TERSE | {"severe": (Rung(0, ("mayor",)),)}
        commands.change(KIND, "", county, wrong, actor=world.county_officer, now=OPENED)
    assert not Ladder.objects.exists()


def test_a_step_is_looked_at_when_its_next_rung_falls_due_and_again_when_due_or_holder_change(world: builders.World):
    case = builders.agreement(world, now=OPENED)
    step = builders.open_step(case, "draft")
    assert Watch.objects.get(step=step).remind_on == Watch.LOOK_NOW
    deadlines.sweep(OPENED)
    assert Watch.objects.get(step=step).remind_on == date(2026, 3, 6)
    deadlines.sweep(LATER + timedelta(days=60))
    assert Watch.objects.get(step=step).remind_on == rungs.NEVER
    for change in ({"due": date(2026, 6, 1)}, {"due_version": 9}, {"holder": world.clerk}, {"binding": "expiry"}):
        Watch.objects.filter(step=step).update(remind_on=rungs.NEVER)
        Step.objects.filter(pk=step.pk).update(**change)
        assert Watch.objects.get(step=step).remind_on == Watch.LOOK_NOW, change


def test_every_open_step_is_watched_and_no_closed_one(world: builders.World):
    case = builders.agreement(world, now=OPENED)
    builders.approve(world, case, "draft", now=OPENED)
    assert Step.objects.exclude(state="open").exists()
    still_open = set(Step.objects.filter(state="open").values_list("pk", flat=True))
    assert set(Watch.objects.values_list("step", flat=True)) == still_open != set()


def test_a_new_colleague_is_found_by_the_thorough_sweep(world: builders.World):
    case = builders.agreement(world, now=OPENED)
    deadlines.sweep(DUE)
    late = builders.user("late_comer", "clerk", world.units[builders.HOME_TOWN])
    assert deadlines.sweep(DUE) == 0
    assert deadlines.sweep(DUE, thorough=True) == 1
    assert (late.username, 0) in told(case=case)


def form(**changed: str) -> dict[str, str]:
    """The default ladder as the page posts it."""
    fields = {}
    for severity, ladder in rungs.DEFAULT.items():
        for n, rung in enumerate(ladder):
            fields[f"{severity}:{n}:offset"] = str(rung.offset)
            fields |= {f"{severity}:{n}:{who}": "1" for who in rung.audiences}
            if rung.urgent:
                fields[f"{severity}:{n}:urgent"] = "1"
    return fields | changed


def test_the_page_shows_the_ladder_and_what_will_happen_and_changes_it(client: Client, world: builders.World):
    case = builders.agreement(world)
    client.force_login(world.county_officer)
    address = f"/routes/{case.route_id}/reminders"
    page = client.get(address).content.decode()
    assert "默认提醒阶梯" in page and "领导小组组长" in page and 'value="-10"' in page
    client.post(address, form(scope="all") | {"ordinary:7:offset": "12"})
    assert [rung.offset for rung in ladders.of_route(case.route_id)["ordinary"]][-1] == 12
    assert Ladder.objects.get().mode == ""
    client.post(address, form() | {"ordinary:8:offset": "20", "ordinary:8:county": "1"})
    assert [rung.offset for rung in ladders.of_route(case.route_id)["ordinary"]][-2:] == [10, 20]
    assert client.post(address, form() | {"ordinary:8:offset": "x"}).status_code == 422


def test_a_reader_of_the_route_sees_the_ladder_and_cannot_change_it(client: Client, world: builders.World):
    case = builders.agreement(world)
    client.force_login(world.auditor)
    address = f"/routes/{case.route_id}/reminders"
    button = "启用</button>"
    assert button not in client.get(address).content.decode()
    assert client.post(address, form()).status_code == 404
    client.force_login(world.clerk)
    assert client.get(address).status_code == 404
    client.force_login(world.route_keeper)
    assert button in client.get(address).content.decode()


def test_escalation_is_said_before_it_happens(client: Client, world: builders.World):
    case = builders.agreement(world, now=clock.now())
    Step.objects.filter(case=case).update(binding="forward", due=clock.today() + timedelta(days=7))
    step = builders.open_step(case, "draft")
    known, counted = ladders.of_route(case.route_id), calendars.load()
    ahead = escalation.next_superior(escalation.of_step(step, known, clock.today(), counted))
    assert ahead is not None
    assert (ahead.offset, ahead.newly) == (1, ("office_head",))
    client.force_login(world.clerk)
    page = client.get(f"/cases/{case.reference}/").content.decode()
    assert "仍未办结，将上报：移民办主任" in page
    Step.objects.filter(pk=step.pk).update(due=clock.today() - timedelta(days=60))
    assert "将上报" not in client.get(f"/cases/{case.reference}/").content.decode()


def test_a_ladder_is_changed_while_another_writer_holds_steps_of_its_routes(live_world: builders.World):
    first, second = (builders.open_step(builders.agreement(live_world, now=OPENED), "draft").pk for _ in range(2))
    move = "UPDATE workflow_step SET due = due + 1 WHERE id = %s"  # its trigger marks the watch
    with psycopg.connect(servers.owner_dsn()) as other, ThreadPoolExecutor(1) as pool:
        # now the watch of the first lies behind the other's in the table
        other.execute("UPDATE workflow_watch SET remind_on = %s WHERE step_id = %s", [rungs.NEVER, first])
        other.commit()
        other.execute(move, [first])
        changing = pool.submit(in_a_connection_of_its_own, partial(change_in, live_world))
        wait_until_somebody_waits()
        other.execute(move, [second])  # in the order of the ids
        other.commit()
        assert changing.result(30) is not None
    assert set(Watch.objects.values_list("remind_on", flat=True)) == {Watch.LOOK_NOW}


def test_a_sweep_passes_by_what_a_ladder_is_just_being_changed_for(live_world: builders.World):
    builders.agreement(live_world, now=OPENED)
    changed, swept = Flag(), Flag()

    def change() -> None:
        with transaction.atomic():
            change_in(live_world)
            changed.set()
            assert swept.wait(30)

    with ThreadPoolExecutor(1) as pool:
        changing = pool.submit(in_a_connection_of_its_own, change)
        assert changed.wait(30)
        assert deadlines.sweep(DUE) == 0  # it neither waits nor tells by the old ladder
        swept.set()
        changing.result(30)
    assert Watch.objects.get().remind_on == Watch.LOOK_NOW
    assert deadlines.sweep(LATER) == 3


def test_a_ladder_that_changes_in_mid_sweep_counts_from_that_batch_on(
    world: builders.World, monkeypatch: pytest.MonkeyPatch
):
    case = builders.agreement(world, now=OPENED)
    batches = deadlines._batches

    def changed_after_the_question(*args):
        for ids in batches(*args):
            change_in(world)
            yield ids

    monkeypatch.setattr(deadlines, "_batches", changed_after_the_question)
    assert deadlines.sweep(DUE) == 0  # by the old ladder three people had been told
    assert Watch.objects.get(step__case=case).remind_on == date(2026, 3, 11)
    assert not told()


def change_in(world: builders.World) -> Ladder | None:
    return commands.change(KIND, "", world.units[builders.COUNTY], TERSE, actor=world.county_officer, now=OPENED)


def in_a_connection_of_its_own(call):
    try:
        return call()
    finally:
        connections.close_all()


def wait_until_somebody_waits() -> None:
    blocked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    with psycopg.connect(servers.owner_dsn(), autocommit=True) as looking:
        while not looking.execute(blocked).fetchone()[0]:
            looking.execute("SELECT pg_sleep(0.02)")
