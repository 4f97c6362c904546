"""One line under a due date: when this step will be reported to whom, said before it happens."""

from typing import Any

from django import template

from workflow import clock
from workflow.models import Case, Step
from workflow.queries import escalation

register = template.Library()


@register.inclusion_tag("workflow/partials/escalation.html")
def escalation_line(step: Step, case: Case) -> dict[str, Any]:
    """Nothing once every superior has been told, and for a step that is no longer open."""
    if step.state != "open":
        return {"rung": None}
    return {"rung": escalation.next_superior(escalation.of_step(step, case.route_id, clock.today()))}
