"""What a person does in the browser: sign in, open a case, record a paper, decide."""

import os
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Request, Response

from agreements.sample.player import PDF
from agreements.sample.story import PASSWORD

HELD = ("sessionid", "csrftoken")
WANTED = os.environ.get("SCREENSHOTS") == "1"


class Desk:
    """One browser window; notes every console message, server error and request to another host."""

    kept: ClassVar[dict[tuple[str, str], list[Any]]] = {}  # (address, user name) -> cookies of a sign-in

    def __init__(self, address: str, page: Page, shots: Path) -> None:
        self.address, self.page, self.shots = address, page, shots
        self.trouble: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.trouble.append(f"script: {error}"))
        page.on("request", self._request)
        page.on("response", self._response)
        page.on("dialog", lambda dialog: dialog.accept())

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.trouble.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        if urlsplit(request.url).netloc != urlsplit(self.address).netloc and not request.url.startswith("data:"):
            self.trouble.append(f"another host: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self.trouble.append(f"{response.status}: {response.url}")

    def open(self, path: str) -> Response:
        """Go to a path."""
        answer = self.page.goto(self.address + path)
        assert answer is not None
        return answer

    def sign_in(self, username: str) -> "Desk":
        """As this person, whoever was signed in before: with an earlier sign-in of theirs while it holds. Then open a
        page: none is open."""
        self.sign_out()
        if cookies := self.kept.get((self.address, username)):
            self.page.context.add_cookies(cookies)
            if "/login/" not in self.page.request.get(self.address + "/queue/pulse").url:
                return self
        self.page.context.clear_cookies()
        self.open("/login/")
        self.page.fill("input[name=username]", username)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.click("main form button")
        self.page.wait_for_url("**/queue/**")
        self.kept[self.address, username] = [one for one in self.page.context.cookies() if one["name"] in HELD]
        self.page.goto("about:blank")
        return self

    def sign_out(self) -> None:
        """As nobody, and on no page: an answer still under way to the old one would bring its cookies back."""
        self.page.goto("about:blank")
        self.page.context.clear_cookies()

    def speak(self, language: str) -> None:
        """In this language from the next page on."""
        self.page.context.add_cookies([{"name": "django_language", "value": language, "url": self.address}])

    def at_queue(self, username: str) -> "Desk":
        """As this person, at their queue."""
        self.sign_in(username).open("/queue/")
        return self

    def shot(self, name: str) -> None:
        """Keep a picture as build output, where somebody wants to look at them: SCREENSHOTS=1."""
        if not WANTED:
            return
        self.shots.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=str(self.shots / f"{name}.jpg"), full_page=True, type="jpeg", quality=80)

    def case(self, reference: str) -> None:
        """The page of a case."""
        assert self.open(f"/cases/{reference}/").status == 200

    def decide(self, reference: str, plan: str, verdict: str = "approve", number: str = "", comment: str = "") -> None:
        """Decide the step of a plan on the case page."""
        self.case(reference)
        form = self.page.locator(f"form.decide[data-plan={plan}]")
        if number:
            form.locator("input[name=document_no]").fill(number)
        if comment:
            form.locator("textarea").fill(comment)
        form.locator(f"button[value={verdict}]").click()
        self.page.wait_for_load_state()
        assert self.page.locator("#notes .success").count(), self.page.inner_text("main")

    def record(self, path: str, upload: str = "", **values: str) -> None:
        """Fill a record's form and send it."""
        assert self.open(path).status == 200, path
        for name, value in values.items():
            field = self.page.locator(f"main [name={name}]")
            if field.evaluate("e => e.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        if upload:
            file = {"name": "scan.pdf", "mimeType": "application/pdf", "buffer": PDF}
            self.page.set_input_files(f"main input[name={upload}]", file)  # type: ignore[arg-type]
        self.page.click("main form button[type=submit]")
        self.page.wait_for_load_state()
        assert self.page.locator("#notes .success").count(), self.page.inner_text("main")

    def state(self, reference: str) -> str:
        """The state shown on the stepper: the current stop, or nothing at the end."""
        self.case(reference)
        return (
            self.page.locator(".stepbar .current b").inner_text()
            if self.page.locator(".stepbar .current").count()
            else ""
        )

    def overflow(self) -> int:
        """Pixels by which the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def widest(self) -> list[str]:
        """What sticks out of the window, for the message of a failing test."""
        script = """w => [...document.querySelectorAll('body *')]
            .filter(e => e.getBoundingClientRect().right > w).map(e => e.outerHTML.slice(0, 120))"""
        return list(self.page.evaluate(script, self.page.viewport_size["width"]))[:5]  # type: ignore[index]
