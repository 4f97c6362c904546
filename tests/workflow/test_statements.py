"""How many statements a decision costs, and that what they read is what the ORM would read."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from django.db import connection

from agreements.models import Agreement
from tests import builders
from workflow import policies
from workflow.commands import cases, reading, rows, steps
from workflow.models import (
    Case,
    Decision,
    Event,
    Hold,
    Notice,
    Participant,
    Posting,
    Receipt,
    Role,
    Round,
    Step,
    Substitution,
    Unit,
    User,
)

DAY = date(2026, 3, 3)


@contextmanager
def counted() -> Iterator[list[str]]:
    """Statements run meanwhile, the transaction's own begin and end left out."""
    seen: list[str] = []

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield seen


@pytest.fixture
def warm(world: builders.World, steady_calendars: None) -> builders.World:
    """A process that has read the route and the calendar before."""
    builders.walk(world, builders.agreement(world), "account_transfer")
    return world


def approve(world: builders.World, case: Case, plan: str) -> list[str]:
    step = builders.open_step(case, plan)
    actor = builders.holder(world, step)
    moment = Case.objects.get(pk=case.pk).last_event_at
    with counted() as seen:
        steps.decide(step.pk, actor=actor, verdict="approve", key=f"k{step.pk}", document_no="1", now=moment)
    return seen


def test_an_approval_that_waits_for_others_is_lock_read_write(warm: builders.World) -> None:
    case = builders.walk(warm, builders.agreement(warm), "in_review")
    assert len(approve(warm, case, "group_opinion")) == 3


def test_closing_a_group_and_opening_the_next_asks_for_its_holders_too(warm: builders.World) -> None:
    case = builders.walk(warm, builders.agreement(warm), "in_review")
    approve(warm, case, "village_opinion")
    assert len(approve(warm, case, "group_opinion")) == 4
    assert builders.open_step(case, "public_notice")


def test_moving_into_a_state_that_opens_three_tracks_costs_no_more_than_the_papers_that_run_out(
    warm: builders.World,
) -> None:
    case = builders.walk(warm, builders.agreement(warm), "signing")
    for plan in ("receiving_village", "receiving_town", "signatures"):
        builders.approve(warm, case, plan)
    assert len(approve(warm, case, "county_filing")) == 5
    assert Step.objects.filter(case=case, state="open").count() == 3


def test_a_cascade_through_standing_groups_costs_one_statement_a_state(warm: builders.World) -> None:
    case = builders.walk(warm, builders.agreement(warm), "signing")
    step = builders.open_step(case, "receiving_village")
    steps.decide(step.pk, actor=warm.receiving_village, verdict="return", reason_code="other", comment="改", to="draft")
    assert len(approve(warm, case, "draft")) == 5
    assert Agreement.objects.get(pk=case.pk).state == "signing"  # two states: in_review still stands


def test_a_repeated_click_reads_and_writes_nothing(warm: builders.World) -> None:
    case = builders.walk(warm, builders.agreement(warm), "in_review")
    step = builders.open_step(case, "group_opinion")
    with counted() as seen:
        for _click in range(2):
            steps.decide(step.pk, actor=warm.village_group_leader, verdict="approve", key="same")
    assert len(seen) == 3 + 2


def test_a_command_that_needs_more_identities_than_were_reserved_gets_them(world: builders.World) -> None:
    case = builders.agreement(world)
    with cases.change(case.pk, actor=world.clerk, verb="test") as work:
        made = {work.event("test.event", number=n).pk for n in range(40)}
    assert len(made) == Event.objects.filter(pk__in=made, kind="test.event").count() == 40


def test_what_is_read_is_what_the_rows_say(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world), "account_transfer")
    Agreement.objects.filter(pk=case.pk).update(homestead_m2="120.50")
    found = reading.read(case.pk, "agreements.Agreement", world.clerk, DAY)
    assert not found.case._state.adding and found.case == Agreement.objects.get(pk=case.pk)
    for model, read in ((Round, found.rounds), (Step, found.steps), (Decision, found.decisions)):
        stored = {row.pk: row for row in model.objects.filter(case_id=case.pk)}
        assert read and set(stored) == {row.pk for row in read}
        for row in read:
            assert rows.document(row, rows.columns(model)) == rows.document(stored[row.pk], rows.columns(model))
    names = tuple(field.attname for field in Agreement._meta.concrete_fields)
    assert rows.document(found.case, names) == rows.document(Agreement.objects.get(pk=case.pk), names)


@pytest.mark.parametrize("model", [Case, Round, Step, Decision, Hold, Event, Notice, Receipt, Participant, Unit, User])
def test_columns_bear_the_names_of_their_attributes(model: Any) -> None:
    assert [field.column for field in model._meta.concrete_fields] == list(rows.columns(model))


def test_sight_and_authorities_of_a_reading_are_those_of_the_policies(world: builders.World) -> None:
    fresh = builders.agreement(world)
    signing = builders.walk(world, builders.agreement(world), "account_transfer")
    Substitution.objects.create(
        posting=Posting.objects.get(user=world.contact_cadre),
        substitute=world.nobody,
        valid_from=DAY,
        valid_until=DAY,
        created_at=world.now,
    )
    Participant.objects.create(case=fresh, user=world.stranger, role="copied", valid_from=DAY, valid_until=DAY)
    told = set()
    for day in (DAY, date(2026, 3, 9), date(2019, 1, 1)):
        for user in User.objects.all():
            for case in (fresh, signing):
                found = reading.read(case.pk, "agreements.Agreement", user, day)
                assert found.authorities == policies.postings_of(user, day)
                sees = policies.sees(user, found.authorities, found.case, found.participants, day)
                assert sees == policies.visible_cases(user, day).filter(pk=case.pk).exists(), (user, day, case.state)
                told.add(sees)
    assert told == {True, False}


def test_holders_asked_together_are_those_asked_one_by_one(world: builders.World) -> None:
    office = Unit.objects.create(code=f"{builders.HOME_TOWN}.YM", name="移民办")
    builders.user("office_clerk", Role.CLERK, office)
    builders.user("gone", Role.CLERK, office, since=date(2030, 1, 1))
    lent = Posting.objects.get(user=world.town_reviewer)
    Substitution.objects.create(
        posting=lent, substitute=world.nobody, valid_from=DAY, valid_until=DAY, created_at=world.now
    )
    User.objects.filter(pk=world.chair.pk).update(is_active=False)
    pairs = [(str(role), code) for role in Role.values for code in (*builders.UNITS, office.code)]
    together = policies.holders_of_all(pairs, DAY)
    assert together == {pair: list(policies.holders_of(*pair, DAY)) for pair in pairs}
    assert world.nobody in together["town_reviewer", builders.HOME_GROUP]


def test_columns_left_to_the_database_get_its_default(world: builders.World) -> None:
    step = builders.open_step(builders.agreement(world), "draft")
    left = {f.attname: f.db_default for f in Step._meta.concrete_fields if f.has_db_default() and not f.has_default()}
    assert left and {name: getattr(step, name) for name in left} == left
