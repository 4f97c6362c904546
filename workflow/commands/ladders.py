"""Changing the ladder of reminders of a route: a new version, in force from the next sweep on."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from workflow import audit, clock, errors, policies
from workflow.commands import deadlines
from workflow.commands.change import retried
from workflow.models import Ladder, Route, Step, Unit, User
from workflow.rules import canonical, rungs
from workflow.rules.rungs import Ladders

KEEPERS = ("route_keeper", "county_officer")


def keeps(actor: User, unit: Unit, moment: datetime) -> bool:
    """Whether this person may change the ladders of a unit."""
    postings = policies.postings_of(actor, clock.date_of(moment))
    return any(a.role in KEEPERS and unit.code.startswith(a.division) for a in postings)


@retried
def change(
    kind: str, mode: str, unit: Unit, ladders: Ladders, *, actor: User, now: datetime | None = None
) -> Ladder | None:
    """Put ladders in force for the routes of (kind, mode, unit), mode "" for all; None when nothing changed.

    Every open step of those routes is looked at again by the next sweep: a rung that the new ladder has passed
    meanwhile is told once, if it is the highest, and recorded as superseded otherwise.
    """
    moment = now or clock.now()
    if not keeps(actor, unit, moment):
        raise errors.NotFound()
    if found := rungs.faults(ladders):
        raise errors.InvalidInput(field=_("Ladder"), expected="; ".join(found))
    rows = rungs.as_rows(ladders)
    with transaction.atomic():
        # the routes' stream head serialises two people who save at once
        facts = {"unit": unit.pk, "digest": canonical.digest(canonical.text(rows))}
        same = Ladder.objects.filter(kind=kind, mode=mode, unit=unit)
        latest = same.filter(current=True).first()
        if latest is not None and latest.rungs == rows:
            return None
        audit.append_to_stream(f"route:{kind}:{mode}", "ladder.changed", moment, actor.pk, facts)
        version = (same.aggregate(top=Max("version"))["top"] or 0) + 1
        same.filter(current=True).update(current=False)
        made = Ladder.objects.create(
            kind=kind, mode=mode, unit=unit, version=version, rungs=rows, by=actor, created_at=moment
        )
        routes = Route.objects.filter(kind=kind, unit=unit, **({"mode": mode} if mode else {}))
        deadlines.look_again(Step.objects.filter(case__route__in=routes))
    return made
