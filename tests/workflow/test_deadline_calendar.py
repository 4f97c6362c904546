"""The deadline calendar: every open step in sight stands on its day under its light, and nowhere else."""

from collections import Counter
from datetime import date, timedelta

import pytest
from django.test import Client

from tests import builders
from tests.builders import World
from workflow import clock, policies
from workflow.commands import calendar, cases
from workflow.models import Step
from workflow.queries import deadlines


@pytest.fixture
def county(world: World) -> World:
    calendar.seed([2025, 2026, 2027])
    for state in ("draft", "in_review", "signing", "account_transfer"):
        builders.walk(world, builders.agreement(world), until=state)
    return world


def grid(world: World, who: str, whose: str, first: date = date(2026, 3, 1)) -> deadlines.Month:
    today = clock.date_of(world.now)
    posts = policies.postings_of(world.people[who], today)
    return deadlines.month(world.people[who], posts, first, whose, today, "CN")


def counted(month: deadlines.Month) -> Counter[date]:
    return Counter({cell.day: cell.total for week in month.weeks for cell in week if cell.total})


def test_every_open_step_in_sight_stands_on_its_day(county: World) -> None:
    due = Counter(Step.objects.filter(state="open").values_list("due", flat=True))
    shown = sum((counted(grid(county, "chair", "scope", date(2026, m, 1))) for m in (3,)), Counter())
    assert shown == Counter({day: n for day, n in due.items() if date(2026, 2, 23) <= day <= date(2026, 4, 5)})
    assert grid(county, "chair", "scope", date(2026, 6, 1)).earlier == sum(due.values())
    assert counted(grid(county, "stranger", "scope")) == Counter()


def test_mine_are_those_of_my_queue(county: World) -> None:
    mine = Step.objects.filter(state="open", role="receiving_village")
    assert counted(grid(county, "receiving_village", "mine")) == Counter(mine.values_list("due", flat=True))


def test_lights_of_a_day_and_holds(county: World) -> None:
    steps = list(Step.objects.filter(state="open").order_by("pk"))
    today = clock.date_of(county.now)
    Step.objects.all().update(due=today - timedelta(days=1))
    cases.hold(steps[0].case_id, actor=county.clerk, cause="dispute", now=county.now)
    cell = next(c for week in grid(county, "chair", "scope").weeks for c in week if c.day == today - timedelta(days=1))
    held = Step.objects.filter(state="open", case=steps[0].case_id).count()
    assert dict(cell.shown) == {"red": len(steps) - held, "held": held}


def test_holidays_and_make_up_days_are_marked(county: World) -> None:
    cells = {c.day: c for week in grid(county, "chair", "scope", date(2026, 5, 1)).weeks for c in week}
    assert cells[date(2026, 5, 1)].kind == "holiday" and "劳动" in cells[date(2026, 5, 1)].name
    assert cells[date(2026, 5, 9)].kind == "make_up" and cells[date(2026, 5, 10)].kind == "weekend"
    assert not grid(county, "chair", "scope", date(2026, 5, 1)).provisional
    assert grid(county, "chair", "scope", date(2027, 5, 1)).provisional


def test_the_page_leads_to_the_queue_of_that_day(county: World) -> None:
    client = Client()
    client.force_login(county.receiving_village)
    step = Step.objects.filter(state="open", role="receiving_village").first()
    assert step is not None
    page = client.get(f"/deadlines/?month={step.due:%Y-%m}").content.decode()
    assert f"/queue/?tab=mine&amp;due={step.due.isoformat()}" in page
    assert step.case.title in client.get(f"/queue/?tab=mine&due={step.due.isoformat()}").content.decode()


def test_a_leader_sees_the_list_of_a_day_and_others_no_scope_tab(county: World) -> None:
    step = Step.objects.filter(state="open").first()
    assert step is not None
    leader, clerk = Client(), Client()
    leader.force_login(county.chair)
    clerk.force_login(county.clerk)
    address = f"/deadlines/?whose=scope&day={step.due.isoformat()}&month={step.due:%Y-%m}"
    assert step.case.title in leader.get(address).content.decode()
    assert 'id="day"' in leader.get(address).content.decode()
    assert "scope" not in [code for code, _name in clerk.get(address).context["tabs"]]


@pytest.mark.parametrize("query", ["month=2026-13", "month=soon", "day=2026-02-30", "day=0001-01-01", "whose=all"])
def test_nonsense_shows_this_month(county: World, query: str) -> None:
    client = Client()
    client.force_login(county.clerk)
    assert client.get(f"/deadlines/?{query}").status_code == 200
