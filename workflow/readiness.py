"""What can be done with an open step now, and what is missing: read off a run for rules.ready."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from workflow import rights
from workflow.models import Round, Step
from workflow.rules import ready
from workflow.rules.ready import Readiness
from workflow.rules.route import PlanSpec
from workflow.seats import Run


def missing_for(run: Run, step: Step) -> list[str]:
    """What is missing before this step can be approved, in words."""
    return missing_of(run.case, step, run.plan(step), run.today)


def missing_of(case: Any, step: Step, plan: PlanSpec, today: date) -> list[str]:
    """The same without a run; an added signer answers for the content only."""
    if step.added_by_id:
        return []
    on_file = set(case.facts.get("papers", ()))
    papers = [_("Paper: %(name)s") % {"name": case.paper_name(p)} for p in plan.papers if p not in on_file]
    return list(case.unmet(list(plan.needs), today)) + papers


def number_due(step: Step, plan: PlanSpec) -> bool:
    """Whether an approval has to give a document number."""
    return plan.attest and not step.added_by_id


def number_name(run: Run, step: Step) -> str:
    """What that number is called; nothing where none is due."""
    if not number_due(step, run.plan(step)):
        return ""
    return str(run.case.vocabulary().numbers.get(step.plan) or _("Document number"))


def of(run: Run, step: Step) -> Readiness:
    """What this actor can do with the step now; see rights.why_not for the words of a refusal."""
    mine = rights.authority(run, step)
    shut = step.state != "open" or rights.claimed(run, step) or mine is None or rights.recused(run, step, mine)
    return ready.judge(
        held=step.state == "open" and rights.held(run, step) is not None,
        barred=bool(shut),
        early=rights.too_early(run, step) is not None,
        waits=[str(one.holder) for one in rights.asked_before(run, step)],
        opinion=step.round.kind == Round.OPINION,
        missing=missing_for(run, step),
        number=number_due(step, run.plan(step)),
    )
