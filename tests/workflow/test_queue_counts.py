"""The queue's counts are what its lists hold, however the units are named to the database."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import builders
from workflow import policies
from workflow.commands import steps
from workflow.models import Hold, Step, User
from workflow.queries import filters, queue
from workflow.queries.filters import LIGHTS, TABS, Asked


@pytest.fixture
def busy(world: builders.World) -> builders.World:
    """Steps under every light, one of them twice amber by its past, one on hold, one claimed."""
    spread = (-5, 0, 2, 40, 40, 40)
    for days in spread:
        step = builders.open_step(builders.agreement(world), "draft")
        due = builders.today_of(world) + timedelta(days=days)
        Step.objects.filter(pk=step.pk).update(due=due, forward=due)
    steps = list(Step.objects.order_by("id"))
    Step.objects.filter(pk=steps[3].pk).update(was_late=True)
    Step.objects.filter(pk=steps[4].pk).update(holder=world.clerk)
    for step in (steps[0], steps[5]):
        Hold.objects.create(case=step.case, cause="dispute", since=world.now, by=world.clerk)
    builders.walk(world, builders.agreement(world), "signing")
    return world


def listed(world: builders.World, user: User, asked: Asked) -> set[int]:
    found = queue.page(user, asked, limit=100, now=world.now)
    return {row.step.pk for row in found.rows}


def test_each_light_counts_the_steps_it_lists(busy: builders.World) -> None:
    today = builders.today_of(busy)
    authorities = policies.postings_of(busy.clerk, today)
    for tab in ("mine", "claimable", "started", "section"):
        counted = queue.lights(busy.clerk, authorities, Asked(tab=tab), today)
        assert counted == {light: len(listed(busy, busy.clerk, Asked(tab=tab, light=light))) for light in LIGHTS}
        assert sum(counted.values()) == len(listed(busy, busy.clerk, Asked(tab=tab)))
    assert queue.lights(busy.clerk, authorities, Asked(), today) == {"red": 0, "amber": 3, "green": 1, "held": 2}


def test_what_one_started_is_counted_and_listed_by_agreement_with_who_has_it(busy: builders.World) -> None:
    case = builders.walk(busy, builders.agreement(busy), "account_transfer")
    due = builders.today_of(busy)
    open_ = list(Step.objects.filter(case=case, state="open").order_by("id"))
    for days, step in enumerate(reversed(open_)):
        Step.objects.filter(pk=step.pk).update(due=due + timedelta(days=days))
    assert len(open_) > 1
    rows = [row for row in queue.page(busy.clerk, Asked(tab="started"), limit=100).rows if row.case.pk == case.pk]
    assert [row.step.pk for row in rows] == [open_[-1].pk]  # the most urgent
    assert rows[0].holder == str(policies.holders_of(open_[-1].role, open_[-1].unit.code, due)[0])
    going = Step.objects.filter(state="open", case__drafter=busy.clerk).exclude(case__state="draft")
    counted = queue.counts(busy.clerk, policies.postings_of(busy.clerk, due), due)["started"]
    assert counted == going.values("case").distinct().count() < going.count()


def test_the_parts_of_a_light_exclude_each_other(busy: builders.World) -> None:
    today = builders.today_of(busy)
    for light in LIGHTS:
        parts = [set(Step.objects.filter(p).values_list("pk", flat=True)) for p in filters.light_parts(light, today)]
        whole = set(Step.objects.filter(filters.light_filter(light, today)).values_list("pk", flat=True))
        assert sum(map(len, parts)) == len(whole) == len(set().union(*parts))


def test_units_named_or_joined_make_the_same_lists(busy: builders.World, monkeypatch: pytest.MonkeyPatch) -> None:
    people = list(User.objects.all())
    named = {(user.pk, tab): listed(busy, user, Asked(tab=tab)) for user in people for tab in TABS}
    monkeypatch.setattr(queue, "FEW_UNITS", 0)
    assert named == {(user.pk, tab): listed(busy, user, Asked(tab=tab)) for user in people for tab in TABS}
    assert any(named.values())


def test_what_one_decided_says_how_when_where_it_is_now_and_what_can_be_taken_back(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world), "in_review")
    builders.approve(world, case, "group_opinion")
    builders.approve(world, case, "village_opinion")
    back = builders.walk(world, builders.agreement(world), "in_review")
    step = builders.open_step(back, "village_opinion")
    steps.decide(step.pk, actor=world.village_reviewer, verdict="return", comment="?", to="draft", reason_code="other")
    steps.take_back(step.pk, actor=world.village_reviewer)
    rows = {row.case.pk: row.decided for row in queue.page(world.village_reviewer, Asked(tab="done")).rows}
    kept, undone = rows[case.pk], rows[back.pk]
    assert kept and (kept.verdict, kept.takeable, kept.taken_back, kept.now) == (
        "approve",
        True,
        False,
        ["公示期满确认"],
    )
    assert undone and (undone.verdict, undone.takeable, undone.taken_back) == ("return", False, True)
    builders.approve(world, case, "public_notice")
    gone_on = {row.case.pk: row.decided for row in queue.page(world.village_reviewer, Asked(tab="done")).rows}[case.pk]
    assert gone_on and not gone_on.takeable
    with CaptureQueriesContext(connection) as few:
        queue.page(world.village_reviewer, Asked(tab="done"), limit=1)
    with CaptureQueriesContext(connection) as many:
        queue.page(world.village_reviewer, Asked(tab="done"))
    assert len(few) == len(many)
