"""Before a desk is handed over: each step of it, and whether this successor can take it."""

from dataclasses import dataclass
from datetime import date

from workflow import errors, policies, reach
from workflow.models import Posting, User
from workflow.models.plan import spec
from workflow.queries import words
from workflow.queries.exclusions import exclusions


@dataclass(frozen=True)
class DeskLine:
    """One step of the desk. No title and no family: who hands a desk over need not see its cases."""

    step_id: int
    reference: str
    name: str
    unit: str
    due: date
    held: bool  # held by the leaver; else unclaimed, and nobody else holds the post
    why_not: str


@dataclass(frozen=True)
class Desk:
    """What a hand-over would do."""

    lines: list[DeskLine]
    posts: list[Posting]
    can: int


def desk(leaver: User, to: User | None, today: date, *, with_posts: bool = False) -> Desk:
    """The leaver's desk, judged for a successor (None: not chosen yet). With posts, the successor will hold them."""
    steps = reach.desk_of(leaver, today)
    posts = list(Posting.objects.filter(policies.valid_on(today), user=leaver).select_related("unit"))
    own = [a for a in policies.postings_of(to, today) if a.lender is None] if to else []
    given = [a for a in policies.postings_of(leaver, today) if a.lender is None] if with_posts else []
    barred = exclusions(steps, to.pk) if to else {}
    lines = []
    for step in steps:
        why = ""
        if to and policies.authority_for([*own, *given], step) is None:
            role = policies.Role(step.role).label
            why = str(errors.NoPosting(who=str(to), role=role, unit=step.unit.name))
        elif to and barred.get(step.pk):
            why = str(errors.TheyAreRecused(who=str(to)))
        plan = spec(step.case.route_id).plans[step.plan][1]
        lines.append(
            DeskLine(
                step_id=step.pk,
                reference=step.case.reference,
                name=words.name(plan.names),
                unit=step.unit.name,
                due=step.due,
                held=step.holder_id == leaver.pk,
                why_not=why,
            )
        )
    return Desk(lines, posts, sum(not line.why_not for line in lines) if to else 0)
