"""Trouble at the desk: a session that ends, refusals inside the list, drafts of two people at one PC."""

import pytest
from playwright.sync_api import Route

from tests.journeys.desk import Desk

pytestmark = pytest.mark.journey
LATE = "YJ2012-YJ-003"
DRAFT = "form.decide textarea >> nth=0"


def test_an_ended_session_is_said_and_the_bell_stays_a_number(desk: Desk) -> None:
    desk.page.clock.install()
    desk.at_queue("tudi")
    desk.page.context.clear_cookies()
    with desk.page.expect_response("**/login/?next=/queue/pulse*"):
        desk.page.clock.run_for(21000)
    desk.page.wait_for_selector("#notes li.warning a[href*='/login/?next=']")
    assert desk.page.eval_on_selector("#bell", "bell => bell.textContent").isdigit()


def test_an_ended_session_leads_to_the_sign_in_and_back_to_the_list(desk: Desk) -> None:
    desk.at_queue("tudi")
    desk.page.context.clear_cookies()
    desk.page.click("td.ti a.t")
    desk.page.wait_for_url("**/login/?next=%2Fqueue%2F&ended=1")
    assert desk.page.locator("header").count() == 1


def test_a_refusal_in_the_drawer_is_said_there(desk: Desk) -> None:
    desk.at_queue("tudi")

    def gone(route: Route) -> None:
        route.continue_(url=f"{desk.address}/cases/NO-SUCH-CASE/")

    desk.page.route("**/cases/YJ*/", gone)
    desk.page.click("td.ti a.t")
    desk.page.wait_for_selector("#drawer [role=alert]")
    desk.shot("drawer-refused")


def test_a_server_out_of_reach_is_said_aloud(desk: Desk) -> None:
    desk.at_queue("tudi")
    desk.page.route("**/cases/YJ*/", lambda route: route.fulfill(status=502, body="bad gateway"))
    desk.page.click("td.ti a.t")
    assert desk.page.locator("#notes li.error").inner_text() == "未收到服务器答复，请稍后再试。"
    desk.trouble = [line for line in desk.trouble if "502" not in line]


def test_a_draft_is_shown_to_its_writer_only_and_outlives_other_actions(desk: Desk) -> None:
    desk.sign_in("tudi").case(LATE)
    desk.page.fill(DRAFT, "现场待核。")
    for verb in ("claim", "release"):
        desk.page.click(f"form[action$='/{verb}'] button")
        desk.page.wait_for_selector("#notes .success")
        assert desk.page.input_value(DRAFT) == "现场待核。"
    desk.sign_in("tudi2").case(LATE)
    assert desk.page.input_value(DRAFT) == ""
    desk.sign_in("tudi").case(LATE)
    assert desk.page.input_value(DRAFT) == "现场待核。"


def test_switching_the_language_on_a_refusal_leads_back_to_the_case(desk: Desk) -> None:
    desk.sign_in("tudi").case(LATE)
    desk.page.click("form.decide summary >> nth=0")
    desk.page.select_option("form.decide select[name=reason_code] >> nth=0", "other")
    desk.page.click("form.decide button[value=return] >> nth=0")
    desk.page.wait_for_url("**/decide")
    desk.page.click("header button.lang")
    desk.page.wait_for_url(f"**/cases/{LATE}/")
    assert desk.page.get_attribute("html", "lang") == "en"


def test_a_form_from_before_the_sign_in_gets_a_page_of_ours(desk: Desk) -> None:
    desk.sign_in("tudi").case(LATE)
    desk.page.eval_on_selector("form.decide", "form => { form.csrfmiddlewaretoken.value = 'x'.repeat(64) }")
    desk.page.click("form.decide summary >> nth=0")
    desk.page.select_option("form.decide select[name=reason_code] >> nth=0", "other")
    desk.page.click("form.decide button[value=return] >> nth=0")
    desk.page.wait_for_url("**/decide")
    assert "本页面早于您最近一次登录" in desk.page.inner_text("main")
