"""A milestone moves while others decide and open: in every interleaving no step keeps the dates of the old schedule."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from agreements.commands import asked_dates, programme_dates
from agreements.models import Milestone
from tests import builders
from tests.builders import World
from tests.interleaving import explore
from tests.workflow import state_council
from tests.workflow.test_date_arithmetic import count_on
from tests.workflow.test_recompute import one_by_one
from workflow import clock, timelines
from workflow.commands import calendar, steps
from workflow.models import Case, Schedule, SchedulePoint, Step

FOLLOW = 29  # working days that must follow the draft until all is signed, by the default route
WHY = {"reason": "来水偏枯", "document_no": "云移〔2026〕12号"}


def move(world: World, planned_on: str) -> Callable[[], Any]:
    """A call that moves the water to a day."""
    milestone = Milestone.objects.get(programme=world.programme)
    form = {"milestone": milestone.pk, "planned_on": planned_on, **WHY}
    change = asked_dates.change(world.programme, "milestone", form, {})
    return partial(programme_dates.apply, world.programme.pk, change, actor=world.county_officer, now=world.now)


def every_date_is_of_the_schedule_as_it_is(world: World) -> None:
    timelines.forget()
    expected = one_by_one(world.programme.schedule, clock.date_of(world.now))
    shown = {step.pk: (step.forward, step.backward, step.due) for step in Step.objects.filter(state="open")}
    assert shown == {pk: (row[2], row[3], row[4]) for pk, row in expected.items()}
    assert Schedule.objects.get(pk=world.programme.schedule_id).storage_on == date(2026, 9, 30)


def test_a_decision_that_opens_steps_while_the_water_moves(live_world: World) -> None:
    def build() -> Sequence[Callable[[], Any]]:
        move(live_world, "2027-06-30")()
        case = builders.agreement(live_world)
        step = builders.open_step(case, "draft")
        decide = partial(steps.decide, step.pk, actor=live_world.clerk, verdict="approve", now=live_world.now)
        return [decide, move(live_world, "2026-09-30")]

    def check(results: Sequence[Any]) -> None:
        assert isinstance(results[0], dict) and isinstance(results[1], tuple), results
        every_date_is_of_the_schedule_as_it_is(live_world)

    explore(build, check)


def test_an_agreement_that_is_opened_while_the_water_moves(live_world: World) -> None:
    def build() -> Sequence[Callable[[], Any]]:
        move(live_world, "2027-06-30")()
        return [partial(builders.agreement, live_world), move(live_world, "2026-09-30")]

    def check(results: Sequence[Any]) -> None:
        assert isinstance(results[0], Case) and isinstance(results[1], tuple), results
        every_date_is_of_the_schedule_as_it_is(live_world)

    explore(build, check)


def test_a_programme_of_another_year_counts_with_the_days_of_that_year(world: World) -> None:
    """The year of the report: opened between Christmas and the Spring Festival of 2012, and on leap day's eve."""
    calendar.seed([2011, 2012, 2013])
    table = state_council.table(2011, 2012, 2013)
    schedule = world.programme.schedule
    for point, before in builders.BACK_PLAN:
        days = date(2012, 6, 30) - timedelta(days=before)
        SchedulePoint.objects.filter(schedule=schedule, point=point).update(due_on=days)
    Schedule.objects.filter(pk=schedule.pk).update(storage_on=date(2012, 6, 30), version=schedule.version + 1)
    for opened in ("2011-12-28", "2012-01-19", "2012-02-27", "2012-04-26"):
        step = builders.open_step(builders.agreement(world, now=builders.at(opened)), "draft")
        assert step.forward == count_on(table, date.fromisoformat(opened), 5), opened
        assert not step.provisional
        # all signed by 2 January 2012, and 28 working days must follow the draft before that
        assert step.backward is not None
        assert sum(table[step.backward + timedelta(days=n)] for n in range(1, 400) if
                   step.backward + timedelta(days=n) <= date(2012, 1, 2)) == FOLLOW  # fmt: skip
        assert (step.due, step.binding) == (step.backward, "backward")
