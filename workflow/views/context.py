"""What every page needs: the bell, the queue's count, the reader's roles, and whether the engine still sweeps."""

from typing import Any, NamedTuple

from django.http import HttpRequest

from workflow import calendars, clock, policies, statements
from workflow.queries import inbox, queue, routes, staff, weekly
from workflow.views.access import authorities_of

STALLED_SECONDS = 180
SHEETS = ("drawer", "work")  # answers for these have no frame around them
LEADERS = ("vice_leader", "chair", "county_officer", "town_reviewer", "supervisor_monitor", "auditor")
AUDITORS = ("auditor", "audit_admin", "county_officer")
OPERATORS = ("system_admin", "county_officer")


class Can(NamedTuple):
    """Which entries the reader's roles give the frame; what they lead to asks again."""

    lead: bool
    audit: bool
    operate: bool
    staff: bool
    draft: bool
    routes: bool
    households: bool
    weekly: bool  # one of those who are written a report; a substitute is not


def desk(request: HttpRequest) -> dict[str, Any]:
    """Context of the frame; empty for those not signed in."""
    user: Any = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    authorities = authorities_of(request)
    if request.headers.get("HX-Target") in SHEETS:
        return {"desk_authorities": authorities}
    today = clock.today()
    roles = {authority.role for authority in authorities}
    return {
        "desk_today": today,
        "desk_authorities": authorities,
        "desk_unread": inbox.unread_count(user, now=clock.now()),
        "desk_counts": queue.counts(user, authorities, today),
        "desk_stalled": stalled(),
        "desk_uncovered": calendars.uncovered(today),
        "desk_can": Can(
            lead=bool(roles & set(LEADERS)),
            audit=bool(roles & set(AUDITORS)),
            operate=bool(roles & set(OPERATORS)),
            staff=bool(roles & set(staff.SEEN_BY)),
            draft="clerk" in roles,
            routes=bool(roles & set(routes.READERS)),
            households=bool(roles - policies.NO_SIGHT),
            weekly=any(one.role in weekly.LEADERS and one.lender is None for one in authorities),
        ),
    }


def stalled() -> bool:
    """Promise P14: no sweep for 180 seconds is shown on every page."""
    beat = statements.row("SELECT at FROM workflow_heartbeat WHERE name = %(name)s", {"name": "sweep"})
    return beat is None or (clock.now() - beat[0]).total_seconds() > STALLED_SECONDS
