"""What a post lets its holder do beyond the steps it covers: lead, manage, chair. Pure.

A post reaches every unit whose code begins with its division.
"""

from typing import Protocol

CHAIR = "chair"
LEADING = frozenset({"vice_leader", CHAIR, "county_officer", "town_reviewer"})
MANAGING = LEADING | {"clerk"}


class Post(Protocol):
    """A post, own or lent, as these rules see it."""

    @property
    def role(self) -> str:
        """What it is."""
        ...

    @property
    def division(self) -> str:
        """The code prefix it reaches."""
        ...


def leads_step(post: Post, *, supervisor: str, unit: str, home: str) -> bool:
    """Whether it leads over a step: it is the step's supervisor over the step's `unit`, or leads that unit or the home
    unit of the case."""
    if post.role == supervisor and unit.startswith(post.division):
        return True
    return leads_unit(post, unit) or leads_unit(post, home)


def leads_unit(post: Post, unit: str) -> bool:
    """Whether it leads the unit of this code."""
    return post.role in LEADING and unit.startswith(post.division)


def manages(post: Post, home: str) -> bool:
    """Whether it manages the cases at home in this unit."""
    return post.role in MANAGING and home.startswith(post.division)


def chairs(post: Post, home: str) -> bool:
    """Whether it is the chair over this unit, who alone passes a group by override."""
    return post.role == CHAIR and home.startswith(post.division)
