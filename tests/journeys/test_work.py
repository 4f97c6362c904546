"""A day's pile at one desk: queue, sheet, keys, several at once, work-through, undo, views, a phone; and its clicks."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.journeys import pile
from tests.journeys.clicks import Hand, documented
from tests.journeys.desk import Desk
from tests.product import Site

pytestmark = pytest.mark.journey
WEIGHT = 400 * 1024  # bytes over the wire for the first view of a page
ZOOMED = {"width": 960, "height": 600}  # 1440 x 900 at 150 %
SHIFTS = """() => new Promise(done => { let sum = 0; new PerformanceObserver(list => list.getEntries().forEach(
    e => { if (!e.hadRecentInput) sum += e.value; })).observe({type: 'layout-shift', buffered: true});
    setTimeout(() => done(sum), 500); })"""


@pytest.fixture(scope="module")
def piled(site: Site) -> Site:
    """Forty-seven agreements on the town reviewer's desk."""
    pile.make(site, town_review=47)
    return site


@pytest.fixture
def reviewer(piled: Site, desk: Desk) -> Desk:
    """The town's reviewer at the queue."""
    return desk.at_queue("shenhe")


@pytest.fixture
def phone_reviewer(piled: Site, phone: Desk) -> Iterator[Desk]:
    """The same person in a village, with a phone."""
    yield phone.at_queue("shenhe")


def open_first(page: Page) -> None:
    page.click("tr[data-row] a.t")
    page.wait_for_selector("#drawer .sheet")


def mine(page: Page) -> int:
    return int(page.inner_text(".side [data-count=mine]") or 0)


def test_keys_decide_and_the_next_item_is_there_in_one_round_trip(reviewer: Desk) -> None:
    page = reviewer.page
    before = mine(page)
    page.evaluate("window.stays = true")  # gone with the page, were it loaded anew
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.wait_for_selector("#drawer .sheet")
    first = page.inner_text("#drawer h2")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    page.keyboard.press("a")
    page.wait_for_function(f"() => document.querySelector('#drawer h2').innerText !== {first!r}")
    sent = [one for one in asked if "/decide" in one or ("GET" in one and "/cases/" in one)]
    assert len(sent) == 1 and sent[0].startswith("POST")
    assert page.locator(f"tr[data-row] a.t:text-is('{first}')").count() == 0
    page.wait_for_function(f"() => document.querySelector('.side [data-count=mine]').innerText === '{before - 1}'")
    reviewer.shot("decided-next")
    page.keyboard.press("u")
    page.wait_for_function(f"() => document.querySelector('#drawer h2').innerText === {first!r}")
    page.wait_for_function(f"() => document.querySelector('.side [data-count=mine]').innerText === '{before}'")
    page.wait_for_selector(f"tr.cur a.t:text-is('{first}')")  # as late as before, and so in its place again
    page.click("#drawer form.claim button")
    page.wait_for_function("() => document.querySelector('#drawer form.claim').action.endsWith('/claim')")
    page.keyboard.press("c")
    page.click("#drawer .verbform [data-close-verb]")
    assert page.locator("#drawer .verbform").count() == 0 and page.evaluate("window.stays")
    reviewer.shot("undone")
    page.keyboard.press("Escape")
    assert page.locator("#drawer .sheet").count() == 0
    page.keyboard.press("?")
    assert page.locator("#keyhelp[open]").count() == 1
    assert "最急的在最上面" in page.inner_text("#keyhelp .say")  # what this page is for stands above its keys
    reviewer.shot("keys")


def test_a_double_click_decides_one_household_and_the_toast_names_it(reviewer: Desk) -> None:
    page = reviewer.page
    page.clock.install()  # the moment for which a new item takes no click passes when the test says so
    page.goto(reviewer.address + "/queue/")
    open_first(page)
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if "/decide" in request.url else None)
    first = page.inner_text("#drawer h2")
    page.click("#drawer button[value=approve]")
    page.wait_for_selector(f"#drawer h2:not(:text-is('{first}'))")
    second = page.inner_text("#drawer h2")
    page.click("#drawer button[value=approve]")  # the other half of the double click
    page.keyboard.press("a")
    assert page.inner_text("#drawer h2") == second
    page.clock.run_for(900)
    page.keyboard.press("a")  # meant
    page.wait_for_selector(f"#drawer h2:not(:text-is('{second}'))")
    assert len(sent) == 2 and f"{second}：已同意" in page.inner_text("#toasts")


def test_approve_twenty_at_once(reviewer: Desk) -> None:
    hand, page, before = Hand(reviewer), reviewer.page, mine(reviewer.page)
    hand.click("td.ck input >> nth=0")
    page.keyboard.down("Shift")
    hand.click("td.ck input >> nth=19")
    page.keyboard.up("Shift")
    assert page.inner_text("#bulkbar [data-chosen]") == "20"
    reviewer.shot("bulk-bar")
    hand.click("#bulkbar .btn.p")
    page.wait_for_selector("#bulkdialog[open] .acts .btn.p")
    reviewer.shot("bulk-preview")
    hand.click("#bulkdialog .acts .btn.p")
    page.wait_for_selector("#bulkdialog .results li")
    assert page.locator("#bulkdialog .results .ok").count() == 20
    reviewer.shot("bulk-results")
    page.click("#bulkdialog [data-results]")
    page.wait_for_function(f"() => document.querySelector('.side [data-count=mine]').innerText === '{before - 20}'")
    assert hand.acts == documented("Approve 20 items")


def test_approve_five_each_one_looked_at(reviewer: Desk) -> None:
    hand, page = Hand(reviewer), reviewer.page
    hand.key("Enter")
    page.wait_for_selector("#work .sheet")
    for _one in range(5):
        title = page.inner_text("#work h2")
        page.wait_for_selector("#work .sheet:not(.unseen)")
        hand.key("a")
        page.wait_for_function(f"() => (document.querySelector('#work h2') || {{}}).innerText !== {title!r}")
    assert "6 / " in page.inner_text("#work")
    assert hand.acts == documented("Approve 5, each one looked at")


def test_return_one_with_a_reason(reviewer: Desk) -> None:
    hand, page = Hand(reviewer), reviewer.page
    hand.click("tr[data-row] td.ac a[data-then=r]")
    page.wait_for_selector("#drawer .panelled[open]")
    hand.type("#drawer textarea", "户口簿缺一页，请补。")
    hand.choose("#drawer select[name=reason_code]", value="papers_missing")
    reviewer.shot("return")
    hand.click("#drawer button[value=return]")
    page.wait_for_selector(".toast")
    assert hand.acts == documented("Return one with a reason")


def test_find_a_household(reviewer: Desk) -> None:
    hand, page = Hand(reviewer), reviewer.page
    page.goto(reviewer.address + "/inbox/")
    hand.key("/")
    page.keyboard.type("YJ-003")
    hand.acts += 1
    hand.key("Enter")
    page.wait_for_url("**/cases/YJ2012-YJ-003/")
    assert hand.acts == documented("Find a household")


def test_working_through_with_keys_to_the_end_card(reviewer: Desk) -> None:
    page = reviewer.page
    page.goto(reviewer.address + "/queue/?q=冬生")
    total = page.locator("tr[data-row]").count()
    page.keyboard.press("Enter")
    page.wait_for_selector("#work .sheet")
    assert f"1 / {total}" in page.inner_text(".workbar")
    reviewer.shot("work-through")
    first = page.inner_text("#work h2")
    page.keyboard.press("a")
    page.wait_for_function(f"() => document.querySelector('#work').innerText.includes('2 / {total}')")
    page.keyboard.press("u")
    page.wait_for_function(f"() => document.querySelector('#work').innerText.includes('1 / {total}')")
    assert page.inner_text("#work h2") == first
    page.wait_for_selector("#work .sheet:not(.unseen)")
    page.keyboard.press("a")
    page.wait_for_function(f"() => document.querySelector('#work').innerText.includes('2 / {total}')")
    for _left in range(total - 1):
        here = page.url
        page.keyboard.press("j")
        page.wait_for_url(lambda url, here=here: url != here)
    assert page.inner_text(".tally").split() == ["1", "同意", str(total - 1), "件未办"]
    reviewer.shot("work-through-end")


def test_filters_a_saved_view_and_both_ways_of_paging(reviewer: Desk) -> None:
    page = reviewer.page
    page.click(".light >> nth=0")
    page.wait_for_url("**light=red**")
    page.click("details.pop summary")
    page.fill("details.pop input[name=name]", "超期")
    page.click("details.pop button")
    page.wait_for_load_state()
    assert page.inner_text(".views .chip.on") == "超期"
    page.click(".views .chip >> nth=0")
    page.wait_for_url(re.compile(r"queue/\?tab=mine$"))
    page.select_option("select[name=sort]", "slack")
    page.wait_for_url("**sort=slack**")
    reviewer.shot("by-slack")


def test_what_was_typed_in_the_sheet_survives_the_end_of_the_session(reviewer: Desk) -> None:
    page = reviewer.page
    open_first(page)
    title = page.inner_text("#drawer h2")
    page.fill("#drawer textarea", "面积待核，请镇上再量一次。")
    page.context.clear_cookies(name="sessionid")
    page.click("#drawer button[value=approve]")
    page.wait_for_url("**/login/**")
    page.fill("input[name=username]", "shenhe")
    page.fill("input[name=password]", "yimin-2012")
    page.click("main form button")
    page.wait_for_selector("#drawer .sheet")
    assert page.inner_text("#drawer h2") == title
    assert page.locator("#drawer textarea").input_value() == "面积待核，请镇上再量一次。"


def test_the_first_view_is_light_and_nothing_jumps(reviewer: Desk) -> None:
    page = reviewer.page
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes: list[int] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(reviewer.address + "/queue/")
    assert page.evaluate(SHIFTS) < 0.02
    assert 0 < sum(sizes) <= WEIGHT


def test_zoomed_to_150_percent_everything_is_in_reach(reviewer: Desk) -> None:
    page = reviewer.page
    page.set_viewport_size(ZOOMED)  # type: ignore[arg-type]
    page.goto(reviewer.address + "/queue/")
    assert reviewer.overflow() == 0, reviewer.widest()
    open_first(page)
    assert reviewer.overflow() == 0, reviewer.widest()
    assert page.locator("#drawer button[value=approve]").is_visible()
    reviewer.shot("zoomed")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_desk_fits_every_office_screen(reviewer: Desk, language: str) -> None:
    page = reviewer.page
    if language == "en":
        page.click("header button.lang")
    for tab in ("mine", "section", "done", "copied"):
        page.goto(f"{reviewer.address}/queue/?tab={tab}")
        assert reviewer.overflow() == 0, reviewer.widest()
        reviewer.shot(f"desk-{tab}.{language}")
    page.goto(reviewer.address + "/queue/")
    open_first(page)
    reviewer.shot(f"desk-sheet.{language}")
    for width in (1024, 1280, 1366, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        assert reviewer.overflow() == 0, (width, reviewer.widest())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_desk_on_a_phone(phone_reviewer: Desk, language: str) -> None:
    page = phone_reviewer.page
    if language == "en":
        page.click("header button.lang")
    assert phone_reviewer.overflow() == 0, phone_reviewer.widest()
    small = page.eval_on_selector_all(
        "td.ac .btn, .btabs a, .tabs a", "all => all.filter(e => e.getBoundingClientRect().height < 44).length"
    )
    assert small == 0
    phone_reviewer.shot(f"phone-desk.{language}")
    page.tap("td.ck input >> nth=0")
    assert page.locator("#bulkbar").is_visible()
    phone_reviewer.shot(f"phone-desk-bulk.{language}")
    page.tap("#bulkbar [data-clear]")
    page.tap("tr[data-row] td.ac .btn.p >> nth=0")
    page.wait_for_selector("#drawer .sheet")
    assert page.locator("#drawer button[value=approve]").is_visible()
    assert phone_reviewer.overflow() == 0, phone_reviewer.widest()
    phone_reviewer.shot(f"phone-desk-sheet.{language}")
