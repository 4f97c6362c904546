"""What a case's page says about time beyond its dates: slack, days on hold by party, promised dates."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from workflow import policies
from workflow.policies import Authority
from workflow.queries import holds, promises
from workflow.queries.casepage import CasePage
from workflow.queries.holds import Booked
from workflow.queries.promises import Word


@dataclass(frozen=True)
class Timing:
    """Slack is the smallest of the open steps', in working days; None where no date counts back from the water."""

    slack: int | None
    booked: list[Booked]
    promised: dict[int, Word]  # newest word by step
    may_promise: frozenset[int]


def of_page(page: CasePage, authorities: Iterable[Authority], today: date) -> Timing:
    """For the case page and its drawer."""
    posts = list(authorities)
    steps = [waiting.step for waiting in page.waiting]
    mine = [(step, found) for step in steps if (found := policies.authority_for(posts, step))]
    slacks = [waiting.slack for waiting in page.waiting if waiting.slack is not None]
    return Timing(
        slack=min(slacks, default=None),
        booked=holds.booked(page.found.every_hold, today),
        promised=promises.of_steps([step.pk for step in steps], today),
        may_promise=frozenset(
            step.pk for step, found in mine if step.holder_id is None or step.holder_id in found.persons
        ),
    )
