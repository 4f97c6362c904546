"""P28a in the real browser: hostile text in every typed field of a town, every page that shows it, and nothing runs."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests import builders
from tests.agreements import families
from tests.security import addresses, hostile, looking, town
from tests.security.looking import Answer
from tests.security.payloads import ALL, FIRST

READERS = ("clerk", "county_officer", "security_admin")
LISTS = (
    "/queue/?tab=started",
    "/queue/?tab=section",
    "/queue/?tab=claimable",
    "/queue/?tab=done",
    "/queue/?tab=copied",
)
HTMX = {"HX-Request": "true", "HX-Target": "drawer"}
HTML = "text/html"


def town_of(world: builders.World) -> town.Town:
    """The family of the matrix and one at its beginning, so that lists and forms have something in them."""
    place = town.build(world)
    place.parts["step_id"] = builders.open_step(families.draft(world), "draft").pk
    return place


def read(place: town.Town, reader: str) -> tuple[dict[str, Answer], dict[str, Answer]]:
    """(pages that show a payload, fragments for htmx) as this reader gets them."""
    paths = [address.path(place.parts) for address in addresses.every()]
    pages, sheets = {}, {}
    for path in [*paths, *LISTS]:
        found = place.client(reader).get(path)
        if found.status_code == 200 and found.headers.get("Content-Type", "").startswith(HTML):
            text = found.content.decode()
            if "pwned" in text:
                pages[path] = Answer(text, dict(found.headers))
    for case in type(place.case).objects.all():
        path = f"/cases/{case.reference}/"
        sheet = place.client(reader).get(path, headers=HTMX)
        sheets[path] = Answer(sheet.content.decode(), dict(sheet.headers))
    return pages, sheets


def looked_at(world: builders.World, payloads: tuple[str, ...], shifts: range) -> tuple[list[str], int, int]:
    """(trouble, pages, sheets) over all readers and rotations; what one reader has opened the next need not."""
    place, trouble, pages, sheets = town_of(world), list[str](), 0, 0
    for shift in shifts:
        assert hostile.poison(payloads, shift) > 50
        known: set[str] = set()
        for reader in READERS:
            shown, fragments = read(place, reader)
            new = {path: answer for path, answer in shown.items() if path not in known}
            known |= new.keys()
            with ThreadPoolExecutor(1) as apart:
                seen = apart.submit(looking.look, new, fragments).result()
            trouble += [f"{reader} {one}" for one in seen.trouble]
            pages, sheets = pages + seen.pages, sheets + seen.sheets
    return trouble, pages, sheets


def test_twelve_hostile_texts_run_on_no_page_in_the_browser(world: builders.World) -> None:
    trouble, pages, sheets = looked_at(world, FIRST, range(1))
    assert trouble == [], "\n".join(trouble[:20])
    assert pages > 40 and sheets > 2, (pages, sheets)


def test_the_look_sees_what_runs() -> None:
    """Without the policy and without escaping every kind of trouble is told."""
    page = "<html><body data-login='x'>{}</body></html>"
    plain = {"Content-Type": HTML}
    guarded = plain | {"Content-Security-Policy": "script-src 'self'"}
    pages = {
        "/ran/": Answer(page.format("<script>pwned=1</script>"), plain),
        "/asked/": Answer(page.format("<script>alert(1)</script>"), plain),
        "/refused/": Answer(page.format("<script>pwned=1</script>"), guarded),
        "/elsewhere/": Answer(page.format("<img src=//x.invalid/pwned=1>"), plain),
    }
    with ThreadPoolExecutor(1) as apart:
        seen = apart.submit(looking.look, pages, {}).result()
    told = "\n".join(seen.trouble)
    for path, what in (("/ran/", "ran"), ("/asked/", "dialog"), ("/refused/", "console"), ("/elsewhere/", "another")):
        assert f"{path}: {what}" in told, told


@pytest.mark.prove
def test_sixty_hostile_texts_run_on_no_page_in_the_browser(world: builders.World) -> None:
    assert os.environ["PROVE"] == "1"
    trouble, pages, _sheets = looked_at(world, ALL, range(0, len(ALL), 5))
    assert (trouble, pages > 400) == ([], True)
