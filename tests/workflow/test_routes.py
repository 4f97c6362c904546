"""Versions of a route: draft, published and frozen, retired; two editors; and the document they are edited as."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import builders
from tests.builders import World
from workflow import errors
from workflow.commands import routes
from workflow.models import Case, Event, Group, Route, Stage, StepPlan, Track
from workflow.models.plan import build, spec
from workflow.rules import routedoc, routeshape


def published(mode: str = "agri_dispersed") -> Route:
    return Route.objects.get(mode=mode, status=Route.PUBLISHED)


def draft_of(world: World) -> Route:
    return routes.draft(published().pk, actor=world.route_keeper, now=world.now)


def setting(address: str, **values: Any) -> Any:
    """A change of one part of a draft."""

    def change(document: routedoc.Document) -> routedoc.Document:
        dict(routedoc.parts(document))[address].update(values)
        return document

    return change


def publish(world: World, route: Route, **extra: Any) -> Route:
    asked = {"actor": world.route_keeper, "seen": route.digest, "provisional": True, "now": world.now} | extra
    return routes.publish(route.pk, **asked)


def test_a_draft_is_a_copy_that_can_be_edited_and_published_while_the_former_retires(world: World) -> None:
    former = published()
    draft = draft_of(world)
    assert routedoc.document_of(spec(former.pk)) == draft.document
    edited, before = routes.edit(
        draft.pk, setting("plan:town_review", lead=2, source="云移〔2026〕8号"), actor=world.route_keeper, now=world.now
    )
    assert before == draft.document
    assert published().pk == former.pk
    fresh = publish(world, edited, document_no="云移〔2026〕8号")
    former.refresh_from_db()
    assert (former.status, fresh.status, fresh.version, fresh.document) == ("retired", "published", 2, None)
    assert (fresh.published_by, fresh.document_no) == (world.route_keeper, "云移〔2026〕8号")
    _place, plan = spec(fresh.pk).plans["town_review"]
    assert (plan.lead, plan.lead_source) == (2, "云移〔2026〕8号")
    kinds = Event.objects.filter(stream="route:agreements.Agreement:agri_dispersed").order_by("sequence")
    assert [event.kind for event in kinds] == ["route.published", "route.drafted", "route.published"]


def test_asking_for_a_draft_twice_gives_the_same_one(world: World) -> None:
    assert draft_of(world).pk == draft_of(world).pk


def test_a_discarded_draft_leaves_the_published_version_alone(world: World) -> None:
    draft = draft_of(world)
    routes.discard(draft.pk, actor=world.route_keeper, now=world.now)
    assert not Route.objects.filter(status=Route.DRAFT).exists()
    assert published().version == 1


@pytest.mark.parametrize("who", ["clerk", "county_officer", "system_admin", "nobody"])
def test_only_the_route_keeper_posted_over_the_unit_touches_a_route(world: World, who: str) -> None:
    draft = draft_of(world)
    other = world.people[who]
    for attempt in (
        lambda: routes.draft(published().pk, actor=other, now=world.now),
        lambda: routes.edit(draft.pk, lambda d: d, actor=other, now=world.now),
        lambda: routes.discard(draft.pk, actor=other, now=world.now),
        lambda: publish(world, draft, actor=other),
    ):
        with pytest.raises(errors.NotAllowed):
            attempt()


def test_a_keeper_of_another_county_is_refused(world: World) -> None:
    far = builders.user("far_keeper", "route_keeper", world.units["990199"])
    with pytest.raises(errors.NotAllowed):
        routes.draft(published().pk, actor=far, now=world.now)


def test_what_was_changed_after_it_was_looked_at_is_not_published(world: World) -> None:
    draft = draft_of(world)
    routes.edit(draft.pk, setting("plan:town_review", lead=1), actor=world.route_keeper, now=world.now)
    with pytest.raises(errors.DraftChanged):
        publish(world, draft)
    assert published().version == 1


def test_one_blocking_fault_keeps_everything_as_it_was(world: World) -> None:
    draft, _before = routes.edit(
        draft_of(world).pk, setting("plan:town_review", role="king"), actor=world.route_keeper, now=world.now
    )
    with pytest.raises(errors.NotPublishable) as refused:
        publish(world, draft)
    assert refused.value.detail["faults"] == ["plan:town_review: 未知的岗位“king”。"]
    assert published().version == 1


def test_a_published_version_can_be_neither_edited_nor_discarded_nor_published_again(world: World) -> None:
    route = published()
    for attempt in (
        lambda: routes.edit(route.pk, lambda d: d, actor=world.route_keeper, now=world.now),
        lambda: routes.discard(route.pk, actor=world.route_keeper, now=world.now),
        lambda: publish(world, route),
    ):
        with pytest.raises(errors.NotADraft):
            attempt()


FROZEN = {
    "the route's own row": lambda: Route.objects.filter(pk=published().pk).update(document_no="X"),
    "back to draft": lambda: Route.objects.filter(pk=published().pk).update(status="draft"),
    "deleting it": lambda: Route.objects.filter(pk=published().pk)._raw_delete("default"),
    "a stage": lambda: Stage.objects.filter(route=published()).update(point=""),
    "a track": lambda: Track.objects.filter(stage__route=published()).update(opens_in="draft"),
    "a group": lambda: Group.objects.filter(track__stage__route=published()).update(rule="any"),
    "a plan": lambda: StepPlan.objects.filter(group__track__stage__route=published()).update(lead=1),
    "a plan less": lambda: StepPlan.objects.filter(key="town_review")._raw_delete("default"),
    "a plan more": lambda: StepPlan.objects.create(
        group=Group.objects.filter(track__stage__route=published()).first(),
        key="x", names={}, position=9, role="clerk", resolver="county", duty="check", lead=1,
    ),
    "a stage more": lambda: Stage.objects.create(route=published(), state="x", position=9),
}  # fmt: skip


@pytest.mark.parametrize("what", FROZEN)
def test_the_database_refuses_every_change_of_a_published_version(world: World, what: str) -> None:
    before = routedoc.document_of(build(published()))
    with pytest.raises(DatabaseError), transaction.atomic():
        FROZEN[what]()
    assert routedoc.document_of(build(published())) == before


def test_a_retired_version_does_not_come_back(world: World) -> None:
    former = published()
    publish(world, draft_of(world))
    with pytest.raises(DatabaseError), transaction.atomic():
        Route.objects.filter(pk=former.pk).update(status="published")


def test_installing_the_policy_file_twice_adds_nothing_and_leaves_a_draft_alone(world: World) -> None:
    draft = draft_of(world)
    assert builders.route_policies.publish(world.units[builders.COUNTY], now=world.now) == []
    made = builders.reroute(world, {"plan:town_review": {"lead": 9}})
    assert (made.version, made.status) == (2, "published")
    draft.refresh_from_db()
    assert draft.status == "draft"
    assert publish(world, draft).version == 3


def test_a_document_that_is_no_route_is_refused_with_its_place(world: World) -> None:
    with pytest.raises(builders.route_policies.PolicyFault, match="plan:town_review"):
        builders.reroute(world, {"plan:town_review": {"role": "king"}})
    with pytest.raises(errors.InvalidInput):
        routes.edit(draft_of(world).pk, lambda _document: {"stages": [1]}, actor=world.route_keeper, now=world.now)


def test_a_case_keeps_its_version_and_a_new_one_takes_the_newest(world: World) -> None:
    old = builders.agreement(world)
    publish(world, routes.edit(draft_of(world).pk, setting("plan:draft", lead=2), actor=world.route_keeper)[0])
    assert (Case.objects.get(pk=old.pk).route.version, builders.agreement(world).route.version) == (1, 2)


# --- the document -----------------------------------------------------------------------------------------------
def test_document_and_specification_are_each_others_inverse() -> None:
    document = routedoc.tidy(builders.policy())
    made = routedoc.spec_of(document, kind="k", mode="m")
    assert routedoc.document_of(made) == document
    assert routedoc.spec_of(routedoc.document_of(made), kind="k", mode="m") == made


def test_the_default_policy_has_no_fault() -> None:
    assert builders.route_policies.faults(builders.policy()) == []


BROKEN = {
    "role": ("plan:town_review", {"role": "king"}, "plan:town_review"),
    "unit": ("plan:town_review", {"unit": "moon"}, "plan:town_review"),
    "duty": ("plan:town_review", {"duty": "rule"}, "plan:town_review"),
    "need": ("plan:town_review", {"needs": ["sun_shines"]}, "plan:town_review"),
    "paper": ("plan:town_review", {"papers": ["newspaper"]}, "plan:town_review"),
    "aspect": ("plan:town_review", {"aspects": ["mood"]}, "plan:town_review"),
    "excluded duty": ("plan:town_review", {"excludes": ["sing"]}, "plan:town_review"),
    "fact": ("plan:town_review", {"condition": {"fact": "mood", "is": True}}, "plan:town_review"),
    "lead": ("plan:town_review", {"lead": 0}, "plan:town_review"),
    "lead unit": ("plan:town_review", {"lead_unit": "moons"}, "plan:town_review"),
    "source": ("plan:town_review", {"source": " "}, "plan:town_review"),
    "name": ("plan:town_review", {"names": {"en": "x"}}, "plan:town_review"),
    "supervisor": ("plan:town_review", {"supervisor": "king"}, "plan:town_review"),
    "key": ("plan:town_review", {"key": "Town Review"}, "plan:Town Review"),
    "key twice": ("plan:town_review", {"key": "draft"}, "plan:draft"),
    "rule": ("group:town_review", {"rule": "some"}, "group:town_review"),
    "threshold": ("group:town_review", {"rule": "k_of_n", "threshold": 2}, "group:town_review"),
    "no plan": ("group:town_review", {"plans": []}, "group:town_review"),
    "refusal": ("group:town_review", {"on_refuse": "moon"}, "group:town_review"),
    "opens later": ("track:in_review/review", {"opens_in": "signing"}, "track:in_review/review"),
    "opens nowhere": ("track:in_review/review", {"opens_in": "moon"}, "track:in_review/review"),
    "point": ("stage:in_review", {"point": "doomsday"}, "stage:in_review"),
    "state": ("stage:in_review", {"state": "limbo"}, "stage:draft"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_every_fault_of_a_document_names_its_place(what: str) -> None:
    address, values, place = BROKEN[what]
    found = routeshape.faults(builders.policy({address: values}), builders.Agreement.vocabulary())
    assert place in [fault.address for fault in found]
    assert all(fault.text for fault in found)


def test_differences_name_the_part_what_happened_and_the_fields() -> None:
    before = routedoc.tidy(builders.policy())
    after = routedoc.tidy(builders.policy({"plan:town_review": {"lead": 9}}))
    review = next(s for s in after["stages"] if s["state"] == "in_review")["tracks"][0]["groups"]
    review.append(review.pop(1))
    handover = next(s for s in after["stages"] if s["state"] == "final_check")["tracks"][1]["groups"]
    gone = handover.pop()
    found = {(change.how, change.address) for change in routedoc.differences(before, after)}
    assert found == {
        ("changed", "plan:town_review"),
        ("removed", f"group:{gone['key']}"),
        ("removed", f"plan:{gone['plans'][0]['key']}"),
        ("moved", "group:public_notice"),
        ("moved", "plan:public_notice"),
    }
    changed = next(c for c in routedoc.differences(before, after) if c.how == "changed")
    assert changed.fields == (("lead", 3, 9),)
    assert routedoc.differences(before, before) == []


values = st.recursive(st.none() | st.integers() | st.text(max_size=4), lambda x: st.lists(x, max_size=3), max_leaves=4)
KEYS = ["stages", "tracks", "groups", "plans", "key", "names", "lead", "state", "role", "unit", "duty", "needs"]
documents = st.recursive(
    values, lambda x: st.dictionaries(st.sampled_from(KEYS), x, max_size=6) | st.lists(x, max_size=3), max_leaves=20
)


@settings(max_examples=100, deadline=None)
@given(documents)
def test_whatever_is_imported_is_judged_and_never_breaks_the_judge(document: Any) -> None:
    found = routeshape.faults(document, builders.Agreement.vocabulary())
    assert found != []
