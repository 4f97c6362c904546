"""What bars taking a migration back: acts on the case. Talk about it does not."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests import builders
from tests.builders import World
from tests.workflow.test_case_migration import at_review, changed, move
from workflow import errors
from workflow.commands import cases, claims, migrations, promises, steps, supervision
from workflow.models import Case, Event, Step


def revertible(world: World, case: Case) -> bool:
    """What the page offers is what the command does."""
    offered = migrations.revertible([case.pk], Case.objects.get(pk=case.pk).route_id) == {case.pk}
    try:
        migrations.revert(case.pk, actor=world.route_keeper, now=world.now + timedelta(days=3))
    except errors.MigrationBlocked:
        assert not offered
        return False
    assert offered
    return True


def migrated(world: World) -> tuple[Case, Step]:
    case = at_review(world)
    move(world, case, changed(world, {"plan:village_opinion": {"lead": 9}}))
    return case, builders.open_step(case, "village_opinion")


LATER = timedelta(days=1, hours=2)
Act = Callable[[World, Case, Step, datetime], Any]
TALK: dict[str, Act] = {
    "nudge": lambda w, case, step, at: steps.nudge(step.pk, actor=w.clerk, now=at),
    "copy": lambda w, case, step, at: cases.copy_to(case.pk, actor=w.clerk, users=[w.chair.pk], now=at),
    "receipt": lambda w, case, step, at: (
        cases.copy_to(case.pk, actor=w.clerk, users=[w.chair.pk], now=at),
        cases.mark_read(case.pk, actor=w.chair, now=at),
    ),
    "promise": lambda w, case, step, at: promises.promise(
        step.pk, actor=w.village_reviewer, promised_on=at.date() + timedelta(days=5), now=at
    ),
    "supervision": lambda w, case, step, at: supervision.issue(
        step.pk, actor=w.vice_leader, demand="请抓紧", due=at.date() + timedelta(days=5), now=at
    ),
    "a claim lapsed": lambda w, case, step, at: (
        Step.objects.filter(pk=step.pk).update(holder=w.nobody, claimed_at=w.now),
        claims.end_lapsed(at),
    ),
}
ACTS: dict[str, Act] = {
    "claim": lambda w, case, step, at: steps.claim(step.pk, actor=w.village_reviewer, now=at),
    "reassign": lambda w, case, step, at: steps.reassign(
        step.pk, actor=w.village_reviewer, to=w.town_reviewer.pk, now=at
    ),
    "signer": lambda w, case, step, at: steps.add_signer(
        step.pk, actor=w.village_reviewer, users=[w.chair.pk], where="beside", now=at
    ),
    "opinion asked": lambda w, case, step, at: steps.delegate(
        step.pk, actor=w.village_reviewer, to=w.chair.pk, question="?", now=at
    ),
    "hold": lambda w, case, step, at: (
        cases.hold(case.pk, actor=w.clerk, cause="dispute", now=at),
        cases.resume(case.pk, actor=w.clerk, now=at),
    ),
    "decision": lambda w, case, step, at: builders.approve(w, case, "group_opinion"),
}


@pytest.mark.parametrize("what", TALK)
def test_talk_about_a_case_does_not_keep_a_migration_from_being_taken_back(world: World, what: str) -> None:
    case, step = migrated(world)
    before = Event.objects.filter(case=case).count()
    TALK[what](world, case, step, world.now + LATER)
    assert Event.objects.filter(case=case).count() > before
    assert revertible(world, case)


@pytest.mark.parametrize("what", ACTS)
def test_an_act_on_a_case_does(world: World, what: str) -> None:
    case, step = migrated(world)
    ACTS[what](world, case, step, world.now + LATER)
    assert not revertible(world, case)
