"""The town's reviewer leaves, and somebody else gets the desk: after all tests that need the reviewer at work."""

import pytest

from tests.journeys import pile
from tests.journeys.clicks import Hand, documented
from tests.journeys.desk import Desk
from tests.product import Site

pytestmark = pytest.mark.journey


@pytest.fixture
def piled(site: Site) -> Site:
    """Something to hand over."""
    pile.make(site, town_review=3)
    return site


def test_hand_over_a_desk(piled: Site, desk: Desk) -> None:
    hand, page = Hand(desk.sign_in("anquan")), desk.page
    desk.open("/people/hand-over/")
    for field, who in (("leaver", "李文审"), ("to", "何开岚")):
        line = page.locator(f"select[name={field}] option", has_text=who)
        assert " · " in line.inner_text()  # unit and post stand beside the name
        hand.choose(f"select[name={field}]", value=line.get_attribute("value") or "")
    hand.click("input[name=posts]")
    hand.click("form.pick button")
    page.wait_for_load_state()
    desk.shot("hand-over")
    hand.click("form[action$='/do'] button")
    hand.acts += 1  # and yes to the question
    page.wait_for_load_state()
    assert "何开岚" in page.inner_text("main")
    assert hand.acts == documented("Hand over a desk")
