"""What one decides with: its keys, its room on a small screen, and what it asks for before it is refused."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route

from tests.journeys import pile
from tests.journeys.desk import Desk
from tests.product import Site

pytestmark = pytest.mark.journey
OFFICE = {"width": 1366, "height": 768}
INSIDE = "e => { const b = e.getBoundingClientRect(); return b.height > 0 && b.top >= 0 && b.bottom <= innerHeight; }"
OVER = """() => { const [a, b] = ['.toast', '#drawer button[value=approve]'].map(
    one => document.querySelector(one).getBoundingClientRect());
    return a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top; }"""


@pytest.fixture(scope="module")
def piled(site: Site) -> Site:
    """Some agreements on the town reviewer's desk, and one that its leader approves with a number."""
    pile.make(site, town_review=6, vice_approval=1)
    return site


@pytest.fixture
def reviewer(piled: Site, desk: Desk) -> Desk:
    """The town's reviewer at the queue, on an office machine's screen."""
    desk.page.set_viewport_size(OFFICE)  # type: ignore[arg-type]
    return desk.at_queue("shenhe")


@pytest.fixture
def phone_reviewer(piled: Site, phone: Desk) -> Iterator[Desk]:
    """The same person with a phone."""
    yield phone.at_queue("shenhe")


def open_first(page: Page) -> str:
    page.click("tr[data-row] a.t")
    page.wait_for_selector("#drawer form.decide")
    return page.inner_text("#drawer h2")


def next_one(page: Page, before: str) -> None:
    page.wait_for_selector(f"#drawer .sheet:not(.unseen) h2:not(:text-is('{before}'))")


def test_the_reason_is_typed_at_once_and_sent_from_the_keyboard(reviewer: Desk) -> None:
    page = reviewer.page
    title = open_first(page)
    page.keyboard.press("r")
    page.keyboard.type("户口簿缺一页")
    assert page.input_value("#drawer form.decide textarea") == "户口簿缺一页"
    page.select_option("#drawer select[name=reason_code]", "papers_missing")
    page.locator("#drawer select[name=reason_code]").press("Control+Enter")
    next_one(page, title)
    assert f"{title}：已退回" in page.inner_text("#toasts")


def test_a_key_pressed_before_the_next_one_is_there_decides_nothing(reviewer: Desk) -> None:
    page = reviewer.page
    first = open_first(page)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if "/decide" in request.url else None)
    kept: list[Route] = []
    page.route("**/cases/*/", lambda route: kept.append(route))
    with page.expect_request("**/cases/*/"):
        page.keyboard.press("j")
    page.keyboard.press("a")
    kept[0].continue_()
    page.unroute("**/cases/*/")
    page.wait_for_selector(f"#drawer h2:not(:text-is('{first}'))")
    assert sent == []


def test_the_heading_of_a_group_is_as_wide_as_its_table(piled: Site, desk: Desk) -> None:
    page = desk.at_queue("jieshouzhen").page  # the sample holds one of theirs
    page.goto(desk.address + "/queue/?light=held")
    wide = "one => document.querySelector(one).getBoundingClientRect().width"
    page.wait_for_selector("tr.grp th")
    assert page.evaluate(wide, "tr.grp th") == page.evaluate(wide, "#list")


def test_what_is_pressed_next_is_in_sight_on_an_office_screen(reviewer: Desk) -> None:
    page = reviewer.page
    open_first(page)
    assert page.evaluate("document.querySelector('#drawer .db').clientHeight > innerHeight * 0.4")
    page.keyboard.press("r")
    confirm = page.locator("#drawer button[value=return]")
    confirm.click()
    page.wait_for_selector("#drawer #sheet-note .verdict")  # refused: no reason
    assert confirm.evaluate(INSIDE)
    reviewer.shot("refused-in-the-foot")
    page.click("#drawer a[data-verb=add_signer]")
    heading = page.locator("#drawer .verbform h3")
    heading.wait_for()
    assert heading.evaluate(INSIDE) and heading.evaluate("e => e === document.activeElement")


def test_a_number_that_is_due_is_asked_for_and_not_refused(piled: Site, desk: Desk) -> None:
    page = desk.at_queue("fenguan").page
    page.goto(desk.address + "/queue/?plan=vice_approval")
    title = open_first(page)
    assert (
        "还差一项：纪要文号" in page.inner_text("#drawer .verdict") and not page.locator("#drawer .verdict.ok").count()
    )
    desk.shot("number-due")
    page.keyboard.press("a")
    assert page.evaluate("document.activeElement.name") == "document_no"
    page.keyboard.type("河口纪要9号")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".toast")
    assert f"{title}：已同意" in page.inner_text("#toasts")


def test_on_a_phone_the_words_of_the_last_decision_leave_room_for_the_next(phone_reviewer: Desk) -> None:
    page = phone_reviewer.page
    title = open_first(page)
    page.tap("#drawer button[value=approve]")
    next_one(page, title)
    assert page.locator(".toast").is_visible() and not page.evaluate(OVER)
    assert not page.locator(".toast kbd").is_visible()
    phone_reviewer.shot("phone-toast")
