"""The route keeper in a real browser: edit beside the diagram, meet a second editor, check, try, publish, migrate."""

import pytest

from tests.journeys.desk import Desk

pytestmark = pytest.mark.journey


def test_a_route_is_edited_checked_tried_published_and_running_cases_are_moved(desk: Desk) -> None:
    page = desk.sign_in("liucheng").page
    desk.open("/routes/")
    page.locator("tr", has_text="有土分散安置").get_by_role("button", name="复制并编辑").click()
    edit = page.url
    page.goto(f"{edit}?at=plan:town_review")
    page.fill("input[name=lead]", "2")
    page.wait_for_selector("#saved.ok")
    assert "2 工作日" in (page.locator("#diagram .rdw a", has_text="镇移民办审核").first.text_content() or "")
    # one more group, of the county, after the leading group
    page.goto(f"{edit}?at=group:group_approval")
    page.get_by_role("button", name="在其后增加环节").click()
    page.goto(f"{edit}?at=plan:group_1_plan_1")
    page.fill("input[name=name_zh]", "县级会审")
    page.fill("input[name=name_en]", "County joint review")
    page.select_option("select[name=role]", "county_officer")
    page.select_option("select[name=unit]", "county")
    page.click("summary:has-text('仅在某些情况下')")
    page.select_option("select[name=fact_0]", "amount:at_least:")
    page.fill("input[name=figure_0]", "many")
    page.wait_for_selector("#conflict :text('数字')")  # nonsense is told, and still stands in its field
    page.fill("input[name=figure_0]", "100000")
    page.wait_for_selector("#told:has-text('100,000')")
    desk.shot("route-editor.zh.1440")
    # a second window on the same step
    other = page.context.new_page()
    other.goto(f"{edit}?at=plan:county_filing")
    page.goto(f"{edit}?at=plan:county_filing")
    page.fill("input[name=lead]", "3")
    page.wait_for_selector("#saved.ok")
    other.fill("input[name=lead]", "4")
    other.wait_for_selector(".cfl:has-text('您填写的')")
    assert other.input_value("input[name=lead]") == "4"
    other.get_by_role("button", name="以我的为准").click()
    other.wait_for_load_state()
    assert other.input_value("input[name=lead]") == "4"
    other.close()
    page.get_by_role("link", name="试运行").click()
    assert "县级会审" in page.inner_text("main")
    page.get_by_role("link", name="检查并发布").click()
    page.fill("input[name=document_no]", "云移〔2026〕12号")
    page.get_by_role("button", name="发布", exact=True).click()
    page.wait_for_selector("#notes .success")
    desk.open("/routes/")
    page.locator("a.chip").first.click()
    page.get_by_role("link", name="在办件").click()
    boxes = page.locator("input[name=case]:not([disabled])")
    for number in range(boxes.count()):
        boxes.nth(number).check()
    page.get_by_role("button", name="将所选协议迁移").click()
    page.wait_for_load_state()
    assert "已迁移" in page.inner_text("#notes"), page.inner_text("main")


def test_on_a_phone_routes_can_be_read_in_both_languages(phone: Desk) -> None:
    page = phone.sign_in("liucheng").page
    phone.open("/routes/")
    page.locator("td a:has-text('第')").first.click()
    addresses = [page.url, page.url + "trial?n=5", page.url + "files", page.url + "cases"]
    for _language in range(2):
        for address in addresses:
            page.goto(address)
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.goto(addresses[0])
        assert page.locator(".rdn svg").is_visible() and not page.locator(".rdw").is_visible()
        page.locator("button.lang").click()
