"""Ways through the desk: a return and a second round, a stale page, two tabs, languages, trouble."""

import re

import pytest

from tests.journeys.desk import Desk
from tests.product import Site

pytestmark = pytest.mark.journey
REVIEWING, MOVING, HELD, LATE = "YJ2012-YJ-007", "YJ2012-YJ-006", "YJ2012-YJ-005", "YJ2012-YJ-003"


def test_a_return_from_the_drawer_and_a_second_round(desk: Desk) -> None:
    desk.at_queue("cunwei2")
    desk.page.click("td.ac a.btn")
    desk.page.wait_for_selector("#drawer form.decide")
    desk.shot("queue-drawer")
    form = desk.page.locator("#drawer form.decide")
    form.locator("details summary").click()
    form.locator("textarea").fill("户口簿缺一页，请补。")
    form.locator("select[name=to]").select_option("draft")
    (said,) = form.locator(".told p:visible").all_inner_texts()  # of all the ways the chosen one, as one chooses
    assert "起草" in said and "全部重审" not in said
    form.locator("input[value=again]").check()
    (again,) = form.locator(".told p:visible").all_inner_texts()
    assert again != said and "全部重审" in again
    form.locator("input[value=with_me]").check()
    form.locator("select[name=reason_code]").select_option("papers_missing")
    form.locator("button[value=return]").click()
    desk.page.wait_for_selector(".toast")
    assert "/queue/" in desk.page.url  # the list was never left
    desk.sign_in("jingban").case(REVIEWING)
    assert "户口簿缺一页" in desk.page.inner_text("main")
    desk.decide(REVIEWING, "draft")
    desk.sign_in("zuzhang2").decide(REVIEWING, "group_opinion")
    desk.sign_in("cunwei2").decide(REVIEWING, "village_opinion")
    assert desk.page.locator(".hist li").count() >= 5


def test_a_decision_on_a_decided_step_names_who_and_when(desk: Desk, site: Site) -> None:
    desk.at_queue("zhidan").page.click(f"tr[data-ref='{MOVING}'] a.t")
    desk.page.wait_for_selector("#drawer form.decide")
    form = desk.page.locator("#drawer form.decide[data-plan=payment_prepared]")
    action, body = form.get_attribute("action") or "", form.evaluate("f => Object.fromEntries(new FormData(f))")
    body |= {"verdict": "approve", "document_no": "制单6号", "key": "from-another-window"}
    first = desk.page.request.post(site.address + action, form=body, headers={"Referer": site.address})
    assert first.status == 200
    form.locator("input[name=document_no]").fill("制单7号")
    form.locator("button[value=approve]").click()
    desk.page.wait_for_selector("#drawer #sheet-note [data-reopen]")
    assert form.locator("button[name=verdict]:enabled").count() == 0  # none of them could succeed
    body |= {"document_no": "制单7号", "key": "another-key"}
    answer = desk.page.request.post(site.address + action, form=body, headers={"Referer": site.address})
    assert answer.status == 409
    assert "钱制单" in answer.text()
    again = desk.page.request.post(
        site.address + action, form=body | {"key": form_key(body)}, headers={"Referer": site.address}
    )
    assert again.status == 409


def form_key(body: dict[str, str]) -> str:
    """A key that was never sent."""
    return body["key"] + "-2"


def test_a_stale_page_is_refused_and_says_what_changed(desk: Desk, site: Site) -> None:
    desk.sign_in("shenhe").case(LATE)
    desk.sign_in("jingban").case(HELD)
    desk.page.click("form[action$='/resume'] button")
    desk.page.wait_for_load_state()
    desk.sign_in("jieshouzhen").case(HELD)
    form = desk.page.locator("form.decide[data-plan=receiving_town]")
    form.evaluate("f => { f.querySelector('[name=seen-members]').value = '0'.repeat(64) }")
    form.locator("input[name=document_no]").fill("台账第5页")
    form.locator("button[value=approve]").click()
    desk.page.wait_for_load_state()
    assert "成员" in desk.page.inner_text("main") or "人口" in desk.page.inner_text("main")
    desk.shot("stale")
    desk.page.go_back()
    assert (
        desk.page.locator("form.decide input[name=document_no]").input_value() == "台账第5页"
    )  # nothing typed is lost


def test_another_towns_case_is_a_404_that_does_not_tell(desk: Desk) -> None:
    desk.sign_in("zuzhang1")  # leader in Shangba village: a household of Liyuan village is none of theirs
    foreign = desk.open(f"/cases/{MOVING}/")
    told = without_token(foreign.text())
    missing = desk.open("/cases/NO-SUCH-CASE/")
    assert (foreign.status, missing.status) == (404, 404)
    assert told == without_token(missing.text()).replace("NO-SUCH-CASE", MOVING)


def without_token(text: str) -> str:
    """A page without its one-time tokens."""
    return re.sub(r'(csrfmiddlewaretoken" value=|X-CSRFToken": )"[^"]*"', "", text)


def test_a_day_off_lends_the_post_and_history_shows_both_names(desk: Desk) -> None:
    desk.sign_in("shenhe").open("/substitutions/")
    desk.page.select_option("select[name=substitute]", label="何开岚 · 河口镇 · 镇移民办经办人")
    desk.page.click("main form button.p")
    desk.page.wait_for_load_state()
    assert desk.page.locator("#notes .success").count()
    desk.sign_in("jingban2").open("/substitutions/")
    assert "李文审" in desk.page.inner_text("main")


def test_an_expired_session_keeps_what_was_typed(desk: Desk) -> None:
    desk.sign_in("tudi").case(LATE)
    desk.page.locator("form.decide textarea").first.fill("现场已测，待补记录。")
    kept = desk.page.url
    desk.page.context.clear_cookies()
    desk.open(kept.removeprefix(desk.address))
    assert "/login/" in desk.page.url
    desk.page.fill("input[name=username]", "tudi")
    desk.page.fill("input[name=password]", "yimin-2012")
    desk.page.click("main form button")
    desk.page.wait_for_url("**/cases/**")
    assert desk.page.locator("form.decide textarea").first.input_value() == "现场已测，待补记录。"


def test_full_width_digits_are_made_plain_in_the_field(desk: Desk) -> None:
    desk.sign_in("jingban").open("/agreements/YJ2012-YJ-004/edit/")
    field = desk.page.locator("input[data-amount]").first
    field.fill("１２０，５００。５０")
    field.blur()
    assert (field.input_value(), field.get_attribute("aria-invalid")) == ("120,500.50", None)
