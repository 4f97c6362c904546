"""Counts what a hand does: clicks and single keys; typing into a field counts as one."""

from tests.journeys.desk import Desk


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
