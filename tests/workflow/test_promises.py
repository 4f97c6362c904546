"""A promised date is kept or broken on its own day, whatever is promised later; leaders see who keeps theirs."""

from datetime import date, timedelta

import pytest
from django.test import Client

from tests import builders
from tests.builders import World
from workflow import clock, errors, policies
from workflow.commands import cases, promises
from workflow.models import Case, Event, Promise, Step
from workflow.queries import promises as told

FRIDAY = date(2026, 3, 6)


def stuck(world: World) -> tuple[Case, Step]:
    case = builders.walk(world, builders.agreement(world), until="account_transfer")
    return case, builders.open_step(case, "transfer")


def promise(world: World, step: Step, day: date = FRIDAY, who: str = "police_liaison", **extra: object) -> None:
    promises.promise(step.pk, actor=world.people[who], promised_on=day, **{"now": world.now, **extra})


def status(world: World, days: int = 0) -> list[str]:
    today = clock.date_of(world.now) + timedelta(days=days)
    posts = policies.postings_of(world.chair, today)
    return [word.status for word in told.promises(world.chair, posts, today).words]


def test_open_until_its_day_broken_from_the_day_after(world: World) -> None:
    _case, step = stuck(world)
    promise(world, step)
    assert (status(world), status(world, 4), status(world, 5)) == (["open"], ["open"], ["broken"])


def test_decided_by_its_day_is_kept(world: World) -> None:
    case, step = stuck(world)
    promise(world, step)
    builders.approve(world, case, "transfer", now=world.now + timedelta(days=4))
    assert status(world, 30) == ["kept"]


def test_a_later_word_does_not_undo_a_broken_one(world: World) -> None:
    case, step = stuck(world)
    promise(world, step, FRIDAY)
    promise(world, step, FRIDAY + timedelta(days=7), now=world.now + timedelta(days=6))
    builders.approve(world, case, "transfer", now=world.now + timedelta(days=9))
    assert sorted(status(world, 30)) == ["broken", "kept"]
    today = clock.date_of(world.now) + timedelta(days=30)
    found = told.promises(world.chair, policies.postings_of(world.chair, today), today)
    assert [(s.name, s.kept, s.broken, s.kept_share) for s in found.people] == [("police_liaison", 1, 1, 50)]
    assert [(s.name, s.kept, s.broken) for s in found.units] == [(step.unit.name, 1, 1)]


def test_it_is_history_and_pressed_twice_counts_once(world: World) -> None:
    _case, step = stuck(world)
    for _press in range(2):
        promise(world, step, key="k")
    assert Promise.objects.count() == 1
    assert Event.objects.filter(kind="promise.made").count() == 1


def test_a_held_step_may_be_promised(world: World) -> None:
    case, step = stuck(world)
    cases.hold(case.pk, actor=world.clerk, cause="police", now=world.now)
    promise(world, step)
    assert status(world) == ["open"]


def test_only_its_holder_promises_and_only_a_day_to_come(world: World) -> None:
    _case, step = stuck(world)
    for who in ("clerk", "chair", "receiving_town"):
        with pytest.raises(errors.NotAllowed):
            promise(world, step, who=who)
    with pytest.raises(errors.NotFound):
        promise(world, step, who="stranger")
    for day in (date(2026, 3, 1), date(2028, 3, 1)):
        with pytest.raises(errors.InvalidInput):
            promise(world, step, day)
    Step.objects.filter(pk=step.pk).update(holder=world.clerk)
    with pytest.raises(errors.NotAllowed):
        promise(world, step)  # claimed by another


def test_promised_on_the_page_and_counted_for_leaders_strangers_see_none(world: World) -> None:
    case, step = stuck(world)
    client = Client()
    client.force_login(world.police_liaison)
    address = f"/cases/{case.reference}/"
    assert f"/steps/{step.pk}/promise" in client.get(address).content.decode()
    day = clock.today() + timedelta(days=2)
    answer = client.post(f"/steps/{step.pk}/promise", {"promised_on": day.isoformat(), "key": "a", "next": address})
    assert answer.status_code == 302
    assert client.post(f"/steps/{step.pk}/promise", {"promised_on": "", "key": "b"}).status_code == 422
    page = Client()
    page.force_login(world.chair)
    assert day.isoformat() in page.get("/promises/").content.decode()
    other = Client()
    other.force_login(world.stranger)
    assert day.isoformat() not in other.get("/promises/").content.decode()
