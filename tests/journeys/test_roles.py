"""The everyday pages of every role fit their window in either language, and on a phone."""

import os

import pytest

from tests.journeys.desk import Desk

pytestmark = [pytest.mark.journey, pytest.mark.spread]
LANGUAGES = {"zh-hans": "zh-CN", "en": "en"}  # chosen, and as the page says it
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


def languages(person: str) -> tuple[str, ...]:
    """Every second role in one language, the others in the other; `make prove` has everybody in both."""
    both = tuple(LANGUAGES)
    return both if os.environ.get("PROVE") == "1" else (both[ROLES.index(person) % 2],)


@pytest.mark.parametrize("person", ROLES)
def test_every_role_has_pages_without_overflow(reader: Desk, person: str) -> None:
    reader.sign_in(person)
    for language in languages(person):
        reader.speak(language)
        for path in PAGES:
            assert reader.open(path).status == 200, path
            assert reader.page.get_attribute("html", "lang") == LANGUAGES[language]
            assert reader.overflow() == 0, (path, language, reader.widest())


@pytest.mark.parametrize("person", ["jingban", "fenguan", "shenji"])
def test_the_phone_shows_everything_without_sideways_scrolling(phone: Desk, person: str) -> None:
    phone.sign_in(person)
    own = {"jingban": ["/cases/YJ2012-YJ-004/"], "fenguan": ["/board/"], "shenji": ["/audit/", "/board/"]}[person]
    for path in (*PAGES, *own):
        assert phone.open(path).status == 200, path
        assert phone.overflow() == 0, (path, phone.widest())
        phone.shot(f"phone-{person}-{path.strip('/').replace('/', '-').replace('?', '-') or 'home'}")
