"""One sabotage: which defect breaks which promise, and which tests must see it.

A defect replaces `old` (which must stand exactly once in `file`) by `new`, or runs `sql` as owner after the upgrade, or
both. Keep `old` short: it has to survive refactoring. Every test named must have at least one failure; a test that
already fails without the defect proves nothing and is an error of this list.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Defect:
    """One sabotage: what is broken (in words), how, and the node ids of the tests that must turn red."""

    promise: str
    what: str
    tests: tuple[str, ...]
    file: str = ""
    old: str = ""
    new: str = ""
    sql: str = ""
