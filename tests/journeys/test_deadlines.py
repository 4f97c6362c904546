"""The deadline calendar by keyboard alone: from day to day, over the month's edge, into a day's list."""

from datetime import date, timedelta

import pytest

from tests.journeys.desk import Desk

pytestmark = pytest.mark.journey
FOCUS = "document.activeElement.dataset.day"


def test_arrows_walk_the_days_and_enter_opens_the_list(desk: Desk) -> None:
    page = desk.sign_in("shenhe").page
    desk.open("/deadlines/?month=2012-06&whose=section#days")
    assert page.evaluate(FOCUS) == "2012-06-01"
    for key, days in (("ArrowRight", 1), ("ArrowDown", 7), ("ArrowLeft", -1), ("ArrowUp", -7)):
        before = date.fromisoformat(page.evaluate(FOCUS))
        page.keyboard.press(key)
        assert date.fromisoformat(page.evaluate(FOCUS)) == before + timedelta(days=days)
    page.keyboard.press("End")
    assert page.evaluate(FOCUS) == "2012-06-03"
    page.keyboard.press("Home")
    assert page.evaluate(FOCUS) == "2012-05-28"
    page.keyboard.press("ArrowUp")
    page.wait_for_url("**month=2012-05**")
    page.wait_for_function(f"{FOCUS} === '2012-05-01'")
    page.keyboard.press("PageDown")
    page.wait_for_url("**month=2012-06**")
    assert page.locator("td[data-day][tabindex='0']").count() == 1  # Tab enters the grid once


def test_enter_opens_the_list_of_a_day(desk: Desk) -> None:
    page = desk.sign_in("zuzhang").page
    desk.open("/deadlines/?whose=scope")
    page.locator("td[data-day]:has(a)").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**day=**")
    assert page.locator("#day").is_visible()
