"""One statement over all open steps gives what the rules give step by step, and tells who became late once."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import builders
from tests.builders import World
from workflow import audit, clock, timelines
from workflow.commands import calendar, dates, recompute
from workflow.commands.change import lock_many
from workflow.commands.work import Work
from workflow.models import Case, Notice, Posting, Schedule, SchedulePoint, Step, User
from workflow.queries import inbox
from workflow.rules.dates import Lead
from workflow.rules.words import sentence
from workflow.timelines import Timeline

STATES = ("draft", "in_review", "signing", "account_transfer", "homestead_adjustment", "final_check")
POINTS = ("all_signed", "registration_homestead", "last_move", "self_check")
SLOW = settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))


def county(world: World) -> Schedule:
    """Cases in every state, one of them without a homestead, under the official calendar."""
    calendar.seed([2025, 2026, 2027])
    for state in STATES:
        builders.walk(world, builders.agreement(world), until=state)
    builders.walk(world, builders.agreement(world, has_homestead=False), until="account_transfer")
    return world.programme.schedule


def line_of(schedule: Schedule) -> Timeline:
    return timelines.of(Schedule.objects.get(pk=schedule.pk))


def move(schedule: Schedule, line: Timeline, today: date) -> recompute.Result:
    return recompute.apply(lock_many([schedule.pk]), {schedule.pk: line}, today)


def one_by_one(schedule: Schedule, today: date) -> dict[int, tuple[Any, ...]]:
    """The same with the per-step command on freshly read rows; nothing is written."""
    found = {}
    for case in Case.objects.filter(schedule=schedule).order_by("pk"):
        work = Work(case, None, case.last_event_at).read()
        work.today = today
        for step in (one for one in work.steps if one.state == "open"):
            dates.refresh(work, step, *work.route.plans[step.plan])
            found[step.pk] = _shown(step)
    return found


def _shown(step: Step) -> tuple[Any, ...]:
    return (
        *(step.lead, step.lead_unit, step.forward, step.backward, step.due, step.binding),
        *(step.provisional, step.due_version, step.was_late),
    )


@st.composite
def shaken(draw: st.DrawFn) -> dict[str, Any]:
    """Points anywhere, leads by document, and steps opened, held and bound by papers in every way."""
    day = st.dates(date(2025, 11, 1), date(2027, 12, 31))
    lead = st.builds(Lead, st.integers(0, 25), st.sampled_from(["working", "calendar"]))
    return {
        "points": draw(st.dictionaries(st.sampled_from(POINTS), day)),
        "leads": draw(st.dictionaries(st.sampled_from(["transfer", "town_review", "public_notice", "draft"]), lead)),
        "opened": draw(st.lists(st.integers(-120, 400), min_size=3, max_size=3)),
        "held": draw(st.lists(st.integers(0, 30), min_size=2, max_size=2)),
        "expiry": draw(st.lists(st.one_of(st.none(), day), min_size=4, max_size=4)),
        "not_before": draw(st.lists(st.one_of(st.none(), day), min_size=5, max_size=5)),
        "today": draw(day),
    }


def shake(given_: dict[str, Any], start: Any) -> None:
    for index, step in enumerate(Step.objects.filter(state="open").order_by("pk")):
        Step.objects.filter(pk=step.pk).update(
            opened_at=start + timedelta(days=given_["opened"][index % 3]),
            held_days=given_["held"][index % 2],
            expiry=given_["expiry"][index % 4],
            not_before=given_["not_before"][index % 5],
        )


def test_one_statement_gives_what_the_rules_give_step_by_step(world: World) -> None:
    schedule = county(world)

    @SLOW
    @given(shaken())
    def check(case: dict[str, Any]) -> None:
        with transaction.atomic():
            shake(case, world.now)
            line = line_of(schedule).changed(points=case["points"], leads=case["leads"])
            timelines._kept[schedule.pk] = line
            Schedule.objects.filter(pk=schedule.pk).update(version=line.version)
            expected = one_by_one(schedule, case["today"])
            before = dict(Step.objects.filter(state="open").values_list("pk", "due"))
            foreseen = recompute.preview({schedule.pk: line}, case["today"])
            done = move(schedule, line, case["today"])
            assert {step.pk: _shown(step) for step in Step.objects.filter(state="open")} == expected
            assert foreseen.moved == done.moved or set(foreseen.moved) == set(done.moved)
            assert {one.id for one in done.moved} == {pk for pk, shown in expected.items() if shown[4] != before[pk]}
            timelines.forget()
            transaction.set_rollback(True)

    check()


def test_it_is_one_update_whatever_the_number_of_cases(world: World) -> None:
    schedule = county(world)
    line = line_of(schedule).changed(points={"all_signed": date(2026, 3, 2), "last_move": date(2026, 3, 5)})
    with CaptureQueriesContext(
        connection,
    ) as seen:
        done = move(schedule, line, clock.date_of(world.now))
    assert len(done.moved) > 5
    assert len([q for q in seen.captured_queries if "UPDATE workflow_step" in q["sql"]]) == 1
    assert len([q for q in seen.captured_queries if q["sql"].startswith("UPDATE")]) == 0
    assert len(seen) < 20


def test_nothing_moves_when_nothing_changed_and_no_cycle_begins(world: World) -> None:
    schedule = county(world)
    today = clock.date_of(world.now)
    move(schedule, line_of(schedule), today)
    before = {step.pk: _shown(step) for step in Step.objects.filter(state="open")}
    assert move(schedule, line_of(schedule), today).moved == ()
    assert {step.pk: _shown(step) for step in Step.objects.filter(state="open")} == before


def test_each_person_who_became_late_is_told_once_about_their_worst_case(world: World) -> None:
    schedule = county(world)
    second = builders.user("second", "police_liaison", world.units[builders.PARTNER_TOWN])
    today = clock.date_of(world.now)
    done = move(
        schedule, line_of(schedule).changed(points={"registration_homestead": today - timedelta(days=1)}), today
    )
    late = Step.objects.filter(state="open", due__lt=today)
    transfers = late.filter(plan="transfer")
    assert transfers.count() == 2
    event = audit.append_to_stream("programme:1", "programme.moved", world.now, None, {})
    told = recompute.tell(done, event, world.now)
    assert told == len(done.recipients)
    notices = Notice.objects.filter(word=recompute.WORD)
    assert notices.filter(recipient=second).count() == 1
    assert notices.filter(recipient=world.police_liaison).count() == 1
    assert not notices.filter(recipient__in=[world.chair, world.stranger, world.auditor]).exists()
    late_of = {notice.recipient_id: notice.number for notice in notices}
    assert late_of[second.pk] == late_of[world.police_liaison.pk] == 2
    assert "2 个环节" in str(sentence(recompute.WORD, None, late_of[second.pk]))
    assert sum(late_of.values()) == sum(done.steps_of.values()) >= late.count()
    (shown,) = [row for row in inbox.pending(second, now=world.now).rows if row.word == recompute.WORD]
    assert "2 个环节" in str(shown.text)
    assert recompute.tell(done, event, world.now) == told
    assert notices.count() == told  # owed once however often it is asked


def test_a_claimed_step_tells_its_claimant_only(world: World) -> None:
    schedule = county(world)
    builders.user("second", "police_liaison", world.units[builders.PARTNER_TOWN])
    Step.objects.filter(plan="transfer", state="open").update(holder=world.police_liaison)
    today = clock.date_of(world.now)
    done = move(
        schedule, line_of(schedule).changed(points={"registration_homestead": today - timedelta(days=1)}), today
    )
    names = set(User.objects.filter(pk__in=done.recipients).values_list("username", flat=True))
    assert "police_liaison" in names and "second" not in names


def test_who_was_late_before_is_not_told_again_and_who_catches_up_stays_marked(world: World) -> None:
    schedule = county(world)
    today = clock.date_of(world.now)
    early = line_of(schedule).changed(points=dict.fromkeys(POINTS, today - timedelta(days=20)))
    first = move(schedule, early, today)
    again = move(schedule, early.changed(points=dict.fromkeys(POINTS, today - timedelta(days=19))), today)
    assert first.late and again.moved and again.late == [] and again.recipients == {}
    freed = move(schedule, line_of(schedule), today)
    assert {one.id for one in freed.caught_up} == {one.id for one in first.late}
    assert set(Step.objects.filter(was_late=True).values_list("pk", flat=True)) >= {one.id for one in first.late}
    assert not Step.objects.filter(state="open", due__lt=today).exists()


def test_final_cases_and_closed_steps_keep_their_dates(world: World) -> None:
    done = builders.walk(world, builders.agreement(world))
    before = list(Step.objects.filter(case=done).order_by("pk").values_list("pk", "due", "backward"))
    schedule = world.programme.schedule
    result = move(schedule, line_of(schedule).changed(points=dict.fromkeys(POINTS, date(2026, 1, 5))), date(2026, 3, 2))
    assert result.moved == ()
    assert list(Step.objects.filter(case=done).order_by("pk").values_list("pk", "due", "backward")) == before


@pytest.mark.parametrize("role", ["clerk", "receiving_village", "county_officer"])
def test_deciders_are_those_whose_posting_covers_the_step(world: World, role: str) -> None:
    unit = world.units[builders.SEATS[role]]
    lower = max((one for one in world.units.values() if one.code.startswith(unit.code)), key=lambda one: len(one.code))
    find: Callable[[int], set[int]] = lambda pk: recompute.policies.deciders([(role, pk)], date(2026, 3, 2))[role, pk]  # noqa: E731
    holders = set(Posting.objects.filter(role=role, unit=unit).values_list("user_id", flat=True))
    assert find(lower.pk) == holders
    assert find(unit.pk) == holders
    assert find(world.units["990199101"].pk).isdisjoint(holders)


def test_the_schedule_row_is_kept_still_while_a_case_opens(world: World) -> None:
    with CaptureQueriesContext(connection) as seen:
        builders.agreement(world)
    shared = [i for i, q in enumerate(seen.captured_queries) if "FOR SHARE" in (q["sql"] or "")]
    inserted = [i for i, q in enumerate(seen.captured_queries) if 'INSERT INTO "workflow_case"' in (q["sql"] or "")]
    assert shared and shared[0] < inserted[0]
    assert SchedulePoint.objects.filter(schedule=world.programme.schedule).exists()
