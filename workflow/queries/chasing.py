"""Who may urge the holder of a step (催办), and who did last: for a case's page, a list and a selection."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from workflow import policies, reach
from workflow.models import Case, Nudge, Step, User
from workflow.policies import Authority
from workflow.rules import urging


@dataclass(frozen=True)
class Chase:
    """Whether this reader may urge a step now, and who did last."""

    may: bool
    today: bool
    by: str
    at: datetime | None
    day: date  # on which this was asked


def last(steps: Iterable[Step]) -> dict[int, Nudge]:
    """The newest urging of each step."""
    rows = Nudge.objects.filter(step__in=[step.pk for step in steps]).select_related("by").order_by("at")
    return {row.step_id: row for row in rows}


def of(
    user: User,
    authorities: list[Authority],
    case: Case,
    step: Step,
    before: Nudge | None,
    today: date,
    *,
    held: bool = False,
) -> Chase:
    """May this person urge it today? Nobody urges what they could do themselves."""
    entitled = user.pk == case.drafter_id or reach.leads(authorities, step, case) is not None
    mine = step.holder_id == user.pk or policies.authority_for(authorities, step) is not None
    done = urging.is_used(before.day if before else None, today)
    by, at = (str(before.by), before.at) if before else ("", None)
    return Chase(urging.is_offered(entitled=entitled, mine=mine, held=held), done, by, at, today)
