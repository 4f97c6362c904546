"""Whatever page anybody gets, in either language, says what it is for; a new page without its short help fails here."""

import pytest
from django.http import HttpResponse

from tests import builders
from tests.security import addresses, town
from tests.security.test_matrix import ask
from tests.security.town import Town
from workflow.views import handbook

ALONE = {"login", "setup", handbook.OTHER}  # opened signed out, or no address at all
READERS = ("county_officer", "clerk", "security_admin", "system_admin", "receiving_town")  # between them, every page
MARK = 'class="usermenu pagehelp"'


@pytest.fixture
def our_town(world: builders.World) -> Town:
    return town.build(world)


def whole_page(answer: HttpResponse) -> bool:
    return answer.headers.get("Content-Type", "").startswith("text/html") and b"<html" in answer.content


def test_every_page_of_every_address_has_its_own_short_help(our_town: Town) -> None:
    pages = {address.name for address in addresses.every() if opens(our_town, address)}
    assert len(pages) > 30
    for language in ("zh", "en"):
        assert sorted(pages - handbook.texts(language).keys()) == [], language


def opens(place: Town, address: addresses.Address) -> bool:
    """Whether somebody gets a whole page here; whoever does gets the question mark with it."""
    path = address.path(place.parts)
    for identity in READERS:
        answer = ask(place, identity, "GET", path)
        if whole_page(answer):
            assert MARK in answer.content.decode(), (address.name, identity)
            if answer.status_code == 200:
                return True
    return False


def test_no_short_help_is_left_over_and_both_languages_have_all() -> None:
    known = {address.name for address in addresses.every()} | ALONE
    assert sorted(handbook.texts("zh").keys() - known) == []
    assert handbook.texts("zh").keys() == handbook.texts("en").keys()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_is_two_to_four_sentences_and_leads_to_a_chapter(language: str) -> None:
    stops = {"zh": "。", "en": ". "}[language]
    for name, words in handbook.texts(language).items():
        text = words.split("</p>")[0].removeprefix("<p>") + " "
        assert 2 <= text.count(stops) <= 4, (name, text)
        assert words.count('<a href="/help/') == 1, name


def test_answers_that_are_no_page_of_their_own_say_what_to_do_next(our_town: Town) -> None:
    for method, path in (("GET", "/no/such/page/"), ("POST", f"/cases/{our_town.case.reference}/hold")):
        answer = ask(our_town, "clerk", method, path)
        assert handbook.texts("zh")[handbook.OTHER] in answer.content.decode(), path
