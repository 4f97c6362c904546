"""Milestones, stages by water level, the back-plan and lead times move, and every open step moves with them."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from agreements.commands import asked_dates, programme_dates
from agreements.commands.programme_dates import Change
from agreements.models import Agreement, BackPlanPoint, Milestone, Revision
from agreements.queries import timetable
from agreements.rules import stages
from agreements.rules.stages import Gate
from tests import builders
from tests.builders import World
from workflow import audit, clock, errors
from workflow.commands import calendar, recompute
from workflow.models import Event, LeadTime, Notice, Schedule, SchedulePoint, Step
from workflow.queries import waters

WHY = {"reason": "来水偏枯", "document_no": "云移〔2026〕12号"}


def asked(world: World, what: str, **form: Any) -> Change:
    leads = {row.plan: row for row in timetable.leads(world.programme)}
    return asked_dates.change(world.programme, what, WHY | form, leads)


def move(world: World, what: str, **form: Any) -> tuple[Revision | None, recompute.Result]:
    change = asked(world, what, **form)
    return programme_dates.apply(world.programme.pk, change, actor=world.county_officer, now=world.now)


def impoundment(world: World) -> Milestone:
    return Milestone.objects.get(programme=world.programme, type="impoundment")


def signing(world: World, **values: Any) -> Step:
    case = builders.walk(world, builders.agreement(world, **values), until="signing")
    return Step.objects.get(case=case, state="open")


def test_moving_the_water_moves_every_point_and_every_open_step(world: World) -> None:
    calendar.seed([2025, 2026, 2027])
    step = signing(world)
    revision, result = move(world, "milestone", milestone=impoundment(world).pk, planned_on="2026-08-31")
    assert [one.id for one in result.moved] == [step.pk]
    after = Step.objects.get(pk=step.pk)
    points = dict(SchedulePoint.objects.filter(schedule=world.programme.schedule).values_list("point", "due_on"))
    assert points["all_signed"] == date(2026, 8, 31) - timedelta(days=180)
    assert Schedule.objects.get(pk=world.programme.schedule_id).storage_on == date(2026, 8, 31)
    assert after.due == after.backward < step.due
    assert (after.binding, after.due_version) == ("backward", step.due_version + 1)
    assert revision is not None and revision.before["planned_on"] == "2027-06-30"
    assert (revision.after["planned_on"], revision.steps_moved, revision.reason) == ("2026-08-31", 1, "来水偏枯")


def test_whoever_became_late_is_told_once_and_the_programme_has_one_event(world: World) -> None:
    for _household in range(3):
        signing(world)
    _revision, result = move(world, "milestone", milestone=impoundment(world).pk, planned_on="2026-06-30")
    assert len(result.late) == 3
    assert [n.recipient_id for n in Notice.objects.filter(word="dates_moved")] == [world.receiving_village.pk]
    events = Event.objects.filter(stream=f"programme:{world.programme.pk}")
    assert [event.kind for event in events] == ["programme.dates_moved"]
    assert '"became_late":3' in events[0].body and "云移〔2026〕12号" in events[0].body
    assert audit.verify().ok


def test_a_preview_says_what_happens_and_writes_nothing(world: World) -> None:
    signing(world)
    change = asked(world, "milestone", milestone=impoundment(world).pk, planned_on="2026-06-30")
    before = list(Step.objects.order_by("pk").values_list("pk", "due"))
    foreseen = programme_dates.preview(world.programme, change, clock.date_of(world.now))
    assert list(Step.objects.order_by("pk").values_list("pk", "due")) == before
    _revision, done = programme_dates.apply(world.programme.pk, change, actor=world.county_officer, now=world.now)
    assert foreseen.moved == done.moved and foreseen.recipients == done.recipients


def test_a_stage_takes_the_households_at_or_below_its_water_and_no_others(world: World) -> None:
    low, edge, high = (signing(world, elevation_m=level) for level in (550, 570, 571))
    change = asked(world, "stage", planned_on="2026-06-30", water_level_m="570")
    foreseen = programme_dates.preview(world.programme, change, clock.date_of(world.now))
    _revision, result = programme_dates.apply(world.programme.pk, change, actor=world.county_officer, now=world.now)
    assert {one.id for one in result.moved} == {low.pk, edge.pk} == {one.id for one in foreseen.moved}
    stage = Milestone.objects.get(type="staged_impoundment")
    assert stage.schedule is not None and stage.schedule.code == "P1-S1"
    assert {step.case.schedule_id for step in Step.objects.filter(pk__in=[low.pk, edge.pk])} == {stage.schedule_id}
    assert Step.objects.get(pk=high.pk).case.schedule_id == world.programme.schedule_id
    assert Step.objects.get(pk=high.pk).due == high.due
    fresh = builders.agreement(world, elevation_m=560)  # drafted afterwards: counted with its stage from the start
    assert fresh.schedule_id == stage.schedule_id


def test_raising_a_stages_water_takes_more_households_and_lowering_gives_them_back(world: World) -> None:
    step = signing(world, elevation_m=580)
    move(world, "stage", planned_on="2026-06-30", water_level_m="570")
    stage = Milestone.objects.get(type="staged_impoundment")
    for level, gate in (("585", stage.schedule_id), ("575.50", world.programme.schedule_id)):
        move(world, "milestone", milestone=stage.pk, planned_on="2026-06-30", water_level_m=level)
        assert Agreement.objects.get(pk=step.case_id).schedule_id == gate
    assert Step.objects.get(pk=step.pk).due == step.due


@given(
    st.lists(st.tuples(st.dates(date(2026, 1, 1), date(2028, 1, 1)), st.integers(500, 600)), min_size=1, max_size=5),
    st.decimals(480, 620, places=2),
)
def test_a_household_races_against_the_first_water_that_reaches_it(
    waters: list[tuple[date, int]], elevation: Decimal
) -> None:
    gates = [Gate(number, day, Decimal(level)) for number, (day, level) in enumerate(waters)]
    found = stages.gate_for(elevation, gates)
    reached = [gate for gate in gates if gate.level_m is not None and gate.level_m >= elevation]
    if reached:
        assert found in reached and all(found.planned_on <= gate.planned_on for gate in reached)
    else:
        assert all(found.planned_on >= gate.planned_on for gate in gates)


def test_the_back_plan_is_data_under_a_document(world: World) -> None:
    step = signing(world)
    _revision, result = move(world, "back_plan", **{"point-all_signed": "490", "point-last_move": "90"})
    assert [one.id for one in result.moved] == [step.pk]
    row = BackPlanPoint.objects.get(programme=world.programme, point="all_signed")
    assert (row.days_before, row.document_no) == (490, "云移〔2026〕12号")
    kept = BackPlanPoint.objects.get(programme=world.programme, point="last_move")
    assert (kept.days_before, kept.document_no) == (90, "")  # not changed, so no document claims it
    revision = Revision.objects.get()
    assert (revision.before, revision.after) == ({"all_signed": 180}, {"all_signed": 490})


def test_a_lead_time_by_document_moves_open_steps_and_can_be_given_back(world: World) -> None:
    step = signing(world)
    _revision, result = move(world, "lead", plan=step.plan, days="10", unit="working")
    moved = Step.objects.get(pk=step.pk)
    assert [one.id for one in result.moved] == [step.pk] and moved.lead == 10 != step.lead
    assert LeadTime.objects.get(plan=step.plan).document_no == "云移〔2026〕12号"
    later = signing(world)
    assert later.lead == 10  # opened under the document
    move(world, "lead", plan=step.plan, days="", unit="working")
    assert Step.objects.get(pk=step.pk).due == step.due and not LeadTime.objects.exists()


def test_a_longer_lead_of_what_follows_pulls_the_backward_date_forward(world: World) -> None:
    step = signing(world)
    move(world, "lead", plan="county_filing", days="12", unit="working")
    after = Step.objects.get(pk=step.pk)
    assert step.backward is not None and after.backward is not None and after.backward < step.backward


def test_a_new_stage_counts_with_the_leads_that_documents_set(world: World) -> None:
    move(world, "lead", plan="draft", days="9", unit="working")
    move(world, "stage", planned_on="2027-01-31", water_level_m="570")
    assert builders.open_step(builders.agreement(world, elevation_m=560), "draft").lead == 9


def test_pressed_twice_it_moves_once_and_an_old_page_is_refused(world: World) -> None:
    first = asked(world, "milestone", milestone=impoundment(world).pk, planned_on="2027-05-31")
    other = asked(world, "milestone", milestone=impoundment(world).pk, planned_on="2027-04-30")
    programme_dates.apply(world.programme.pk, first, actor=world.county_officer, now=world.now)
    again, _result = move(world, "milestone", milestone=impoundment(world).pk, planned_on="2027-05-31")
    assert again is not None or Revision.objects.count() == 1
    with pytest.raises(errors.Stale):
        programme_dates.apply(world.programme.pk, other, actor=world.county_officer, now=world.now)


@pytest.mark.parametrize(
    ("what", "form"),
    [
        ("milestone", {"planned_on": ""}),
        ("milestone", {"planned_on": "2026-02-30"}),
        ("milestone", {"planned_on": "1912-01-01"}),
        ("milestone", {"planned_on": "2027-06-30", "reason": " "}),
        ("milestone", {"planned_on": "2027-06-30", "document_no": ""}),
        ("milestone", {"planned_on": "2027-06-30", "water_level_m": "深"}),
        ("milestone", {"planned_on": "2027-06-30", "water_level_m": "NaN"}),
        ("stage", {"planned_on": "2027-01-01", "water_level_m": ""}),
        ("back_plan", {"point-all_signed": "-3"}),
        ("back_plan", {"point-all_signed": "99999"}),
        ("lead", {"plan": "nothing", "days": "3"}),
        ("lead", {"plan": "draft", "days": "soon"}),
    ],
)
def test_nonsense_is_refused_and_named(world: World, what: str, form: dict[str, str]) -> None:
    with pytest.raises(errors.InvalidInput):
        asked(world, what, **{"milestone": impoundment(world).pk, **form})


def test_only_the_countys_officer_moves_dates_and_revisions_are_history(world: World) -> None:
    change = asked(world, "milestone", milestone=impoundment(world).pk, planned_on="2027-05-31")
    for who in (world.chair, world.system_admin, world.stranger):
        with pytest.raises(errors.NotAllowed):
            programme_dates.apply(world.programme.pk, change, actor=who, now=world.now)
    programme_dates.apply(world.programme.pk, change, actor=world.county_officer, now=world.now)
    with pytest.raises(DatabaseError), transaction.atomic():
        Revision.objects.update(reason="else")


# --- the page -------------------------------------------------------------------------------------------------------
def client_of(world: World, who: str) -> Client:
    client = Client()
    client.force_login(world.people[who])
    return client


def test_the_county_reads_the_page_strangers_do_not_and_only_the_officer_moves(world: World) -> None:
    address = "/programmes/P1/dates/"
    page = client_of(world, "clerk").get(address).content.decode()
    assert "全部签约" in page and "2027-01-01" in page and 'name="planned_on"' not in page
    assert 'name="planned_on"' in client_of(world, "county_officer").get(address).content.decode()
    assert client_of(world, "stranger").get(address).status_code == 404
    assert client_of(world, "nobody").get(address).status_code == 404
    for end in ("preview", "apply"):
        assert client_of(world, "chair").post(f"{address}{end}", {}).status_code == 404
    assert client_of(world, "clerk").get("/programmes/").url == address


def test_preview_names_who_becomes_late_and_the_button_does_it(world: World) -> None:
    step = signing(world)
    now = clock.now()  # the page counts with today: the step opened today and is in time
    Step.objects.filter(pk=step.pk).update(opened_at=now, due=clock.date_of(now) + timedelta(days=9))
    client, address = client_of(world, "county_officer"), "/programmes/P1/dates/"
    form = {"what": "milestone", "milestone": impoundment(world).pk, "planned_on": "2026-01-31", **WHY}
    shown = client.post(f"{address}preview", form)
    text = shown.content.decode()
    assert "receiving_village" in text and not Revision.objects.exists()
    hidden = dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)">', text.split('id="preview"')[1]))
    answer = client.post(f"{address}apply", {**form, "next": hidden["next"]})
    assert answer.status_code == 302
    assert Revision.objects.get().became_late == 1
    assert "来水偏枯" in client.get(address).content.decode()


def test_pages_count_down_to_the_next_water_that_is_still_to_come(world: World) -> None:
    move(world, "stage", planned_on="2026-06-30", water_level_m="570")
    found = [
        waters.upcoming(date.fromisoformat(day)) for day in ("2026-03-02", "2026-06-30", "2026-07-01", "2030-01-01")
    ]
    codes = dict(Schedule.objects.values_list("pk", "code"))
    assert [one and codes[one.pk] for one in found] == ["P1-S1", "P1-S1", "P1", "P1"]
