"""Claims end with the posting, or the substitution, under which they were made: the step is everybody's again."""

from datetime import datetime

from workflow import clock, policies, reach
from workflow.commands.change import change, retried
from workflow.commands.work import case_of
from workflow.models import Step, User


def end_lapsed(now: datetime | None = None, *, holder: User | None = None) -> int:
    """Release every claimed step whose holder no longer has a posting, own or lent, that covers it; how many.

    Steps fixed to a person (转办, 加签, 委派) stay with them: the hourly check lists those. Safe to run twice.
    """
    moment = now or clock.now()
    held = Step.objects.filter(state="open", assigned=False).exclude(holder=None)
    if holder is not None:
        held = held.filter(holder=holder)
    rows = list(held.values_list("pk", "holder_id", "role", "unit_id").order_by("pk"))
    able = policies.deciders({(role, unit) for _pk, _who, role, unit in rows}, clock.date_of(moment))
    active = set(User.objects.filter(pk__in={row[1] for row in rows}, is_active=True).values_list("pk", flat=True))
    lapsed = [pk for pk, who, role, unit in rows if who not in active or who not in able[role, unit]]
    return sum(_release(pk, moment) for pk in lapsed)


@retried
def _release(step_id: int, now: datetime) -> bool:
    """Under the case's lock: who acted meanwhile wins."""
    with change(case_of(step_id), actor=None, verb="release", now=now, sighted=False) as work:
        step = work.step(step_id)
        if step.state != "open" or step.holder is None or reach.still_holds(step, work.today):
            return False
        lapsed = step.holder_id
        step.holder, step.claimed_at = None, None
        work.touch(step)
        event = work.event("step.released", step=step.pk, plan=step.plan, lapsed=lapsed)
        work.tell("step_opened", reach.asked(step, work.today), event, step, audience="holder")
    return True
