"""Copies (抄送) and receipts (已阅): sight of one case, one word however many hats, reading recorded by a POST."""

from datetime import timedelta

import pytest

from tests import builders
from tests.workflow.test_pages import signed_in
from workflow import clock, errors, policies
from workflow.commands import cases
from workflow.models import Case, Copy, Event, Notice, Participant
from workflow.queries import around, casepage


def _county_village_leader(world: builders.World) -> builders.User:
    """A colleague of the county whose own units do not reach the case."""
    return builders.user("other_reviewer", "village_reviewer", world.units[builders.PARTNER_VILLAGE])


def test_a_copy_gives_sight_of_this_one_case(world: builders.World) -> None:
    case, other = builders.agreement(world), builders.agreement(world)
    colleague = _county_village_leader(world)
    today = clock.today()
    assert not policies.visible_cases(colleague, today).exists()
    done = cases.copy_to(case.pk, actor=world.clerk, users=[colleague.pk], note="请知悉")
    assert done["copied"] == [colleague.pk]
    assert list(policies.visible_cases(colleague, today)) == [Case.objects.get(pk=case.pk)]
    assert other.pk != case.pk
    assert Participant.objects.filter(case=case, user=colleague, role="cc").count() == 1
    event = Event.objects.get(kind="case.copied")
    assert str(colleague.pk) in event.body
    assert "other_reviewer" not in event.body


def test_one_word_however_many_hats_and_however_often(world: builders.World) -> None:
    case = builders.agreement(world)
    cadre = world.contact_cadre  # is in the case already, and is copied as well
    cases.copy_to(case.pk, actor=world.clerk, users=[cadre.pk, cadre.pk])
    again = cases.copy_to(case.pk, actor=world.clerk, users=[cadre.pk, world.chair.pk])
    assert (again["copied"], again["already"]) == ([world.chair.pk], [cadre.pk])
    assert Notice.objects.filter(word="copied", recipient=cadre).count() == 1


def test_only_colleagues_of_this_county_are_copied(world: builders.World) -> None:
    case = builders.agreement(world)
    for person in (world.stranger, world.nobody, world.security_admin, world.clerk):
        with pytest.raises(errors.InvalidInput):
            cases.copy_to(case.pk, actor=world.clerk, users=[person.pk])
    with pytest.raises(errors.InvalidInput):
        cases.copy_to(case.pk, actor=world.clerk, users=[])
    assert not Copy.objects.exists()


def test_who_does_not_act_or_manage_may_not_copy(world: builders.World) -> None:
    case = builders.agreement(world)
    with pytest.raises(errors.NotAllowed):
        cases.copy_to(case.pk, actor=world.village_reviewer, users=[world.chair.pk])
    with pytest.raises(errors.NotFound):
        cases.copy_to(case.pk, actor=world.stranger, users=[world.chair.pk])


def test_looking_writes_nothing_and_the_receipt_is_a_post(world: builders.World) -> None:
    case = builders.agreement(world)
    cases.copy_to(case.pk, actor=world.clerk, users=[world.chair.pk])
    client = signed_in(world.chair)
    page = client.get(f"/cases/{case.reference}/").content.decode()
    assert "data-read-when-shown" in page
    assert Copy.objects.get().read_at is None
    assert client.get(f"/cases/{case.reference}/read").status_code == 405
    assert client.post(f"/cases/{case.reference}/read", headers={"X-Shown": "1"}).status_code == 204
    first = Copy.objects.get().read_at
    assert first is not None
    assert client.post(f"/cases/{case.reference}/read").status_code == 302
    assert Copy.objects.get().read_at == first
    assert Event.objects.filter(kind="case.copy_read", actor=world.chair).count() == 1
    assert Notice.objects.get(word="copied").read_at == first
    assert "data-read-when-shown" not in client.get(f"/cases/{case.reference}/").content.decode()


def test_the_sender_sees_who_read_when_and_a_stranger_nothing(world: builders.World) -> None:
    case = builders.agreement(world)
    client = signed_in(world.clerk)
    form = {"to": [world.chair.pk, world.vice_leader.pk], "note": "阅", "key": "c1"}
    assert client.post(f"/cases/{case.reference}/cc", form).status_code == 302
    assert client.post(f"/cases/{case.reference}/cc", form).status_code == 302  # the same click again
    cases.mark_read(case.pk, actor=world.chair)
    rows = around.around(casepage.case_page(world.clerk, case.reference).found).copies
    assert {(row.to, row.read_at is not None) for row in rows} == {("chair", True), ("vice_leader", False)}
    assert signed_in(world.stranger).post(f"/cases/{case.reference}/cc", form).status_code == 404
    assert signed_in(world.stranger).post(f"/cases/{case.reference}/read").status_code == 404


def test_the_tab_shows_unread_first_and_pages_without_gaps(world: builders.World) -> None:
    made = [builders.agreement(world) for _number in range(7)]
    for case in made:
        cases.copy_to(case.pk, actor=world.clerk, users=[world.chair.pk])
    for case in (made[6], made[2], made[4]):
        cases.mark_read(case.pk, actor=world.chair)
    today, after, seen = clock.today(), "", []
    for _page in range(4):
        page = around.copied_to(world.chair, today, after=after, limit=2)
        seen += [row.case_id for row in page.rows]
        after = page.next
    assert seen == [made[i].pk for i in (5, 3, 1, 0, 6, 4, 2)]
    assert after == ""
    assert around.copied_counts(world.chair, today) == {"all": 7, "unread": 4}
    found = around.copied_to(world.chair, today, search=made[3].title)
    assert [row.case_id for row in found.rows] == [made[3].pk]


def test_a_copied_colleague_who_lost_every_post_sees_nothing(world: builders.World) -> None:
    case, colleague = builders.agreement(world), _county_village_leader(world)
    cases.copy_to(case.pk, actor=world.clerk, users=[colleague.pk])
    colleague.postings.update(valid_until=clock.today() - timedelta(days=1))
    assert not around.copied_to(colleague, clock.today()).rows
