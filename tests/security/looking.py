"""Looks at pages in the real browser, without a server: what the product answered is handed to it address by address.

The pages come with their own headers and scripts, so that the browser applies the content security policy and the
desk's scripts run. Whatever a page may ask for is answered from what was read before, or told.
"""

from dataclasses import dataclass, field
from mimetypes import guess_type
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders
from playwright.sync_api import BrowserContext, Page, Route, sync_playwright

from tests import servers

HOST = "https://testserver"
MARKS = "[window.pwned, typeof window.parent.pwned, document.querySelectorAll('[data-ran]').length]"


@dataclass(frozen=True)
class Answer:
    """What the product said to a GET."""

    body: str
    headers: dict[str, str]


@dataclass
class Look:
    """What was seen: trouble by page, and how many pages were looked at."""

    trouble: list[str] = field(default_factory=list)
    pages: int = 0
    sheets: int = 0
    here: str = ""

    def tell(self, what: str) -> None:
        """Something that must not happen, and where."""
        self.trouble.append(f"{self.here}: {what[:300]}")


def look(pages: dict[str, Answer], sheets: dict[str, Answer]) -> Look:
    """Open every page; on a list open the first sheet, press a phrase, unfold what is folded. Runs in a thread of its
    own: the browser's loop must not meet the database of the tests."""
    seen = Look()
    with sync_playwright() as play:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = play.chromium.launch(executable_path=next(servers.chromiums()), args=arguments)
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        page = _watched(context, seen)
        page.route("**/*", lambda route: _answer(route, pages, sheets, seen))
        for path in pages:
            seen.here = path
            page.goto(HOST + path, wait_until="load")
            _touch(page, seen)
            seen.pages += 1
        browser.close()
    return seen


def _watched(context: BrowserContext, seen: Look) -> Page:
    page = context.new_page()
    page.on("dialog", lambda dialog: (seen.tell(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("pageerror", lambda error: seen.tell(f"script {error}"))
    page.on(
        "console",
        lambda message: seen.tell(f"console {message.text}") if message.type in ("error", "warning") else None,
    )
    page.on("popup", lambda popup: seen.tell(f"window {popup.url}"))
    return page


def _touch(page: Page, seen: Look) -> None:
    """What a hand does first: unfold, open a sheet, press a phrase."""
    page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true; })")
    if page.locator("tr[data-row] a.t").count():
        page.evaluate("document.querySelector('tr[data-row] a.t').click()")
        page.wait_for_selector("#drawer [data-reference]")
        seen.sheets += 1
    if page.locator("[data-phrase]").count():
        page.evaluate("document.querySelector('[data-phrase]').click()")
    ran = page.evaluate(MARKS)
    if ran != [None, "undefined", 0]:
        seen.tell(f"ran {ran}")


def _answer(route: Route, pages: dict[str, Answer], sheets: dict[str, Answer], seen: Look) -> None:
    request, parts = route.request, urlsplit(route.request.url)
    if f"{parts.scheme}://{parts.netloc}" != HOST:
        seen.tell(f"another host {request.url}")
        route.abort()
        return
    if parts.path.startswith("/static/"):
        found = finders.find(parts.path.removeprefix("/static/"))
        assert isinstance(found, str), request.url
        route.fulfill(path=found, content_type=guess_type(found)[0] or "")
        return
    address = f"{parts.path}?{parts.query}" if parts.query else parts.path
    htmx = "hx-request" in request.headers
    known = (sheets if htmx else pages).get(address)
    if known is not None and request.method == "GET":
        route.fulfill(status=200, headers=known.headers, body=known.body)
    elif request.method == "GET" and request.is_navigation_request():
        seen.tell(f"went to {address}")
        route.abort()
    else:  # what the desk's scripts send and ask beside: counts, that a page was shown, a date's reason
        route.fulfill(status=204, body="")
