"""P7 under load: versions are published while officials decide; no open case changes its version, none loses a step."""

import pytest

from tests import builders
from tests.builders import World
from tests.concurrency import together
from workflow import errors
from workflow.commands import migrations, routes
from workflow.models import Case, Event, Route, Step, User
from workflow.rules import routedoc

PLANS = ("draft", "group_opinion", "village_opinion")


def publish_drafts(world: World, number: int) -> list[int]:
    """The keeper copies, changes and publishes, again and again; returns the ids of the versions made."""
    made = []
    for turn in range(number):
        current = Route.objects.get(mode="agri_dispersed", status=Route.PUBLISHED)
        draft = routes.draft(current.pk, actor=world.route_keeper, now=world.now)

        def change(content: routedoc.Document, turn: int = turn) -> routedoc.Document:
            found = dict(routedoc.parts(content))
            found["plan:town_review"]["lead"] = 4 + turn % 7
            found["group:group_approval"]["rule"] = "all" if turn % 2 else "any"
            return content

        edited, _before = routes.edit(draft.pk, change, actor=world.route_keeper, now=world.now)
        made.append(
            routes.publish(draft.pk, actor=world.route_keeper, seen=edited.digest, provisional=True, now=world.now).pk
        )
    return made


def decide_all(world: World, case_ids: list[int]) -> list[str]:
    """Officials walk each case through its first steps; returns what was refused."""
    refused = []
    for case_id in case_ids:
        for plan in PLANS:
            try:
                builders.approve(world, Case.objects.get(pk=case_id), plan)
            except (errors.Refusal, Step.DoesNotExist) as trouble:
                refused.append(f"{case_id} {plan}: {trouble}")
    return refused


def _at_once(world: World, number: int, publishes: int) -> None:
    cases = [builders.agreement(world) for _ in range(number)]
    before = dict(Case.objects.values_list("pk", "route_id"))
    halves = [[case.pk for case in cases[start::2]] for start in (0, 1)]
    made, *refused = together(
        [
            lambda: publish_drafts(world, publishes),
            lambda: decide_all(world, halves[0]),
            lambda: decide_all(world, halves[1]),
        ]
    )
    assert refused == [[], []]
    assert len(made) == publishes
    assert dict(Case.objects.values_list("pk", "route_id")) == before
    assert Route.objects.filter(mode="agri_dispersed", status=Route.PUBLISHED).count() == 1
    assert Step.objects.filter(state="approved").count() == number * len(PLANS)
    told = Event.objects.filter(stream="route:agreements.Agreement:agri_dispersed", kind="route.published")
    assert told.count() == publishes + 1
    assert builders.agreement(world).route_id == made[-1]


def test_publishing_while_officials_decide_changes_no_open_case(live_world: World) -> None:
    _at_once(live_world, 6, 5)


@pytest.mark.prove
def test_twenty_publishes_while_a_thousand_open_cases_are_decided(live_world: World) -> None:
    _at_once(live_world, 1000, 20)


def test_two_keepers_publishing_one_draft_at_once_make_one_version(live_world: World) -> None:
    world = live_world
    current = Route.objects.get(mode="agri_dispersed", status=Route.PUBLISHED)
    draft = routes.draft(current.pk, actor=world.route_keeper, now=world.now)
    found = together(
        [lambda: routes.publish(draft.pk, actor=world.route_keeper, seen=draft.digest, provisional=True, now=world.now)]
        * 4
    )
    assert [type(one).__name__ for one in found].count("Route") == 1
    assert {type(one).__name__ for one in found} == {"Route", "NotADraft"}
    assert Route.objects.filter(mode="agri_dispersed").count() == 2


def test_two_keepers_asking_for_a_draft_at_once_get_the_same_one(live_world: World) -> None:
    world = live_world
    current = Route.objects.get(mode="agri_dispersed", status=Route.PUBLISHED)
    found = together([lambda: routes.draft(current.pk, actor=world.route_keeper).pk] * 4)
    assert len(set(found)) == 1


def test_a_migration_and_a_decision_at_once_leave_one_whole_outcome(live_world: World) -> None:
    """Either the decision came first and blocks the migration of its group, or the migration did and is decided on."""
    world = live_world
    for _turn in range(4):
        case = builders.agreement(world)
        builders.approve(world, case, "draft")
        step = builders.open_step(case, "village_opinion")
        target = builders.reroute(world, {"plan:group_opinion": {"weight": 2 + _turn}})
        actor: User = world.village_reviewer

        def decide(step: Step = step, actor: User = actor) -> object:
            return builders.steps.decide(step.pk, actor=actor, verdict="approve", now=None)

        def migrate(case_id: int = case.pk, to: int = target.pk) -> object:
            return migrations.migrate(case_id, actor=world.route_keeper, to=to)

        decided, moved = together([decide, migrate])
        now = Case.objects.get(pk=case.pk)
        if isinstance(moved, errors.MigrationBlocked):
            assert isinstance(decided, dict) and now.route_id == case.route_id
        else:
            assert isinstance(moved, dict) and now.route_id == target.pk
            assert isinstance(decided, errors.NoLongerOpen)
        assert Step.objects.filter(case=case, plan="village_opinion", state__in=("open", "approved")).count() == 1
