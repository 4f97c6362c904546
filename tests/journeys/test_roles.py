"""The everyday pages of every role fit their window in both languages, and on a phone."""

import pytest

from tests.journeys.desk import Desk

pytestmark = [pytest.mark.journey, pytest.mark.spread]
ROLES = (
    "jingban",
    "guabao1",
    "zuzhang2",
    "cunwei2",
    "shenhe",
    "fenguan",
    "zuzhang",
    "jieshoucun",
    "jieshouzhen",
    "paichusuo",
    "tudi",
    "xianban",
    "zhidan",
    "dangan",
    "jianli",
    "shenji",
    "xitong",
    "anquan",
    "shenjiguanli",
    "yimin",
)
PAGES = (
    "/queue/",
    "/queue/?tab=done",
    "/queue/?tab=started",
    "/inbox/",
    "/households/",
    "/password/",
    "/substitutions/",
)


@pytest.mark.parametrize("person", ROLES)
def test_every_role_has_pages_without_overflow_in_both_languages(desk: Desk, person: str) -> None:
    desk.sign_in(person)
    for language in ("zh", "en"):
        for path in PAGES:
            assert desk.open(path).status == 200, path
            assert desk.overflow() == 0, (path, language, desk.widest())
        if language == "zh":
            desk.page.click("header button.lang")
            desk.page.wait_for_load_state()
            assert desk.page.get_attribute("html", "lang") == "en"


@pytest.mark.parametrize("person", ["jingban", "fenguan", "shenji"])
def test_the_phone_shows_everything_without_sideways_scrolling(phone: Desk, person: str) -> None:
    phone.sign_in(person)
    own = {"jingban": ["/cases/YJ2012-YJ-004/"], "fenguan": ["/board/"], "shenji": ["/audit/", "/board/"]}[person]
    for path in (*PAGES, *own):
        assert phone.open(path).status == 200, path
        assert phone.overflow() == 0, (path, phone.widest())
        phone.shot(f"phone-{person}-{path.strip('/').replace('/', '-').replace('?', '-') or 'home'}")
