"""What is left to do on a new installation, for the security administrator who begins it; nothing once all is done."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models.functions import Length
from django.utils.translation import gettext as _

from workflow import policies
from workflow.models import Posting, Role, Route, Unit, User

ADMINISTRATORS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
TOWN = 9  # digits of a town's code: the set-up made those; what is below them is still to be added


@dataclass(frozen=True)
class ToDo:
    """One line of the list: what, whether it is done, the page that does it, or the command where there is no page."""

    what: str
    done: bool
    page: str = ""  # name of an address
    command: str = ""


# how the subject brings in its cases: division -> its line; set at start
SUBJECT: list[Callable[[str], ToDo]] = []


def to_do(authorities: Iterable[policies.Authority], today: date) -> list[ToDo]:
    """In the order in which it is done; empty for everybody else, and when nothing is left."""
    mine = [one.division for one in authorities if one.role == Role.SECURITY_ADMIN]
    if not mine:
        return []
    county = min(mine, key=len)
    units = policies.prefix_range("code", county)
    below = Unit.objects.alias(size=Length("code")).filter(units, size__gt=TOWN)
    people = User.objects.exclude(postings__role__in=ADMINISTRATORS)
    posted = Posting.objects.filter(policies.valid_on(today), policies.prefix_range("unit__code", county))
    routes = Route.objects.filter(policies.prefix_range("unit__code", county), status=Route.PUBLISHED)
    found = [
        ToDo(_("Add the villages, groups and offices"), below.exists(), page="units"),
        ToDo(_("Add the people"), people.exists(), page="people"),
        ToDo(_("Give them their posts"), posted.exclude(role__in=ADMINISTRATORS).exists(), page="units"),
        *(line(county) for line in SUBJECT),
        ToDo(_("Route keeper: check the steps and their days against your county's documents"), routes.exists()),
    ]
    return [] if all(one.done for one in found) else found
