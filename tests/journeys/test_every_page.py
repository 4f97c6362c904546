"""Every page, as somebody who uses it, in both languages: nothing sticks out at six widths, axe finds nothing (WCAG 2.2
AA), no console message, under 400 KB; then the same with every text grown by half, as another language would.

The list of pages is held against the URLconf: a new page that is not walked here fails the build.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Response

from tests.journeys.desk import Desk
from tests.journeys.walks import OPENED_ELSEWHERE, WALKS, Walk
from tests.security import addresses

pytestmark = [pytest.mark.journey, pytest.mark.spread]
WIDTHS = (390, 1024, 1280, 1366, 1440, 1920)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
AXE = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}  # no list of all that is well
HEAVIEST = 400 * 1024
GROW = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = []; while (walker.nextNode()) { texts.push(walker.currentNode); }
  texts.forEach(t => { const s = t.data.trim(); if (s && t.parentElement.offsetParent) {
    t.data = '[' + s + ' ' + 'ẃôŕđś '.repeat(Math.ceil(s.length / 12)).trim() + ']'; } });
  document.querySelectorAll('[placeholder]').forEach(e => { e.placeholder = '[' + e.placeholder + ' ẃôŕđś ẃôŕđś]'; });
}"""


def test_every_page_of_the_url_list_is_walked() -> None:
    walked = {walk.name for walk in WALKS} | OPENED_ELSEWHERE
    assert sorted({address.name for address in addresses.every()} - walked) == []


def at_every_width(desk: Desk, walk: Walk, language: str) -> None:
    for width in WIDTHS:
        desk.page.set_viewport_size({"width": width, "height": 900})
        assert desk.overflow() == 0, (walk.path, language, width, desk.widest())
        if width in (390, 1440):
            desk.shot(f"{walk.name}-{walk.person}.{language}.{width}")


def weighs(desk: Desk, path: str) -> int:
    """Bytes over the wire of a first view, nothing cached."""
    sizes: list[int] = []

    def weigh(answer: Response) -> None:
        sizes.append(int(answer.headers.get("content-length", 0)))

    desk.page.on("response", weigh)
    answer = desk.open(path)
    desk.page.remove_listener("response", weigh)
    assert answer.status == 200, (path, answer.status)
    body = len(answer.body()) if not answer.headers.get("content-length") else 0
    return sum(sizes) + body


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: f"{walk.name}-{walk.person}")
def test_a_page_is_complete_accessible_and_fits(reader: Desk, walk: Walk) -> None:
    if walk.person:
        reader.sign_in(walk.person)
    assert weighs(reader, walk.path) <= HEAVIEST, walk.path
    at_every_width(reader, walk, "zh")
    reader.page.set_viewport_size({"width": 1440, "height": 900})
    found = Axe().run(reader.page, options=AXE)
    assert found.violations_count == 0, found.generate_report()
    reader.page.click("header button.lang")
    reader.page.wait_for_load_state()
    assert reader.page.get_attribute("html", "lang") == "en"
    at_every_width(reader, walk, "en")
    assert not untranslated(reader), walk.path
    reader.page.evaluate(GROW)
    for width in (390, 1440) if walk.grows else ():
        reader.page.set_viewport_size({"width": width, "height": 900})
        assert reader.overflow() == 0, (walk.path, "grown", width, reader.widest())
        reader.shot(f"{walk.name}-{walk.person}.grown.{width}")


def untranslated(desk: Desk) -> list[str]:
    """Chinese left in the frame of an English page: titles, buttons and table heads hold words of ours, never data."""
    script = """() => [...document.querySelectorAll('main th, main button, main legend, main summary, nav a span')]
        .map(e => e.textContent.trim()).filter(t => /[\\u4e00-\\u9fff]/.test(t))"""
    return [text for text in desk.page.evaluate(script) if text not in ("中文",) and not looks_like_data(text)]


def looks_like_data(text: str) -> bool:
    """Names of people, places, steps and households come from the register and the route."""
    return len(text) > 0 and any(part in text for part in DATA)


DATA = ("镇", "村", "县", "组", "户", "YJ-", "办", "水库", "王", "李", "张", "赵", "云", "管", "·")
