"""Several at once (批量同意): opt-in, the checks and keys of a single click, one line and one event per item."""

from decimal import Decimal
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import builders
from tests.concurrency import together
from tests.workflow.test_pages import signed_in
from workflow import clock, errors
from workflow.commands import cases, steps
from workflow.commands.bulk import Item
from workflow.models import Case, Decision, Event, Step
from workflow.queries import bulk

REVIEWS = ("group_opinion", "village_opinion", "public_notice")


def _at_town_review(world: builders.World, **facts: object) -> Step:
    case = builders.walk(world, builders.agreement(world, **facts), "in_review")
    for plan in REVIEWS:
        builders.approve(world, case, plan)
    return builders.open_step(case, "town_review")


def _item(step: Step) -> Item:
    return Item(step.pk, dict(Case.objects.get(pk=step.case_id).hashes))


def test_each_item_is_a_single_click_with_its_line_and_event(world: builders.World) -> None:
    found = [_at_town_review(world) for _number in range(3)]
    lines = steps.decide_many([_item(s) for s in found], actor=world.town_reviewer, key="b1", comment="同意")
    assert [(line.step_id, line.done) for line in lines] == [(s.pk, True) for s in found]
    assert Decision.objects.filter(step__in=found, actor=world.town_reviewer, comment="同意").count() == 3
    events = Event.objects.filter(kind="step.in_batch")
    assert events.count() == 3
    assert all('"batch":"b1"' in event.body and '"size":3' in event.body for event in events)


def test_one_refusal_touches_no_other(world: builders.World) -> None:
    good, held, stale, gone = (_at_town_review(world) for _number in range(4))
    cases.hold(held.case_id, actor=world.town_reviewer, cause="dispute")
    old = Item(stale.pk, builders.hashes(amounts="before"))
    builders.approve(world, gone.case, "town_review")
    lines = steps.decide_many(
        [_item(good), _item(held), old, _item(gone), Item(999999, {})], actor=world.town_reviewer, key="b2"
    )
    assert [line.done for line in lines] == [True, False, False, False, False]
    assert [bool(line.reference) for line in lines] == [True, True, True, True, False]
    assert Decision.objects.filter(step__in=[good, held, stale]).count() == 1


def test_the_same_request_again_gives_the_same_lines_and_nothing_new(world: builders.World) -> None:
    found = [_at_town_review(world) for _number in range(2)]
    ask = partial(steps.decide_many, [_item(s) for s in found], actor=world.town_reviewer, key="b3")
    assert ask() == ask()
    assert Decision.objects.filter(step__in=found).count() == 2
    assert Event.objects.filter(kind="step.in_batch").count() == 2


def test_a_plan_that_does_not_opt_in_is_decided_by_itself_only(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world), "in_review")
    step = builders.open_step(case, "group_opinion")
    line = steps.decide_many([_item(step)], actor=world.village_group_leader)[0]
    assert (line.done, line.message) == (False, str(errors.NotForBulk()))
    assert not Decision.objects.filter(step=step).exists()


def test_four_eyes_holds_in_a_batch_too(world: builders.World) -> None:
    steps_ = [_at_town_review(world) for _number in range(2)]
    builders.Posting.objects.create(
        user=world.village_reviewer,
        role="town_reviewer",
        unit=world.units[builders.HOME_TOWN],
        valid_from=builders.date(2020, 1, 1),
    )
    lines = steps.decide_many([_item(s) for s in steps_], actor=world.village_reviewer)
    assert not any(line.done for line in lines)


def test_nothing_and_too_much_are_refused(world: builders.World) -> None:
    for items in ([], [Item(pk, {}) for pk in range(201)]):
        with pytest.raises(errors.InvalidInput):
            steps.decide_many(items, actor=world.town_reviewer)


def test_a_batch_against_single_clicks_decides_each_once(live_world: builders.World) -> None:
    second = builders.user("second", "town_reviewer", live_world.units[builders.HOME_TOWN])
    found = [_at_town_review(live_world) for _number in range(4)]
    items = [_item(s) for s in found]
    clicks = [partial(steps.decide, s.pk, actor=second, verdict="approve") for s in found]
    batches = [partial(steps.decide_many, items, actor=live_world.town_reviewer, key=f"x{n}") for n in range(2)]
    results = together([*batches, *clicks])
    singles = sum(isinstance(result, dict) for result in results[2:])
    lines = [line for result in results[:2] for line in result]
    assert sum(line.done for line in lines) + singles == 4, results
    assert Decision.objects.filter(step__in=found).count() == 4
    assert all(isinstance(r, dict | errors.AlreadyDecided) for r in results[2:])


def test_the_preview_counts_sums_and_says_why_not(world: builders.World) -> None:
    good, dear = _at_town_review(world), _at_town_review(world, amount="80000.50")
    missing = _at_town_review(world)
    with builders.changed_facts(missing.case, world.clerk, world.now, papers=["id_copies"]):
        pass
    other = builders.open_step(builders.walk(world, builders.agreement(world), "in_review"), "group_opinion")
    ids = [good.pk, dear.pk, missing.pk, other.pk, 999999]
    found = bulk.preview(world.town_reviewer, ids, clock.today())
    assert (found.selected, found.can, found.amount) == (4, 2, Decimal("200000.50"))
    why = {row.step_id: row.why_not for row in found.rows}
    assert not why[good.pk]
    assert "户口簿" in why[missing.pk] or "缺" in why[missing.pk]
    assert why[other.pk] == str(errors.NotForBulk())
    assert bulk.preview(world.stranger, ids, clock.today()).rows == []
    lines = steps.decide_many([Item(r.step_id, r.seen) for r in found.rows], actor=world.town_reviewer)
    assert {line.step_id: line.done for line in lines} == {pk: not reason for pk, reason in why.items()}


@pytest.mark.usefixtures("steady_calendars")
def test_the_preview_costs_the_same_for_two_and_for_eight(world: builders.World) -> None:
    found = [_at_town_review(world).pk for _number in range(8)]
    counts = []
    for ids in (found[:2], found):
        with CaptureQueriesContext(connection) as asked:
            bulk.preview(world.town_reviewer, ids, clock.today())
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 12, counts


def test_the_pages_preview_approve_and_report(world: builders.World) -> None:
    found = [_at_town_review(world) for _number in range(2)]
    client = signed_in(world.town_reviewer)
    assert client.get("/steps/bulk/preview").status_code == 405
    page = client.post("/steps/bulk/preview", {"step": [s.pk for s in found]}).content.decode()
    assert page.count("<html") == 1 and "批量同意：已选 2 件" in page
    fragment = client.post("/steps/bulk/preview", {"step": [found[0].pk]}, headers={"HX-Request": "true"})
    assert "<html" not in fragment.content.decode()
    form = {"step": [s.pk for s in found], "key": "p1"}
    for step in found:
        form |= {f"seen-{step.pk}-{aspect}": value for aspect, value in _item(step).seen.items()}
        assert f"seen-{step.pk}-members" in page
    answer = client.post("/steps/bulk/approve", form)
    assert answer.status_code == 200
    assert answer.content.decode().count("T-0") >= 2
    assert Decision.objects.filter(step__in=found).count() == 2
    assert client.post("/steps/bulk/approve", {"key": "p2"}).status_code == 422


def test_the_results_name_everybody_and_one_button_takes_all_of_it_back(world: builders.World) -> None:
    good, held = [_at_town_review(world) for _number in range(2)], _at_town_review(world)
    cases.hold(held.case_id, actor=world.town_reviewer, cause="dispute")
    client = signed_in(world.town_reviewer)
    page = client.post("/steps/bulk/preview", {"step": [s.pk for s in (*good, held)]}).content.decode()
    assert f'name="left" value="{held.pk}"' in page
    form = {"step": [s.pk for s in good], "left": [held.pk], "key": "r1"}
    for step in good:
        form |= {f"seen-{step.pk}-{aspect}": value for aspect, value in _item(step).seen.items()}
    page = client.post("/steps/bulk/approve", form).content.decode()
    results = page.split('class="hist results"')[1].split("</ul>")[0]
    assert all(step.case.title in results for step in (*good, held))
    assert "已挂起" in results or "挂起" in results
    assert 'action="/steps/bulk/take_back"' in page and page.count('name="step"') == 2
    page = client.post("/steps/bulk/take_back", {"step": [s.pk for s in good], "key": "r2"}).content.decode()
    assert all(step.case.title in page for step in good) and "/steps/bulk/take_back" not in page
    for step in good:
        assert Step.objects.get(pk=step.pk).taken_back_at
        assert builders.open_step(step.case, "town_review").holder == world.town_reviewer
