"""Who would hold a plan in a unit today: the question of the check before publishing, and of a dry run."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from workflow import reach
from workflow.models import User
from workflow.rules import asking
from workflow.rules.route import PlanSpec


@dataclass(frozen=True)
class WouldHold:
    """The role asked in the end and the people behind it; nobody at all when `people` is empty."""

    asked: asking.Asked
    people: list[User]


def would_hold(plan: PlanSpec, unit_code: str, today: date, *, excluded: Iterable[int] = frozenset()) -> WouldHold:
    """Who would be asked for this plan over this unit. `excluded`: people four eyes would bar (the drafter, say).

    `asked.why` is "nobody" or "excluded" where the plan's own role could not answer: a route whose policy for that is
    stop_publish (`RouteSpec.nobody`, `.self_approval`) must not be published then.
    """
    barred = frozenset(excluded)

    def able(role: str) -> tuple[bool, bool]:
        found = reach.authorities_over(role, unit_code, today)
        return bool(found), any(not a.persons & barred for a in found)

    asked = asking.whom_to_ask(plan, able)
    found = reach.authorities_over(asked.role, unit_code, today)
    people = {a.user.pk: a.user for a in found if not a.persons & barred}
    return WouldHold(asked, [people[pk] for pk in sorted(people)])
