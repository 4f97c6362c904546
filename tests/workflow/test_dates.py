"""Forward, backward, due, slack and lights."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.workflow.test_workdays import CN
from workflow.rules import dates
from workflow.rules.dates import Due, PlanGroup, PlanStage, PlanTrack
from workflow.rules.route import GroupSpec, PlanSpec, RouteSpec, StageSpec, TrackSpec
from workflow.rules.workdays import WorkCalendar

STATES = ["draft", "in_review", "signing", "transfer", "homestead"]


def track(key: str, opens_in: str, gates: str, *leads: int) -> PlanTrack:
    return PlanTrack(key, opens_in, gates, tuple(PlanGroup(f"{key}{n}", lead) for n, lead in enumerate(leads)))


def test_forward_counts_working_or_calendar_days_after_the_opening_day():
    assert dates.forward(date(2012, 4, 27), 1, "working", CN) == date(2012, 4, 28)
    assert dates.forward(date(2012, 4, 27), 7, "calendar", CN) == date(2012, 5, 4)
    assert dates.forward(date(2012, 2, 28), 1, "calendar", CN) == date(2012, 2, 29)
    assert dates.forward(date(2012, 4, 27), 0, "working", CN) == date(2012, 4, 27)


def test_due_is_the_earliest_and_says_which_one_binds():
    early, middle, late = date(2012, 5, 2), date(2012, 5, 3), date(2012, 5, 4)
    assert dates.due(middle, None, None) == Due(middle, "forward")
    assert dates.due(middle, early, late) == Due(early, "backward")
    assert dates.due(late, middle, early) == Due(early, "expiry")
    assert dates.due(middle, middle, middle) == Due(middle, "forward")


def test_late_begins_the_day_after_due_and_three_working_days_are_amber():
    due = date(2012, 5, 4)  # working days before it: 3, 2 May, 28 April
    shown = {day: dates.light(due, day, CN) for day in (date(2012, 4, 27), date(2012, 4, 28), due, date(2012, 5, 5))}
    assert list(shown.values()) == ["green", "amber", "amber", "red"]
    assert dates.light(due, date(2012, 5, 5), CN, held=True) == "held"
    assert dates.light(due, date(2012, 4, 27), CN, was_late=True) == "amber"


def test_slack_is_negative_when_the_work_left_no_longer_fits():
    assert dates.slack(date(2012, 5, 4), date(2012, 4, 27), 2, CN) == 2
    assert dates.slack(date(2012, 5, 4), date(2012, 4, 27), 6, CN) == -2
    assert dates.slack(None, date(2012, 4, 27), 6, CN) is None
    assert dates.remaining_lead(date(2012, 4, 26), 5, date(2012, 5, 2), CN) == 2
    assert dates.remaining_lead(date(2012, 4, 26), 5, date(2012, 6, 2), CN) == 0


def test_the_backward_pass_over_two_tracks_one_opening_early():
    """Homestead opens in signing but gates the last state; its length, not the transfer's, binds signing."""
    point = date(2012, 6, 29)
    plan = (
        PlanStage("signing", date(2012, 6, 15), (track("sign", "signing", "signing", 3),)),
        PlanStage("transfer", None, (track("move", "transfer", "transfer", 5),)),
        PlanStage(
            "homestead",
            point,
            (track("plot", "signing", "homestead", 20, 10), track("check", "homestead", "homestead", 2)),
        ),
    )
    found = dates.backward(plan, CN)
    assert found["plot1"] == point
    assert found["plot0"] == CN.add_working_days(point, -10)
    assert found["check0"] == point
    assert found["move0"] == CN.add_working_days(point, -2)
    # signing must be left before the transfer starts (5 + 2), its own point is later than that
    assert found["sign0"] == min(date(2012, 6, 15), CN.add_working_days(point, -7))


def test_a_stage_under_no_point_has_no_backward_date():
    plan = (
        PlanStage("draft", date(2012, 6, 1), (track("a", "draft", "draft", 1),)),
        PlanStage("after", None, (track("b", "after", "after", 9),)),
    )
    assert set(dates.backward(plan, CN)) == {"a0"}


def test_the_route_gives_the_plan_and_conditions_and_after_storage_take_no_time():
    def group(key: str, *plans: PlanSpec) -> GroupSpec:
        return GroupSpec(key, {}, "all", 0, "", plans)

    slow = PlanSpec("slow", {}, "clerk", "home_town", "review", 9, condition={"fact": "area_changes", "is": True})
    quick = PlanSpec("quick", {}, "clerk", "home_town", "review", 7, "calendar")
    route = RouteSpec(
        1,
        "x.Y",
        "m",
        1,
        (
            StageSpec("a", "all_signed", False, (TrackSpec("t", "a", "a", (group("g", slow, quick),)),)),
            StageSpec("z", "all_signed", True, (TrackSpec("u", "z", "z", (group("h", slow),)),)),
        ),
    )
    points = {"all_signed": date(2012, 6, 1)}
    assert dates.plan_of(route, points, {"area_changes": True})[0].tracks[0].groups[0].lead_days == 9
    assert dates.plan_of(route, points, {"area_changes": False})[0].tracks[0].groups[0].lead_days == 5
    assert set(dates.backward(dates.plan_of(route, points, {}), CN)) == {"g"}


@st.composite
def plans(draw: st.DrawFn) -> tuple[PlanStage, ...]:
    stages = []
    for index, state in enumerate(STATES):
        tracks = tuple(
            track(f"{state}.{n}.", draw(st.sampled_from(STATES[: index + 1])), state, *leads)
            for n, leads in enumerate(draw(st.lists(st.lists(st.integers(0, 15), min_size=1, max_size=3), max_size=3)))
        )
        point = draw(st.one_of(st.none(), st.dates(date(2012, 2, 1), date(2013, 2, 1))))
        stages.append(PlanStage(state, point, tracks))
    return tuple(stages)


def met(plan: tuple[PlanStage, ...], calendar: WorkCalendar, group: str, done: int) -> bool:
    """Walk forwards with nothing before `group` taking time, `group` finishing at `done`, all after it on time."""
    enter: dict[str, int] = {}
    clock = -(10**6)
    for stage in plan:
        enter[stage.state] = clock
        for one in [t for s in plan for t in s.tracks if t.gates == stage.state]:
            at = enter[one.opens_in]
            keys = [g.key for g in one.groups]
            if group in keys:
                at = done + sum(g.lead_days for g in one.groups[keys.index(group) + 1 :])
            else:
                at += one.lead_days
            clock = max(clock, at)
        if stage.point and clock > calendar.ordinal(stage.point):
            return False
    return True


@given(plans())
def test_finishing_at_the_backward_date_meets_every_point_and_a_day_later_misses_one(plan: tuple[PlanStage, ...]):
    found = dates.backward(plan, CN)
    for key, day in found.items():
        assert met(plan, CN, key, CN.ordinal(day))
        assert not met(plan, CN, key, CN.ordinal(day) + 1)
    free = {g.key for s in plan for t in s.tracks for g in t.groups} - set(found)
    assert all(met(plan, CN, key, 10**6) for key in free)


@given(plans(), st.integers(1, 60))
def test_moving_every_point_by_n_working_days_moves_every_backward_date_by_n(plan: tuple[PlanStage, ...], days: int):
    later = tuple(PlanStage(s.state, s.point and CN.add_working_days(s.point, days), s.tracks) for s in plan)
    before, after = dates.backward(plan, CN), dates.backward(later, CN)
    assert {key: CN.ordinal(day) + days for key, day in before.items()} == {k: CN.ordinal(d) for k, d in after.items()}


@given(st.dates(date(2011, 6, 1), date(2013, 6, 1)), st.integers(0, 90))
def test_lights_only_ever_get_redder_as_time_passes(due: date, back: int):
    order = ["green", "amber", "red"]
    days = [due + timedelta(days=n) for n in range(-back, 3)]
    shown = [order.index(dates.light(due, day, CN)) for day in days]
    assert shown == sorted(shown)
    assert shown[-3:] == [1, 2, 2]
