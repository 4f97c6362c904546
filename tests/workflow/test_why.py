"""Every date can explain itself: days counted, days skipped and why, the chain back from the water, the document."""

from datetime import date, timedelta

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from agreements.models import BackPlanPoint, Milestone
from tests import builders
from tests.builders import World
from tests.workflow.test_date_arithmetic import CALENDARS
from tests.workflow.test_dates import plans
from tests.workflow.test_workdays import CN
from workflow import errors
from workflow.commands import calendar, schedules
from workflow.models import Step
from workflow.queries import why
from workflow.rules import dates, explain
from workflow.rules.dates import PlanGroup, PlanStage, PlanTrack

KNOWN = CALENDARS[2011, 2012, 2013]


def test_may_day_2012_is_told_with_its_make_up_saturday() -> None:
    told = explain.counting(date(2012, 4, 27), 3, KNOWN)
    assert (told.end, told.counted) == (date(2012, 5, 3), 3)
    assert told.made_up == (date(2012, 4, 28),)
    assert [(one.first, one.last, one.why, one.days) for one in told.skipped] == [
        (date(2012, 4, 29), date(2012, 5, 1), "holiday", 3)
    ]
    assert "劳动节" in told.skipped[0].name and not told.provisional


def test_a_plain_weekend_is_a_weekend() -> None:
    told = explain.counting(date(2012, 3, 2), 2, KNOWN)
    assert [(one.first, one.last, one.why) for one in told.skipped] == [(date(2012, 3, 3), date(2012, 3, 4), "weekend")]


@given(st.dates(date(2011, 1, 1), date(2013, 11, 1)), st.integers(0, 40))
def test_every_day_is_either_counted_or_told_as_skipped(start: date, days: int) -> None:
    told = explain.counting(start, days, KNOWN)
    assert told.end == KNOWN.add_working_days(start, days) and told.counted == days
    skipped = {one.first + timedelta(days=n) for one in told.skipped for n in range(one.days)}
    passed = {start + timedelta(days=n) for n in range(1, (told.end - start).days + 1)}
    assert skipped == {day for day in passed if not KNOWN.is_working(day)}
    assert set(told.made_up) == {day for day in passed if KNOWN.is_working(day) and day.weekday() >= 5}


def test_the_chain_runs_over_the_longest_way_and_ends_at_the_point_that_binds() -> None:
    def track(key: str, opens_in: str, gates: str, *leads: int) -> PlanTrack:
        return PlanTrack(key, opens_in, gates, tuple(PlanGroup(f"{key}{n}", lead) for n, lead in enumerate(leads)))

    plan = (
        PlanStage("signing", None, (track("sign", "signing", "signing", 3, 2),)),
        PlanStage("transfer", None, (track("move", "transfer", "transfer", 5),)),
        PlanStage("home", date(2012, 6, 15), (track("plot", "transfer", "home", 20, 10),
                                              track("check", "home", "home", 2))),
    )  # fmt: skip
    told = explain.derivation(plan, CN, "sign0")
    assert told is not None
    assert (told.state, told.point) == ("home", date(2012, 6, 15))
    assert [link.group for link in told.chain] == ["sign1", "plot0", "plot1"]  # 30 days, not the 7 beside them
    assert told.lead_days == 32
    assert explain.derivation(plan, CN, "nothing") is None


@given(plans())
def test_the_explained_chain_adds_up_to_the_backward_date(plan: tuple[PlanStage, ...]) -> None:
    for group, latest in dates.backward(plan, CN).items():
        told = explain.derivation(plan, CN, group)
        assert told is not None
        assert CN.ordinal(told.point) - told.lead_days == CN.ordinal(latest)


# --- the fragment -----------------------------------------------------------------------------------------------------
@pytest.fixture
def county(world: World) -> World:
    calendar.seed([2025, 2026, 2027])
    return world


def signing(world: World) -> Step:
    case = builders.walk(world, builders.agreement(world), until="signing")
    return Step.objects.get(case=case, state="open")


def test_a_step_tells_its_milestone_its_point_and_what_must_follow(county: World) -> None:
    BackPlanPoint.objects.filter(point="all_signed").update(document_no="云移〔2026〕3号")
    Milestone.objects.update(source_document="云水〔2025〕40号")
    step = signing(county)
    told = why.why(county.receiving_village, step.pk, now=county.now)
    assert told.point is not None and told.derivation is not None
    assert (told.point.name, told.point.days_before, told.point.document_no) == ("全部签约", 180, "云移〔2026〕3号")
    assert told.point.milestone_document == "云水〔2025〕40号"
    assert [row.lead_days for row in told.following] == [2, 3, 2]  # receiving town, signatures, county filing
    assert told.following[0].name == "接收镇确认"
    assert told.source == "E S07" and told.estimate and not told.by_document


def test_a_lead_by_document_names_the_document(county: World) -> None:
    step = signing(county)
    schedule = county.programme.schedule
    (row,) = schedules.lock([schedule.pk])
    schedules.write(row, schedules.Wanted(leads={step.plan: (dates.Lead(9, "working"), "云移〔2026〕9号")}))
    schedules.recount([row.pk], stream="programme:1", kind="test", facts={}, actor=None, now=county.now)
    told = why.why(county.receiving_village, step.pk, now=county.now)
    assert (told.source, told.by_document) == ("云移〔2026〕9号", True)
    assert told.counting is not None and told.counting.counted == 9


def test_the_fragment_is_for_those_who_see_the_case_and_says_it_in_words(county: World) -> None:
    step = signing(county)
    for who, status in (("receiving_village", 200), ("clerk", 200), ("stranger", 404), ("nobody", 404)):
        client = Client()
        client.force_login(county.people[who])
        answer = client.get(f"/steps/{step.pk}/why/", headers={"HX-Request": "true"})
        assert answer.status_code == status, who
        if status == 200:
            text = answer.content.decode()
            assert "接收镇确认" in text and "全部签约" in text and "<html" not in text
            assert "<html" in client.get(f"/steps/{step.pk}/why/").content.decode()
    with pytest.raises(errors.NotFound):
        why.why(county.clerk, 10**9, now=county.now)


def test_the_queue_and_the_case_offer_it_beside_every_date(county: World) -> None:
    step = signing(county)
    client = Client()
    client.force_login(county.receiving_village)
    for address in ("/queue/", f"/cases/{step.case.reference}/"):
        assert f"/steps/{step.pk}/why/" in client.get(address).content.decode(), address


def test_the_page_of_the_handbook_is_there_in_both_languages(county: World) -> None:
    client = Client()
    client.force_login(county.clerk)
    assert "期限与提醒" in client.get("/help/dates/").content.decode()
    client.cookies["django_language"] = "en"
    assert "Dates and reminders" in client.get("/help/dates/").content.decode()
