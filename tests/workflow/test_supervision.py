"""Supervision orders: numbered without a gap, received, answered, closed; reminded of before and after their date."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from tests import builders
from tests.builders import at
from tests.concurrency import together
from workflow import audit, clock, errors, sweep
from workflow.commands import supervision
from workflow.models import Notice, Step, Supervision

OPENED, NOW = at("2026-03-02"), at("2026-03-04")
DUE = date(2026, 3, 10)


def order(world: builders.World, **changed: Any) -> Supervision:
    case = builders.agreement(world, now=OPENED)
    step = builders.open_step(case, "draft")
    given = {"actor": world.vice_leader, "demand": "三日内完成起草", "due": DUE, "now": NOW} | changed
    return Supervision.objects.get(pk=supervision.issue(step.pk, **given)["supervision"])


def told(word: str) -> set[str]:
    return set(Notice.objects.filter(word=word).values_list("recipient__username", flat=True))


def test_an_order_has_the_units_next_number_and_goes_to_whoever_has_the_step(world: builders.World):
    first, second = order(world), order(world)
    assert (str(first), str(second)) == ("督办〔2026〕1号", "督办〔2026〕2号")
    assert told("supervised") == {"clerk", "clerk_2"}
    assert audit.verify().ok


def test_twenty_orders_at_once_have_twenty_numbers(live_world: builders.World):
    steps = [builders.open_step(builders.agreement(live_world, now=OPENED), "draft").pk for _ in range(8)]
    leader = live_world.vice_leader
    calls = [lambda pk=pk: supervision.issue(pk, actor=leader, demand="x", due=DUE, now=NOW) for pk in steps]
    results = together(calls)
    assert not [r for r in results if isinstance(r, Exception)], results
    assert sorted(Supervision.objects.values_list("number", flat=True)) == list(range(1, 9))


def test_the_same_click_twice_is_one_order_and_a_second_one_waits_for_the_first(world: builders.World):
    case = builders.agreement(world, now=OPENED)
    step = builders.open_step(case, "draft")
    given = {"actor": world.vice_leader, "demand": "催", "due": DUE, "now": NOW, "key": "k1"}
    assert supervision.issue(step.pk, **given) == supervision.issue(step.pk, **given)
    assert Supervision.objects.count() == 1
    with pytest.raises(errors.AlreadySupervised):
        supervision.issue(step.pk, **given | {"key": "k2"})


@pytest.mark.parametrize("who", ["clerk", "auditor", "village_reviewer"])
def test_only_a_leader_over_the_step_issues_one(world: builders.World, who: str):
    with pytest.raises((errors.NotAllowed, errors.NotFound)):
        order(world, actor=world.people[who])


@pytest.mark.parametrize("wrong", [{"demand": " "}, {"demand": "x" * 501}, {"due": date(2026, 3, 3)}])
def test_what_cannot_be_meant_is_refused(world: builders.World, wrong: dict[str, Any]):
    with pytest.raises(errors.InvalidInput):
        order(world, **wrong)


def test_receipt_answer_and_closing_each_name_their_person(world: builders.World):
    made = order(world)
    supervision.acknowledge(made.pk, actor=world.clerk, now=NOW)
    supervision.acknowledge(made.pk, actor=world.clerk_2, now=NOW)  # the first one counts
    supervision.answer(made.pk, actor=world.clerk_2, text="已起草", now=NOW)
    made.refresh_from_db()
    assert (made.received_by, made.answered_by, made.answer, made.stage) == (
        world.clerk,
        world.clerk_2,
        "已起草",
        "answered",
    )
    assert told("supervision_answered") == {"vice_leader"}
    with pytest.raises(errors.NotAllowed):
        supervision.close(made.pk, actor=world.clerk, now=NOW)
    supervision.close(made.pk, actor=world.vice_leader, now=NOW)
    with pytest.raises(errors.NoLongerOpen):
        supervision.answer(made.pk, actor=world.clerk, text="又", now=NOW)


def test_a_stranger_to_the_step_neither_receives_nor_answers(world: builders.World):
    made = order(world)
    for who in (world.town_reviewer, world.vice_leader):
        with pytest.raises(errors.NotAllowed):
            supervision.acknowledge(made.pk, actor=who, now=NOW)
    with pytest.raises(errors.NotFound):
        supervision.answer(made.pk, actor=world.stranger, text="x", now=NOW)


def test_it_is_reminded_of_once_the_day_before_and_once_late_with_its_issuer(world: builders.World):
    made = order(world)
    assert supervision.remind(at("2026-03-06")) == 0
    assert supervision.remind(at("2026-03-09")) == 2
    assert supervision.remind(at("2026-03-10")) == 0
    sweep.run(at("2026-03-11"))
    assert told("supervision_late") == {"clerk", "clerk_2", "vice_leader"}
    assert supervision.remind(at("2026-03-12")) == 0
    assert Notice.objects.filter(word="supervision_late").values_list("urgent", flat=True)[0]
    supervision.answer(made.pk, actor=world.clerk, text="已办", now=at("2026-03-12"))
    assert supervision.remind(at("2026-03-20")) == 0


def test_the_pages_lead_from_the_step_to_the_closed_order(client: Client, world: builders.World):
    case = builders.agreement(world, now=clock.now())
    step = builders.open_step(case, "draft")
    until = (clock.today() + timedelta(days=5)).isoformat()
    client.force_login(world.vice_leader)
    assert f"/steps/{step.pk}/supervise" in client.get(f"/cases/{case.reference}/").content.decode()
    assert "clerk_2" in client.get(f"/steps/{step.pk}/supervise").content.decode()
    answer = client.post(f"/steps/{step.pk}/supervise", {"demand": "金丝雀要求", "due": until, "key": "k"})
    address = answer.headers["Location"]
    client.force_login(world.clerk)
    page = client.get(address).content.decode()
    assert "金丝雀要求" in page and "签收" in page
    client.post(f"{address}acknowledge", {"key": "a"})
    client.post(f"{address}answer", {"text": "已办", "key": "b"})
    client.force_login(world.vice_leader)
    client.post(f"{address}close", {"key": "c"})
    assert "没有未销号的督办单" in client.get("/supervision/").content.decode()
    assert "督办〔" in client.get("/supervision/?all=1").content.decode()


def test_another_town_sees_no_order_and_a_clerk_issues_none(client: Client, world: builders.World):
    made = order(world)
    client.force_login(world.stranger)
    assert client.get(f"/supervision/{made.pk}/").status_code == 404
    assert str(made) not in client.get("/supervision/?all=1").content.decode()
    client.force_login(world.clerk)
    step = Step.objects.get(pk=made.step_id)
    assert client.get(f"/steps/{step.pk}/supervise").status_code == 404
