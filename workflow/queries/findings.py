"""The findings of the hourly check as the operations page shows them: in words, with whom each could be given to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from workflow import policies
from workflow.models import Finding, Heartbeat, User
from workflow.models.plan import spec
from workflow.policies import Authority
from workflow.queries import words
from workflow.queries.invariants import people_for
from workflow.rules.invariants import FINDINGS

PAGE = 100


@dataclass(frozen=True)
class Line:
    """One finding. A reference and a step's name, never a family's: operators need not see it."""

    id: int
    code: str
    words: Any
    reference: str
    step: str
    unit: str
    role: str
    first_at: datetime
    detail: dict[str, Any]
    people: list[User]


@dataclass(frozen=True)
class Checked:
    """What the last check left: when it ran, how many stand, and the first of them."""

    beat: Heartbeat | None
    lines: list[Line]
    total: int


def standing(authorities: list[Authority], now: datetime) -> Checked:
    """Findings over the reader's divisions; those about no case are everybody's."""
    found = (
        Finding.objects.filter(gone_at=None).select_related("case__home_unit", "step__unit").order_by("first_at", "id")
    )
    divisions = [a.division for a in authorities if a.lender is None]
    mine = [
        row
        for row in found[: PAGE * 20]
        if row.case is None or any(row.case.home_unit.code.startswith(d) for d in divisions)
    ]
    lines = [_line(row, now) for row in mine[:PAGE]]
    return Checked(Heartbeat.objects.filter(name="invariants").first(), lines, len(mine))


def _line(row: Finding, now: datetime) -> Line:
    step = row.step
    stuck = step is not None and step.state == "open" and row.code in ("nobody", "excluded")
    plan = spec(row.case.route_id).plans.get(step.plan) if step and row.case else None
    return Line(
        id=row.pk,
        code=row.code,
        words=FINDINGS.get(row.code, row.code),
        reference=row.case.reference if row.case else "",
        step=words.name(plan[1].names) if plan else "",
        unit=step.unit.name if step else "",
        role=str(policies.Role(step.role).label) if step else "",
        first_at=row.first_at,
        detail=row.detail,
        people=people_for(step, now) if step and stuck else [],
    )
