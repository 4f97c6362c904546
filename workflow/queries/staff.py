"""Units, the people posted in them, and who stands in for whom: the organisation page."""

from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Q, QuerySet

from workflow import policies
from workflow.models import Posting, Role, SignIn, Step, Substitution, Unit, User

SEEN_BY = (Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.AUDITOR, Role.COUNTY_OFFICER)
MANY = 400


@dataclass(frozen=True)
class Branch:
    """One unit of the tree: how deep it stands, and how many posts are filled in it."""

    unit: Unit
    depth: int
    posts: int


@dataclass(frozen=True)
class Person:
    """An account as its administrator sees it."""

    user: User
    postings: list[Posting]
    held: int  # open steps claimed by or assigned to this person
    last_sign_in: SignIn | None


def _reach(authorities: list[policies.Authority]) -> list[str]:
    return [a.division for a in authorities if a.role in SEEN_BY]


def units(authorities: list[policies.Authority]) -> QuerySet[Unit]:
    """The units of the reader's divisions."""
    parts = [policies.prefix_range("code", division) for division in _reach(authorities)]
    return Unit.objects.filter(reduce(or_, parts, Q(pk__in=[]))).order_by("code")


def tree(authorities: list[policies.Authority], today: date, search: str = "") -> list[Branch]:
    """Units in order of code, with their depth; a search keeps those whose name or code contains it."""
    found = units(authorities)
    if search:
        found = found.filter(Q(name__icontains=search) | Q(code__startswith=search))
    counted = found.annotate(filled=Count("postings", filter=policies.valid_on(today, "postings__")))
    rows = list(counted[:MANY])
    top = min((len(unit.division) for unit in rows), default=0)
    levels = sorted({len(unit.division) for unit in rows})
    return [
        Branch(u, levels.index(len(u.division)) + ("." in u.code), u.filled) for u in rows if len(u.division) >= top
    ]


def posts(unit: Unit, today: date) -> list[Posting]:
    """Who holds which post in this unit, ended and coming ones included, the valid ones first."""
    found = list(Posting.objects.filter(unit=unit).select_related("user", "unit").order_by("role", "valid_from"))
    return sorted(found, key=lambda one: not _valid(one, today))


def _valid(posting: Posting, today: date) -> bool:
    return posting.valid_from <= today and (posting.valid_until is None or posting.valid_until >= today)


def lent(unit: Unit, today: date) -> list[Substitution]:
    """Posts of this unit that are lent today or will be."""
    rows = Substitution.objects.filter(posting__unit=unit, revoked_at=None, valid_until__gte=today)
    return list(rows.select_related("posting__user", "substitute").order_by("valid_from"))


def people(authorities: list[policies.Authority], search: str) -> list[User]:
    """Accounts with a post in the reader's divisions, or with none yet; by name."""
    inside = Posting.objects.filter(unit__in=units(authorities)).values("user")
    found = User.objects.filter(Q(pk__in=inside) | Q(postings=None))
    if search:
        found = found.filter(Q(full_name__icontains=search) | Q(username__icontains=search))
    return list(found.distinct().order_by("full_name", "pk")[:MANY])


def person(authorities: list[policies.Authority], user_id: int) -> Person | None:
    """One account in the reader's reach."""
    inside: Any = Posting.objects.filter(unit__in=units(authorities)).values("user")
    user = User.objects.filter(Q(pk__in=inside) | Q(postings=None), pk=user_id).first()
    if user is None:
        return None
    held = Posting.objects.filter(user=user).select_related("unit", "user").order_by("-valid_from")
    return Person(
        user=user,
        postings=list(held),
        held=Step.objects.filter(holder=user, state="open").count(),
        last_sign_in=SignIn.objects.filter(user=user).order_by("-at").first(),
    )
