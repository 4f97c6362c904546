"""Who sent it back and why stands first on the sheet until its group has agreed after all."""

import pytest

from tests import builders
from tests.workflow.test_pages import signed_in
from tests.workflow.test_signers import ask, at_group_approval, at_town_review
from workflow.commands import steps
from workflow.models import Case, Event, Round, Step, User
from workflow.queries import casepage
from workflow.queries.sentback import SentBack


def shown(user: User, case: Case) -> SentBack | None:
    return casepage.case_page(user, case.reference).sent_back


@pytest.fixture
def returned(world: builders.World) -> tuple[Case, Step]:
    """Sent back to the drafter by the town's reviewer."""
    case, step = at_town_review(world)
    words = {"comment": "户口簿缺一页", "reason_code": "papers_missing", "to": "draft"}
    steps.decide(step.pk, actor=world.town_reviewer, verdict="return", **words)
    return case, step


def test_it_stands_until_the_group_that_sent_it_back_agrees(world: builders.World, returned: tuple[Case, Step]) -> None:
    case, _step = returned
    said = shown(world.clerk, case)
    assert said and (said.who, said.code, said.comment) == ("town_reviewer", "材料不全", "户口簿缺一页")
    builders.approve(world, case, "draft")
    assert shown(world.town_reviewer, case) == said  # who returned it sees what they asked for
    builders.approve(world, case, "town_review")
    assert shown(world.clerk, case) is None


def test_a_return_that_was_taken_back_is_not_answered_to(world: builders.World, returned: tuple[Case, Step]) -> None:
    case, step = returned
    steps.take_back(step.pk, actor=world.town_reviewer)
    assert shown(world.clerk, case) is None
    row = casepage.case_page(world.clerk, case.reference).history[0]
    assert (row.reason, row.taken_back) == ("材料不全", True)


def test_sheet_and_page_say_it_before_anything_else(world: builders.World, returned: tuple[Case, Step]) -> None:
    client, case = signed_in(world.clerk), returned[0]
    for headers in ({}, {"HX-Request": "true"}):
        page = client.get(f"/cases/{case.reference}/", headers=headers).content.decode()
        said, verdict = page.index("材料不全"), page.index('class="verdict')
        assert said - verdict < 400 and page.index("户口簿缺一页") < page.index("data-plan=")


def test_a_refusal_that_sends_the_case_back_says_its_coded_reason_as_a_return_does(world: builders.World) -> None:
    case, step = at_town_review(world)
    words = {"comment": "补偿金额有误", "reason_code": "amount_wrong"}
    steps.decide(step.pk, actor=world.town_reviewer, verdict="refuse", **words)
    live = Round.objects.get(pk=step.round_id)
    assert (live.outcome, live.reason_code, live.reason) == ("refused", "amount_wrong", "补偿金额有误")
    said = shown(world.clerk, case)
    assert said and (said.refused, said.code, said.comment) == (True, "金额有误", "补偿金额有误")
    assert casepage.case_page(world.clerk, case.reference).history[0].reason == "金额有误"
    told = Event.objects.filter(case=case, kind="step.decided").order_by("sequence").last()
    assert told and "amount_wrong" in told.body and "补偿金额有误" not in told.body


def test_every_refuser_keeps_a_reason_and_the_round_has_that_of_the_last(world: builders.World) -> None:
    case, vice, chair = at_group_approval(world)
    steps.decide(vice.pk, actor=world.vice_leader, verdict="refuse", comment="缺户口簿", reason_code="papers_missing")
    assert Round.objects.get(pk=vice.round_id).reason_code == ""  # the group is still open
    steps.decide(chair.pk, actor=world.chair, verdict="refuse", comment="名额已满", reason_code="quota_full")
    live = Round.objects.get(pk=vice.round_id)
    assert (live.outcome, live.reason_code, live.reason) == ("refused", "quota_full", "名额已满")
    rows = casepage.case_page(world.clerk, case.reference).history
    assert [row.reason for row in rows[:2]] == ["名额已满", "材料不全"]


def test_a_signer_who_refuses_gives_the_reason_of_the_whole_group(world: builders.World) -> None:
    case, step = at_town_review(world)
    signer = ask(world, step, world.clerk_2, "before")
    steps.decide(signer.pk, actor=world.clerk_2, verdict="refuse", comment="人口不符", reason_code="members_wrong")
    live = Round.objects.get(pk=step.round_id)
    assert (live.outcome, live.reason_code, live.reason) == ("refused", "members_wrong", "人口不符")
    said = shown(world.clerk, case)
    assert said and said.who == "clerk_2" and said.code
