"""What somebody could no longer decide once they had signed a step: said while they are being chosen (four eyes)."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from django.utils.translation import gettext as _

from workflow import policies, seats
from workflow.candidates import Candidate
from workflow.models import Posting, Step, Unit
from workflow.queries import words
from workflow.queries.glance import Glance
from workflow.rules import conditions, four_eyes
from workflow.rules.four_eyes import Act
from workflow.rules.route import Place, PlanSpec
from workflow.rules.words import listed

Ahead = tuple[Place, PlanSpec, Unit]  # a step still to come, and the unit whose post decides it


def told(found: Glance, step: Step, chosen: Iterable[Candidate]) -> list[Candidate]:
    """The candidates, each with what signing this step would take from them."""
    chosen, ahead = list(chosen), list(_ahead(found, step))
    held: dict[int, list[Posting]] = {}
    wanted = [one.user.pk for one in chosen if not one.why]
    rows = Posting.objects.filter(policies.valid_on(found.today), user__in=wanted).select_related("unit")
    for post in rows if ahead else ():
        held.setdefault(post.user_id, []).append(post)
    return [replace(one, loses=_said(found, step, one, ahead, held.get(one.user.pk, []))) for one in chosen]


def _said(found: Glance, step: Step, one: Candidate, ahead: list[Ahead], posts: list[Posting]) -> str:
    live, person = seats.root(found, step.round), frozenset({one.user.pk})
    signed = [Act(person, live.stage, live.group, found.plan(step).duty)]
    lost = [
        words.name(plan.names)
        for place, plan, unit in ahead
        if any(post.role == plan.role and unit.code.startswith(post.unit.division) for post in posts)
        and four_eyes.exclusion(person, place, plan, signed, {}, frozenset())
    ]
    return _("Having signed here, can no longer decide: %(steps)s.") % {"steps": listed(lost)} if lost else ""


def _ahead(found: Glance, step: Step) -> Iterator[Ahead]:
    """Steps of other groups that apply to this case and have not been passed yet."""
    here = seats.root(found, step.round).group
    for place, plan in found.route.plans.values():
        if place.group.key == here or found.stands(place.group.key):
            continue
        unit = found.case.unit_for(plan.resolver)
        if unit is not None and conditions.holds(plan.condition, found.case.facts):
            yield place, plan, unit
