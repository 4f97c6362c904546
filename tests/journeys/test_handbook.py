"""The handbook's pictures, taken by the same browser that walks the product, so that they are never old.

They land in build/handbook; `make handbook` (HANDBOOK=1) puts them where the handbook shows them.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser

from tests.journeys import pile
from tests.journeys.desk import Desk
from tests.journeys.pictures import FIRST_RUN, PICTURES, Picture
from tests.product import ROOT, Site, start, stop

pytestmark = pytest.mark.journey
WIDE, GOOD = 1000, 72  # pixels, and quality of the JPEG: words stay sharp, all pictures together under four megabytes
WHERE = ROOT / ("docs/handbook/pictures" if os.environ.get("HANDBOOK") == "1" else "build/handbook")
PEOPLE = tuple(dict.fromkeys(picture.person for picture in PICTURES))
LANGUAGES = {"zh": ("zh-hans", "zh-CN"), "en": ("en", "en-GB")}  # of our pages, and of the browser's own date fields
OF_THE_MACHINE = re.compile(r"/(root|home|tmp|work|var|usr)/")


@pytest.fixture(scope="module")
def piled(site: Site) -> Site:
    """Work on the two desks that are shown, whatever journeys went before."""
    pile.make(site, town_review=7, village_opinion=2)
    return site


@pytest.fixture(scope="module")
def empty_site() -> Iterator[Site]:
    """A machine nobody has set up."""
    found = start("--bare")
    yield found
    stop(found)


@contextmanager
def window(site: Site, browser: Browser, language: str) -> Iterator[Desk]:
    """A browser that speaks this language itself."""
    context = browser.new_context(locale=LANGUAGES[language][1], timezone_id="Asia/Shanghai")
    desk = Desk(site.address, context.new_page(), WHERE)
    yield desk
    context.close()
    assert desk.trouble == []


@pytest.fixture(scope="module")
def windows(piled: Site, browser: Browser) -> Iterator[dict[str, Desk]]:
    """One of each language, for all the people one after the other."""
    with window(piled, browser, "zh") as chinese, window(piled, browser, "en") as english:
        yield {"zh": chinese, "en": english}


def take(desk: Desk, picture: Picture, language: str) -> None:
    desk.page.set_viewport_size({"width": WIDE, "height": picture.height})
    assert desk.open(picture.path).status == 200, picture
    picture.act(desk, language)
    desk.page.wait_for_load_state("load")
    assert not OF_THE_MACHINE.search(desk.page.inner_text("body")), picture
    assert desk.overflow() == 0, (picture, desk.widest())
    WHERE.mkdir(parents=True, exist_ok=True)
    desk.page.screenshot(path=str(WHERE / f"{picture.name}.{language}.jpg"), type="jpeg", quality=GOOD)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("person", PEOPLE)
def test_the_pictures_of_one_person(windows: dict[str, Desk], person: str, language: str) -> None:
    desk = windows[language]
    desk.sign_in(person) if person else desk.sign_out()
    desk.speak(LANGUAGES[language][0])
    for picture in (picture for picture in PICTURES if picture.person == person):
        take(desk, picture, language)
    assert desk.trouble == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_picture_of_an_empty_machine(empty_site: Site, browser: Browser, language: str) -> None:
    with window(empty_site, browser, language) as desk:
        desk.speak(LANGUAGES[language][0])
        take(desk, FIRST_RUN, language)
