"""Upgrading beside running processes, and upgrading again after a run that died half-way."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module

import psycopg
import pytest
from django.db import connections

from config.upgrade import upgrade
from tests import builders, servers
from tests.workflow.test_signers import ask, at_town_review
from workflow.commands import cases, steps
from workflow.models import Step, Watch

TABLE = "workflow_watch"
ROLE = connections["default"].settings_dict["USER"]


def may(privilege: str, table: str) -> bool:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(%s, %s)", [table, privilege])
        return bool(cursor.fetchone()[0])


@pytest.fixture
def not_granted_yet(live_world: builders.World) -> Iterator[builders.World]:
    """The moment between the migration that made the table and the grant."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"REVOKE ALL ON {TABLE} FROM {ROLE}")
    try:
        yield live_world
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {TABLE} TO {ROLE}")


def test_steps_are_opened_and_closed_before_the_new_table_is_granted(not_granted_yet: builders.World) -> None:
    assert not may("INSERT", TABLE)
    case = builders.walk(not_granted_yet, builders.agreement(not_granted_yet), "in_review")
    still_open = set(Step.objects.filter(case=case, state="open").values_list("pk", flat=True))
    assert Step.objects.filter(case=case).exclude(state="open").exists()
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT step_id FROM workflow_watch")
        assert {row[0] for row in cursor.fetchall()} == still_open != set()


def test_holds_end_and_signers_answer_before_the_new_table_is_granted(not_granted_yet: builders.World) -> None:
    world = not_granted_yet
    case, step = at_town_review(world)
    cases.hold(case.pk, actor=world.town_reviewer, cause="dispute")
    cases.resume(case.pk, actor=world.town_reviewer)
    signer = ask(world, step, world.clerk_2, "before")
    steps.decide(signer.pk, actor=world.clerk_2, verdict="approve")
    assert Step.objects.get(pk=signer.pk).state == "approved"


def test_an_upgrade_that_died_before_it_granted_is_made_good_by_the_next(not_granted_yet: builders.World) -> None:
    assert upgrade() is False
    assert all(may(privilege, TABLE) for privilege in ("SELECT", "INSERT", "UPDATE", "DELETE"))
    assert not may("UPDATE", "workflow_event") and not may("DELETE", "workflow_decision")
    assert Watch.objects.count() == 0


def test_granting_never_opens_history_for_a_moment(live_world: builders.World) -> None:
    """Who looks while it runs sees the grants before or after, never between."""
    seen = []

    def look(execute, statement, parameters, many, context):  # type: ignore[no-untyped-def]
        result = execute(statement, parameters, many, context)
        if "GRANT" in str(statement) or "REVOKE" in str(statement):
            seen.append(may("UPDATE", "workflow_event"))
        return result

    with connections["owner"].execute_wrapper(look):
        upgrade()
    assert len(seen) > 3 and not any(seen)


def test_the_old_column_goes_while_others_read_and_decide(live_world: builders.World) -> None:
    """A long reader holds it up; whoever comes meanwhile gets through, and prepared statements go on after it."""
    drop = import_module("workflow.migrations.0023_drop_remind_on")
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%remind_on%'"

    def migrate() -> None:
        with psycopg.connect(servers.owner_dsn()) as owner:
            owner.execute(drop.DROP)

    case = builders.agreement(live_world)
    with psycopg.connect(servers.owner_dsn(), autocommit=True) as owner, ThreadPoolExecutor(1) as pool:
        owner.execute(drop.BACK)
        with psycopg.connect(servers.owner_dsn()) as reader:
            reader.execute("SELECT count(*) FROM workflow_step")
            migrating = pool.submit(migrate)
            while not owner.execute(waiting).fetchone()[0]:  # type: ignore[index]
                owner.execute("SELECT pg_sleep(0.02)")
            builders.approve(live_world, case, "draft")
            assert not migrating.done()
        migrating.result(60)
        named = "SELECT count(*) FROM information_schema.columns WHERE column_name = 'remind_on' AND table_name = %s"
        assert owner.execute(named, ["workflow_step"]).fetchone() == (0,)
        assert owner.execute(named, [TABLE]).fetchone() == (1,)
    builders.walk(live_world, case, "signing")
    assert set(Watch.objects.values_list("step", flat=True)) == set(
        Step.objects.filter(state="open").values_list("pk", flat=True)
    )
