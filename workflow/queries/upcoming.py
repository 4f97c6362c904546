"""What an empty queue says: which agreements are on their way to this reader, and about when the first comes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from workflow import calendars, policies
from workflow.models import Case, Step, User
from workflow.models.plan import spec
from workflow.policies import Authority
from workflow.queries import words
from workflow.rules.route import GroupSpec, Place, RouteSpec

LOOKED_AT = 200  # open steps that are looked at, the most urgent first


@dataclass(frozen=True)
class Upcoming:
    """The nearest of `count` agreements that will come; `day` is its open step's due day plus the leads between."""

    count: int
    day: date
    reference: str
    title: str
    name: str


def upcoming(user: User, authorities: list[Authority], today: date) -> Upcoming | None:
    """Open steps of cases in sight whose route has a group of this reader's roles still to come."""
    seen = Case.objects.filter(policies.scope_of(user, authorities, today))
    steps = Step.objects.filter(state="open", case__in=seen).select_related("case", "round").order_by("due", "id")
    roles = {a.role for a in authorities}
    nearest: dict[int, tuple[date, Step, str]] = {}
    for step in steps[:LOOKED_AT]:
        route = spec(step.case.route_id)
        ahead = _ahead(route, step.round.group, roles)
        if ahead is None:
            continue
        days, name = ahead
        day = calendars.of_schedule(step.case.schedule_id).add_working_days(max(step.due, today), days)
        if step.case_id not in nearest or day < nearest[step.case_id][0]:
            nearest[step.case_id] = (day, step, name)
    if not nearest:
        return None
    day, step, name = min(nearest.values(), key=lambda one: (one[0], one[1].pk))
    return Upcoming(len(nearest), day, step.case.reference, step.case.title, name)


def _ahead(route: RouteSpec, group: str, roles: Iterable[str]) -> tuple[int, str] | None:
    """(working days of the groups between, name) of the first later group that asks one of these roles."""
    wanted, days = set(roles), 0
    for place in _later(route, route.places.get(group)):
        if any(plan.role in wanted for plan in place.plans):
            return days, words.name(place.names)
        days += place.lead_days
    return None


def _later(route: RouteSpec, here: Place | None) -> Iterator[GroupSpec]:
    """The rest of this group's track, then the longest track of each later stage."""
    if here is None:
        return
    yield from here.track.groups[here.position + 1 :]
    for stage in route.stages[route.order[here.stage.state] + 1 :]:
        for track in sorted(stage.tracks, key=lambda one: -sum(group.lead_days for group in one.groups)):
            yield from track.groups
