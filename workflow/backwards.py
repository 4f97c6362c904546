"""What going back to a point ends and undoes: the engine does it, and pages say it before the click."""

from workflow import seats
from workflow.models import Round
from workflow.rules import conditions
from workflow.rules.effects import PASSED
from workflow.rules.route import Place
from workflow.seats import Run


def fallen(run: Run, live: Round, target: Place) -> list[Round]:
    """The live rounds of groups that end at once: the one that goes back, and whatever was asked after the target."""
    return [one for one in seats.live(run) if one is live or _falls(run, one, target)]


def voided(run: Run, target: Place, resume: str) -> list[Round]:
    """The passed rounds that count for nothing then: the target's, and with `again` those of every later group."""
    passed = [one for one in run.rounds if one.outcome == PASSED and not (one.void or one.parent_id)]
    return [
        one
        for one in passed
        if (place := run.route.places.get(one.group))
        and (one.group == target.group.key or (resume == "again" and run.route.is_after(place, target)))
    ]


def overtaken(run: Run, live: Round, target: Place, resume: str) -> list[Round]:
    """The live rounds that end because a group before them on their track, which stays open, is asked again."""
    ended = fallen(run, live, target)
    redone = [run.route.places[one.group] for one in voided(run, target, resume)]
    redone = [one for one in redone if any(conditions.holds(p.condition, run.case.facts) for p in one.group.plans)]
    return [
        one
        for one in seats.live(run)
        if one not in ended
        and (place := run.route.places.get(one.group))
        and any(place.track == other.track and place.position > other.position for other in redone)
    ]


def goes_on(run: Run, live: Round, target: Place, resume: str) -> bool:
    """Whether the group that goes back is asked again at once: its track stays open, and nothing before it falls."""
    here = run.route.places[live.group]
    redone = [run.route.places[one.group] for one in voided(run, target, resume)]
    before = any(here.track == one.track and here.position > one.position for one in redone)
    return not run.route.falls(here, target) and not before


def _falls(run: Run, one: Round, target: Place) -> bool:
    place = run.route.places.get(one.group)
    return place is not None and run.route.falls(place, target)
