"""The prepared head of the queue is the general list: same steps, same order, same lights, for everybody."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests import builders
from workflow import clock, policies, readiness, rights
from workflow.commands import cases, people, steps
from workflow.models import Case, Copy, Posting, Step, User
from workflow.queries import actions, filters, head, paging, queue, rows
from workflow.queries.filters import Asked
from workflow.templatetags import lines

WALKED = ("draft", "in_review", "signing", "account_transfer")


@pytest.fixture
def town(world: builders.World) -> builders.World:
    """Cases everywhere: claimed, given away, lent, on hold as a whole and in one round, late, once late, due soon."""
    today = clock.today()
    other = builders.user("town_reviewer_2", "town_reviewer", world.units[builders.HOME_TOWN])
    made = [builders.walk(world, builders.agreement(world), WALKED[n % 4]) for n in range(12)]
    for number, step in enumerate(Step.objects.filter(state="open").order_by("pk")):
        due = today + timedelta(days=(number * 7) % 40 - 20)
        backward = None if number % 5 == 0 else due + timedelta(days=number % 3)
        Step.objects.filter(pk=step.pk).update(due=due, backward=backward, was_late=number % 4 == 0)
    reviewed = builders.walk(world, builders.agreement(world), "in_review")
    for plan in ("group_opinion", "village_opinion", "public_notice"):
        builders.approve(world, reviewed, plan)
    steps.reassign(builders.open_step(reviewed, "town_review").pk, actor=world.town_reviewer, to=other.pk)
    steps.claim(builders.open_step(made[0], "draft").pk, actor=world.clerk)
    cases.hold(made[4].pk, actor=world.clerk, cause="dispute")
    held = builders.open_step(made[3], "transfer")
    cases.hold(made[3].pk, actor=world.clerk, cause="dispute", step_id=held.pk)
    asked = builders.open_step(made[5], "group_opinion")
    steps.delegate(asked.pk, actor=world.village_group_leader, to=world.village_reviewer.pk, question="?", days=2)
    Step.objects.filter(pk=builders.open_step(made[9], "village_opinion").pk).update(not_before=today + timedelta(2))
    people.lend(
        Posting.objects.get(user=world.clerk).pk, actor=world.clerk, substitute=world.chair, until=today + timedelta(3)
    )
    Copy.objects.create(case=made[1], user=world.chair, by=world.clerk, at=world.now)
    return world


def general(user: User, asked: Asked, today: date) -> tuple[list[int], dict[str, int]]:
    """The same asked without the prepared statements."""
    authorities = policies.postings_of(user, today)
    found = queue.listed(user, authorities, asked, today)
    part = paging.window(found, "due", sight=Case.objects.all(), after="", before="", limit=25, today=today)
    own = queue.open_steps(user, authorities, asked.tab)
    lights = {light: own.filter(filters.light_filter(light, today)).count() for light in filters.LIGHTS}
    return [step.pk for step in part.steps], lights


@pytest.mark.parametrize("tab", ["mine", "claimable"])
def test_the_head_of_the_queue_is_the_general_list(town: builders.World, tab: str) -> None:
    today, prepared, seen = clock.today(), 0, set[str]()
    held = set(Step.objects.filter(filters.light_filter("held", today)).values_list("pk", flat=True))
    for user in User.objects.all():
        asked = Asked(tab=tab)
        authorities = policies.postings_of(user, today)
        page = queue.page(user, asked)
        ids, lights = general(user, asked, today)
        assert {row.step.pk for row in page.rows if row.severity == "on_hold"} == held.intersection(ids), user
        assert [row.step.pk for row in page.rows] == sorted(ids, key=held.__contains__), user
        assert page.lights == lights, user
        prepared += not any(one.role in queue.BLIND for one in authorities)
        seen |= {light for light, number in lights.items() if number}
    assert prepared > 10 and seen == set(filters.LIGHTS)


def test_what_one_was_given_and_may_no_longer_see_is_not_listed(town: builders.World) -> None:
    other = User.objects.get(username="town_reviewer_2")
    given = Step.objects.get(state="open", holder=other)
    assert given.pk in {row.step.pk for row in queue.page(other).rows}
    other.postings.all().delete()
    Posting.objects.create(user=other, role="clerk", unit=town.units["990199101"], valid_from=date(2020, 1, 1))
    given.case.participants.filter(user=other).delete()
    own = queue.own(other, policies.postings_of(other, clock.today()))
    assert own and [step.pk for step in head.first(own, "mine", 5)[0]] == [given.pk]
    assert queue.page(other).rows == []


def test_a_cadre_is_asked_in_the_general_way(town: builders.World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(head, "first", None)  # a post that covers what it does not see
    assert queue.page(town.contact_cadre).rows == []
    with pytest.raises(TypeError):
        queue.page(town.clerk)


def test_the_counts_of_the_tabs_are_what_the_general_lists_hold(
    town: builders.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = clock.today()
    people = {user: policies.postings_of(user, today) for user in User.objects.all()}
    prepared = {user: queue.counts(user, authorities, today) for user, authorities in people.items()}
    monkeypatch.setattr(queue, "FEW_UNITS", 0)
    assert prepared == {user: queue.counts(user, authorities, today) for user, authorities in people.items()}
    seen = {tab for counts in prepared.values() for tab, number in counts.items() if number}
    assert seen == {"mine", "claimable", "started", "copied", "section"}


def test_a_line_read_with_its_step_says_what_the_line_read_apart_says(town: builders.World) -> None:
    today = clock.today()
    for user in User.objects.all():
        prepared = queue.page(user).rows
        steps = Step.objects.select_related("case__home_unit", "unit", "holder").in_bulk([r.step.pk for r in prepared])
        apart = rows.rows([steps[r.step.pk] for r in prepared], user, policies.postings_of(user, today), today)
        assert [replace(row, case=row.kind) for row in apart] == prepared


def test_a_line_says_of_its_step_what_the_sheet_says(town: builders.World) -> None:
    seen = set()
    for number, case in enumerate(Case.objects.order_by("pk")):
        facts = case.facts | ({"papers": [], "wish_signed": False} if number % 3 else {})
        Case.objects.filter(pk=case.pk).update(facts=facts)
    for user in User.objects.all():
        for tab in queue.OWN:
            for row in queue.page(user, Asked(tab=tab)).rows:
                whole = actions.look(user, row.step.pk, clock.today())
                step = actions.step_in(whole, row.step.pk)
                mine, judged = rights.authority(whole, step), readiness.of(whole, step)
                assert row.ready == judged, (user, step)
                assert row.recused == (rights.exclusion(whole, step, mine.persons) if mine else ""), (user, step)
                assert judged.decidable or step.round.kind == "opinion" or rights.why_not(whole, step), (user, step)
                seen.add(row.ready.state)
    assert seen == {"held", "early", "waits", "opinion", "missing", "number", "ready"}


def test_a_run_and_a_count_leave_to_the_end_what_can_only_be_looked_at(town: builders.World) -> None:
    for user in (town.village_group_leader, town.village_reviewer, town.clerk):
        ids = queue.first_ids(user, Asked(), 50)
        found = {row.step.pk: row for row in queue.page(user, limit=50).rows}
        idle = [found[pk].ready.idle for pk in ids]
        assert idle == sorted(idle) and len(ids) == len(found)
        looks = {lines.kind_of(found[pk], "mine", oob=False) for pk in ids if found[pk].ready.idle}
        assert {(kind.act, kind.ok) for kind in looks} == {("look", False)}, user
