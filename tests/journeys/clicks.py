"""Counts what a hand does: clicks and single keys; typing into a field counts as one."""

import re

from tests.journeys.desk import Desk
from tests.product import ROOT


class Hand:
    """Every act on the page goes through here while something is counted."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.page, self.acts = desk, desk.page, 0

    def click(self, selector: str) -> None:
        """One click."""
        self.page.click(selector)
        self.acts += 1

    def key(self, key: str) -> None:
        """One key."""
        self.page.keyboard.press(key)
        self.acts += 1

    def type(self, selector: str, text: str) -> None:
        """Text into a field."""
        self.page.fill(selector, text)
        self.acts += 1

    def choose(self, selector: str, **what: str) -> None:
        """One choice of a list."""
        self.page.select_option(selector, **what)
        self.acts += 1


def documented(what: str) -> int:
    """The figure of our column in docs/clicks.md."""
    table = (ROOT / "docs" / "clicks.md").read_text(encoding="utf-8")
    row = next(line for line in table.splitlines() if line.startswith(f"| {what} |"))
    return int(re.sub(r"\D", "", row.split("|")[2]))
