"""Several at once beside approving: return, reassign, urge; each with the checks of a single click and its line."""

from datetime import date
from html import unescape

import pytest

from tests import builders
from tests.workflow.test_pages import signed_in
from tests.workflow.test_signers import at_town_review
from workflow import clock, errors, rights
from workflow.commands import cases, several, steps
from workflow.commands.bulk import Item
from workflow.models import Case, Decision, Event, Notice, Nudge, Round, Step
from workflow.queries import actions, bulk

NOTHING: dict[str, str] = {}


def items(*found: Step) -> list[Item]:
    return [Item(step.pk, NOTHING) for step in found]


def test_several_are_returned_for_one_reason_to_one_point(world: builders.World) -> None:
    (one, first), (two, second), (_held, third) = (at_town_review(world) for _number in range(3))
    cases.hold(third.case_id, actor=world.town_reviewer, cause="dispute")
    asked = {"key": "r1", "comment": "缺户口簿", "to": "drafter", "reason_code": "papers_missing"}
    lines = several.give_back(items(first, second, third), actor=world.town_reviewer, **asked)
    assert [line.done for line in lines] == [True, True, False]
    assert set(Case.objects.filter(pk__in=[one.pk, two.pk]).values_list("state", flat=True)) == {"draft"}
    rounds = Round.objects.filter(outcome="returned").values_list("reason", "reason_code", "return_to")
    assert set(rounds) == {("缺户口簿", "papers_missing", "draft")} and len(rounds) == 2
    assert Event.objects.filter(kind="step.in_batch", body__contains='"batch":"r1"').count() == 2
    again = several.give_back(items(first, second, third), actor=world.town_reviewer, **asked)
    assert [line.done for line in again] == [True, True, False]
    assert Decision.objects.filter(verdict="return").count() == 2


def test_a_plan_that_is_not_approved_with_others_is_returned_with_them(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world), "in_review")
    step = builders.open_step(case, "group_opinion")
    line = several.give_back(
        items(step), actor=world.village_group_leader, comment="改", to="previous", reason_code="other"
    )[0]
    assert line.done and Case.objects.get(pk=case.pk).state == "draft"


def test_a_point_one_of_them_cannot_go_back_to_is_that_ones_line(world: builders.World) -> None:
    (_case, step) = at_town_review(world)
    lines = several.give_back(
        items(step), actor=world.town_reviewer, comment="改", to="signing_town", reason_code="other"
    )
    assert [(line.done, line.message) for line in lines] == [(False, str(errors.NoSuchPoint()))]


def test_only_points_that_every_one_of_them_can_go_back_to_are_offered(world: builders.World) -> None:
    signed = builders.walk(world, builders.agreement(world), "account_transfer")
    builders.approve(world, signed, "transfer")
    late, (_case, early) = builders.open_step(signed, "transfer_check"), at_town_review(world)
    for chosen in ([late], [late, early], [early]):
        ids = [step.pk for step in chosen]
        found = bulk.preview(world.town_reviewer, ids, clock.today(), "return")
        assert found.can == len(ids)
        assert ("drafter" in dict(found.points), "previous" in dict(found.points)) == (chosen == [early], True)
        for to, _name in found.points:
            for step in chosen:
                reading = actions.look(world.town_reviewer, step.pk, clock.today())
                assert rights.return_point(reading, step.round, to), (to, step)
    line = several.give_back(items(late), actor=world.town_reviewer, comment="改", to="previous", reason_code="other")[
        0
    ]
    assert line.done


def test_several_are_given_to_one_person_and_who_may_not_take_one_says_so(world: builders.World) -> None:
    other = builders.user("town_reviewer_2", "town_reviewer", world.units[builders.HOME_TOWN])
    (_one, first), (_two, second) = at_town_review(world), at_town_review(world)
    barred = builders.agreement(world)
    barred.participants.create(user=other, role="contact_cadre", valid_from=date(2020, 1, 1))
    builders.walk(world, barred, "in_review")
    for plan in ("group_opinion", "village_opinion", "public_notice"):
        builders.approve(world, barred, plan)
    third = builders.open_step(barred, "town_review")
    ids = [first.pk, second.pk, third.pk]
    found = bulk.preview(world.town_reviewer, ids, clock.today(), "reassign")
    assert (found.can, {taker.user.username: taker.number for taker in found.people}["town_reviewer_2"]) == (3, 2)
    lines = several.reassign(items(first, second, third), actor=world.town_reviewer, to=other.pk, note="开会", key="c1")
    assert [line.done for line in lines] == [True, True, False]
    assert set(Step.objects.filter(pk__in=ids[:2]).values_list("holder", "question")) == {(other.pk, "开会")}
    assert Step.objects.get(pk=third.pk).holder is None


def test_several_are_urged_once_a_day_and_never_by_who_does_not_lead(world: builders.World) -> None:
    (_one, first), (_two, second) = at_town_review(world), at_town_review(world)
    steps.nudge(second.pk, actor=world.vice_leader)
    found = bulk.preview(world.clerk, [first.pk, second.pk], clock.today(), "nudge")
    assert (found.selected, found.can) == (2, 1) and "vice_leader" in found.rows[1].why_not
    lines = several.nudge(items(first, second), actor=world.clerk, key="n1")
    assert [line.done for line in lines] == [True, False]
    assert Nudge.objects.count() == 2 and Notice.objects.filter(word="nudged").count() == 2
    refused = bulk.preview(world.village_reviewer, [first.pk], clock.today(), "nudge")
    assert refused.rows[0].why_not == str(errors.NotAllowed())
    assert not any(line.done for line in several.nudge(items(first), actor=world.village_reviewer))


@pytest.mark.parametrize("verb", bulk.VERBS)
def test_a_preview_does_not_tell_of_what_is_out_of_sight(world: builders.World, verb: str) -> None:
    (_case, step) = at_town_review(world)
    assert bulk.preview(world.stranger, [step.pk], clock.today(), verb).rows == []


def test_the_pages_return_reassign_and_report(world: builders.World) -> None:
    other = builders.user("town_reviewer_2", "town_reviewer", world.units[builders.HOME_TOWN])
    (_one, first), (_two, second) = at_town_review(world), at_town_review(world)
    client, both = signed_in(world.town_reviewer), [first.pk, second.pk]
    asked = client.post("/steps/bulk/preview", {"step": both, "verb": "return"}).content.decode()
    assert 'name="to"' in asked and 'value="draft"' in asked and 'value="previous"' in asked
    unsaid = client.post("/steps/bulk/return", {"step": both, "to": "drafter", "key": "k1"})
    assert unsaid.status_code == 422 and not Decision.objects.filter(step__in=both).exists()
    form = {"step": first.pk, "to": "drafter", "comment": "改", "reason_code": "other", "key": "k2"}
    assert first.case.reference in client.post("/steps/bulk/return", form).content.decode()
    asked = client.post("/steps/bulk/preview", {"step": both, "verb": "reassign"}).content.decode()
    assert "town_reviewer_2" in asked and asked.count(f'name="step" value="{first.pk}"') == 0
    assert client.post("/steps/bulk/reassign", {"step": [second.pk], "key": "k3"}).status_code == 422
    done = client.post("/steps/bulk/reassign", {"step": [second.pk], "to": other.pk, "key": "k4"})
    assert done.status_code == 200 and Step.objects.get(pk=second.pk).holder == other
    assert client.post("/steps/bulk/preview", {"step": both, "verb": "refuse"}).status_code == 422


def test_what_i_started_is_urged_and_withdrawn_from_its_row(world: builders.World) -> None:
    case, step = at_town_review(world)
    client = signed_in(world.clerk)
    row = client.get("/queue/?tab=started").content.decode().split(f'id="row-{step.pk}"')[1].split("</tr>")[0]
    assert f'href="/agreements/{case.reference}/record/withdraw/"' in row
    field = unescape(row.split('name="key" value="')[1].split('"')[0])
    form = {"key": field, "sheet": "row", "row": step.pk, "say": "toast"}
    htmx = {"HX-Request": "true", "HX-Current-URL": "http://testserver/queue/?tab=started"}
    done = client.post(f"/steps/{step.pk}/nudge", form, headers=htmx).content.decode()
    assert f'<tr id="row-{step.pk}" hx-swap-oob="true"' in done and "disabled" in done and "clerk" in done
    again = client.post(f"/steps/{step.pk}/nudge", form | {"key": "other"}, headers=htmx)
    assert (again.status_code, again.headers["HX-Retarget"]) == (409, "#toasts")
    seen = signed_in(world.village_reviewer).get("/queue/?tab=section").content.decode()
    assert f'action="/steps/{step.pk}/nudge"' not in seen
