"""Ways through the patterns around people: urging, copies and receipts, several at once, override, a desk, findings."""

import pytest

from tests.journeys import pile
from tests.journeys.desk import Desk
from tests.product import Site

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def reviewing(site: Site) -> str:
    """An agreement of its own that the village group has on its desk: other journeys decide those of the sample."""
    return pile.make(site, group_opinion=1)[0]


def _fits(desk: Desk, path: str, name: str) -> None:
    """In both languages and both widths nothing is wider than its window."""
    for language in ("zh-hans", "en"):
        desk.speak(language)
        assert desk.open(path).status == 200
        for width in (1440, 390):
            desk.page.set_viewport_size({"width": width, "height": 900})
            assert desk.overflow() == 0, (path, language, width, desk.widest())
            desk.shot(f"people-{name}-{language}-{width}")
    desk.speak("zh-hans")
    desk.page.set_viewport_size({"width": 1440, "height": 900})
    desk.open(path)


def test_urging_copying_and_reading(desk: Desk, reviewing: str) -> None:
    desk.sign_in("jingban").case(reviewing)
    desk.page.locator(".nudge button:not([disabled])").first.click()
    desk.page.wait_for_load_state()
    assert "已催办" in desk.page.inner_text("main")
    desk.case(reviewing)
    assert desk.page.locator(".nudge button[disabled]").count() >= 1
    desk.page.wait_for_selector("select[name=to][multiple]", state="attached")
    desk.page.evaluate("document.querySelectorAll('main details').forEach(function (d) { d.open = true; })")
    options = desk.page.locator("select[name=to][multiple] option").all()
    chosen = next(o.get_attribute("value") for o in options if (o.text_content() or "").startswith("王分管"))
    desk.page.select_option("select[name=to][multiple]", chosen)
    desk.page.fill("form[action$='/cc'] input[name=note]", "请知悉")
    desk.page.click("form[action$='/cc'] button")
    desk.page.wait_for_load_state()
    desk.sign_in("fenguan").case(reviewing)
    desk.page.wait_for_selector("[data-read-said]:not([hidden])")  # the receipt went out by itself, as a POST
    desk.sign_in("jingban").case(reviewing)
    assert "已阅" in desk.page.locator(".copies").inner_text()
    _fits(desk, f"/cases/{reviewing}/", "case")
    desk.sign_in("zuzhang2").open("/inbox/")
    assert "催" in desk.page.inner_text("main")
    _fits(desk, "/inbox/", "inbox")


def test_the_chair_sees_the_override_and_what_it_does(desk: Desk, reviewing: str) -> None:
    desk.sign_in("zuzhang")
    _fits(desk, f"/cases/{reviewing}/", "override")
    desk.case(reviewing)
    desk.page.click("details.override summary")
    desk.page.fill("details.override textarea", "领导小组会议纪要要求加快办理此户。")
    desk.page.check("details.override input[name=sure]")
    desk.page.click("details.override button")
    desk.page.wait_for_load_state()
    desk.case(reviewing)
    assert "特批" in desk.page.inner_text(".head")
    assert "领导小组会议纪要要求加快办理此户" in desk.page.inner_text("main")
    _fits(desk, f"/cases/{reviewing}/", "overridden")


def test_a_desk_is_handed_over_and_the_status_page_lists_what_is_wrong(desk: Desk, site: Site) -> None:
    desk.sign_in("anquan").open("/people/hand-over/")
    select = desk.page.locator("select[name=leaver]")
    leaver = next(o.get_attribute("value") for o in select.locator("option").all() if "石量地" in o.inner_text())
    to = next(
        value
        for o in desk.page.locator("select[name=to] option").all()
        if (value := o.get_attribute("value")) and value != leaver
    )
    _fits(desk, f"/people/hand-over/?leaver={leaver}&to={to}&posts=1", "handover")
    desk.sign_in("xitong").open("/operations/")
    desk.page.click("form[action='/operations/check'] button")
    desk.page.wait_for_load_state()
    _fits(desk, "/operations/", "operations")
    assert "每小时检查" in desk.page.inner_text("main")
    found = desk.page.locator("#findings").inner_text()
    assert "未发现问题" in found, found
