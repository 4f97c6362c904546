"""Who sent it back and why stands first on the sheet until its group has agreed after all."""

import pytest

from tests import builders
from tests.workflow.test_pages import signed_in
from tests.workflow.test_signers import at_town_review
from workflow.commands import steps
from workflow.models import Case, Step, User
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
