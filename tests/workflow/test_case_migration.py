"""Moving running cases to another version: previewed, all or nothing, logged, revertible while nobody has acted."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests import builders
from tests.builders import World
from workflow import audit, errors
from workflow.commands import cases, migrations, steps
from workflow.models import Case, CaseMigration, Event, Round, Route, Step
from workflow.models.plan import spec
from workflow.rules import migration

Changes = dict[str, dict[str, Any]]


def at_review(world: World, *approved: str) -> Case:
    case = builders.agreement(world)
    for plan in ("draft", *approved):
        builders.approve(world, case, plan)
    return Case.objects.get(pk=case.pk)


def extra_group(after: str, key: str = "extra") -> dict[str, Any]:
    """The policy with one more group behind another one of the review."""
    document = builders.policy()
    review = next(s for s in document["stages"] if s["state"] == "in_review")["tracks"][0]["groups"]
    place = 0 if not after else 1 + next(i for i, g in enumerate(review) if g["key"] == after)
    plan = {"key": key, "role": "chair", "unit": "home_town", "duty": "review", "lead": 2, "source": "E"}
    names = {"zh-hans": "加一道", "en": "One more"}
    review.insert(place, {"key": key, "names": names, "plans": [plan | {"names": names}]})
    return document


def version(world: World, document: dict[str, Any]) -> Route:
    return builders.route_policies.install(
        document | {"modes": ["agri_dispersed"]}, world.units[builders.COUNTY], now=world.now
    )[0]


def changed(world: World, changes: Changes) -> Route:
    return version(world, builders.policy(changes))


def without(key: str) -> dict[str, Any]:
    document = builders.policy()
    for stage in document["stages"]:
        for track in stage["tracks"]:
            track["groups"] = [group for group in track["groups"] if group["key"] != key]
            for group in track["groups"]:
                if group.get("on_refuse") == key:
                    group["on_refuse"] = ""
    return document


def lines(world: World, case: Case, target: Route) -> dict[str, str]:
    _work, found = migrations.preview_of(case.pk, actor=world.route_keeper, to=target.pk)
    return {line.group: line.becomes for line in found}


def move(world: World, case: Case, target: Route, **extra: Any) -> dict[str, Any]:
    return cases.migrate(case.pk, actor=world.route_keeper, to=target.pk, now=world.now + timedelta(days=1), **extra)


def live(case: Case) -> list[str]:
    return sorted(Round.objects.filter(case=case, closed_at=None, parent=None).values_list("group", flat=True))


DATED = ("lead", "forward", "backward", "due", "due_version")


def test_a_group_that_both_versions_ask_alike_goes_on_and_its_dates_follow_the_new_version(world: World) -> None:
    case = at_review(world)
    before = list(Step.objects.filter(case=case).order_by("id").values())
    target = changed(world, {"plan:village_opinion": {"lead": 9}, "plan:county_filing": {"lead": 1}})
    assert lines(world, case, target)["village_review"] == migration.KEPT
    move(world, case, target)
    after = list(Step.objects.filter(case=case).order_by("id").values())
    assert [{k: v for k, v in row.items() if k not in DATED} for row in after] == [
        {k: v for k, v in row.items() if k not in DATED} for row in before
    ]
    assert Case.objects.get(pk=case.pk).route_id == target.pk
    opinion = builders.open_step(case, "village_opinion")
    assert (opinion.lead, opinion.due) == (9, date(2026, 3, 13))  # nine working days from the day it opened


def test_a_group_asked_of_another_post_is_asked_again_and_what_passed_stands(world: World) -> None:
    case = at_review(world, "group_opinion", "village_opinion", "public_notice")
    target = changed(world, {"plan:town_review": {"role": "chair"}})
    found = lines(world, case, target)
    assert (found["village_review"], found["town_review"]) == (migration.STANDS, migration.AGAIN)
    move(world, case, target)
    closed, opened = Step.objects.filter(case=case, plan="town_review").order_by("id")
    assert (closed.state, closed.close_reason, opened.state, opened.role) == ("cancelled", "migrated", "open", "chair")
    assert live(case) == ["town_review"]


def test_a_group_somebody_has_acted_in_blocks_and_nothing_is_changed(world: World) -> None:
    case = at_review(world, "group_opinion")
    target = changed(world, {"plan:village_opinion": {"role": "town_reviewer"}})
    before = (list(Step.objects.filter(case=case).values()), Case.objects.filter(pk=case.pk).values()[0])
    with pytest.raises(errors.MigrationBlocked, match="village_review"):
        move(world, case, target)
    assert (list(Step.objects.filter(case=case).values()), Case.objects.filter(pk=case.pk).values()[0]) == before
    assert not CaseMigration.objects.exists()


def test_a_new_group_before_the_open_one_is_asked_first(world: World) -> None:
    case = at_review(world, "group_opinion", "village_opinion", "public_notice")
    target = version(world, extra_group("public_notice"))
    found = lines(world, case, target)
    assert (found["extra"], found["town_review"]) == (migration.NEW, migration.AGAIN)
    move(world, case, target)
    assert live(case) == ["extra"]
    builders.approve(world, case, "extra")
    assert live(case) == ["town_review"]


def test_a_new_group_of_a_state_already_left_is_never_asked(world: World) -> None:
    case = builders.walk(world, builders.agreement(world), until="signing")
    target = version(world, extra_group("public_notice"))
    assert lines(world, case, target)["extra"] == migration.BEHIND
    move(world, case, target)
    done = builders.walk(world, case)
    assert not Step.objects.filter(case=done, plan="extra").exists()


def test_a_dropped_group_ends_and_the_case_moves_on(world: World) -> None:
    case = at_review(world, "group_opinion", "village_opinion")
    target = version(world, without("public_notice"))
    assert lines(world, case, target)["public_notice"] == migration.DROPPED
    move(world, case, target)
    assert live(case) == ["town_review"]
    assert builders.walk(world, case).state == "completed"


def test_history_of_dropped_steps_is_still_told_and_counted_for_four_eyes(world: World) -> None:
    """The public notice was confirmed by the clerk; its plan is gone, four eyes still know the duty."""
    case = at_review(world, "group_opinion", "village_opinion", "public_notice")
    target = version(world, without("public_notice"))
    move(world, case, target)
    _place, plan = spec(target.pk).plans["public_notice"]
    assert plan.duty == "collect"
    assert "public_notice" not in spec(target.pk).plans
    work, _lines = migrations.preview_of(case.pk, actor=world.route_keeper, to=target.pk)
    assert {act.duty for act in work.acts()} == {"draft", "review", "collect"}


def test_an_override_of_a_dropped_group_still_counts_for_four_eyes(world: World) -> None:
    case = at_review(world, "group_opinion", "village_opinion")
    cases.override(
        case.pk,
        actor=world.chair,
        reason="汛期提前，县领导小组决定特批通过公示环节。",
        now=world.now + timedelta(hours=2),
    )
    target = version(world, without("public_notice"))
    move(world, case, target)
    work, _lines = migrations.preview_of(case.pk, actor=world.route_keeper, to=target.pk)
    assert world.chair.pk in {person for act in work.acts() for person in act.persons}


def test_a_held_case_is_blocked_with_its_reason(world: World) -> None:
    case = at_review(world)
    cases.hold(case.pk, actor=world.clerk, cause="dispute", now=world.now + timedelta(hours=1))
    with pytest.raises(errors.MigrationBlocked, match="挂起"):
        move(world, case, changed(world, {"plan:village_opinion": {"lead": 9}}))


def test_a_migration_is_an_event_of_the_case_and_its_chain_verifies(world: World) -> None:
    case = at_review(world)
    target = changed(world, {"plan:village_opinion": {"lead": 9}})
    move(world, case, target)
    event = Event.objects.get(case=case, kind="case.migrated")
    assert (event.actor_id, f'"target":{target.pk}' in event.body) == (world.route_keeper.pk, True)
    assert audit.verify(case.reference).ok
    row = CaseMigration.objects.get(case=case)
    assert (row.source_id, row.target_id, row.events) == (case.route_id, target.pk, Case.objects.get(pk=case.pk).events)


def test_it_can_be_taken_back_while_nobody_has_acted_and_then_once(world: World) -> None:
    case = at_review(world, "group_opinion", "village_opinion", "public_notice")
    target = changed(world, {"plan:town_review": {"role": "chair"}})
    move(world, case, target)
    assert migrations.revertible([case.pk], target.pk) == {case.pk}
    migrations.revert(case.pk, actor=world.route_keeper, now=world.now + timedelta(days=2))
    back = Case.objects.get(pk=case.pk)
    assert back.route_id == case.route_id
    assert Step.objects.get(case=case, plan="town_review", state="open").role == "town_reviewer"
    with pytest.raises(errors.NotFound):
        migrations.revert(case.pk, actor=world.route_keeper, now=world.now + timedelta(days=2))
    assert builders.walk(world, back).state == "completed"


def test_after_anybody_has_acted_it_cannot_be_taken_back(world: World) -> None:
    case = at_review(world)
    target = changed(world, {"plan:village_opinion": {"lead": 9}})
    move(world, case, target)
    step = builders.open_step(case, "village_opinion")
    steps.claim(step.pk, actor=world.village_reviewer, now=world.now + timedelta(days=1, hours=1))
    builders.approve(world, case, "group_opinion")
    assert migrations.revertible([case.pk], target.pk) == set()
    with pytest.raises(errors.MigrationBlocked):
        migrations.revert(case.pk, actor=world.route_keeper, now=world.now + timedelta(days=2))


def test_a_return_taken_back_after_a_migration_leaves_standing_what_stood(world: World) -> None:
    case = at_review(world, "group_opinion", "village_opinion", "public_notice")
    step, now = builders.open_step(case, "town_review"), world.now + timedelta(days=2)
    words = {"comment": "?", "to": "public_notice", "resume": "with_me"}
    steps.decide(step.pk, actor=world.town_reviewer, verdict="return", reason_code="other", now=world.now, **words)
    move(world, case, changed(world, {"plan:public_notice": {"role": "town_reviewer"}}))
    assert Round.objects.filter(case=case, group="public_notice", outcome="cancelled").count() == 1
    steps.take_back(step.pk, actor=world.town_reviewer, now=now)
    assert live(case) == ["town_review"]
    builders.approve(world, case, "town_review")
    assert live(case) == ["group_approval"]


def test_the_same_key_moves_a_case_once(world: World) -> None:
    case = at_review(world)
    target = changed(world, {"plan:village_opinion": {"lead": 9}})
    assert move(world, case, target, key="k") == move(world, case, target, key="k")
    assert CaseMigration.objects.filter(case=case).count() == 1


@pytest.mark.parametrize("who", ["clerk", "county_officer", "chair", "stranger", "nobody"])
def test_only_the_route_keeper_migrates(world: World, who: str) -> None:
    case = at_review(world)
    target = changed(world, {"plan:village_opinion": {"lead": 9}})
    with pytest.raises(errors.NotAllowed):
        cases.migrate(case.pk, actor=world.people[who], to=target.pk, now=world.now)


def test_only_a_published_version_of_the_same_mode_is_a_target(world: World) -> None:
    case = at_review(world)
    changed(world, {"plan:village_opinion": {"lead": 9}})
    with pytest.raises(errors.NotFound):  # the retired one
        cases.migrate(case.pk, actor=world.route_keeper, to=case.route_id, now=world.now)
    other = Route.objects.get(mode="kin_reliance", status=Route.PUBLISHED)
    with pytest.raises(errors.NotAllowed):
        cases.migrate(case.pk, actor=world.route_keeper, to=other.pk, now=world.now)


def test_an_ended_case_stays_where_it_is(world: World) -> None:
    case = builders.walk(world, builders.agreement(world))
    with pytest.raises(errors.MigrationBlocked, match="办结"):
        move(world, case, changed(world, {"plan:village_opinion": {"lead": 9}}))
