"""What a person finds at the desk: their saved views and phrases, and those shared with a role they hold."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from workflow.models import Phrase, SavedView, User
from workflow.policies import Authority

SHOWN = 12  # chips beside a list; the rest stands on the page that manages them


@dataclass(frozen=True)
class Kept:
    """Something kept, and whether this reader may remove it."""

    id: int
    text: str
    query: str
    mine: bool
    role: str


def views(user: User, authorities: Iterable[Authority]) -> list[Kept]:
    """Saved views, own ones first."""
    return [_kept(user, one, one.name, one.query) for one in _visible(SavedView, user, authorities)]


def phrases(user: User, authorities: Iterable[Authority]) -> list[Kept]:
    """Phrases, own ones first."""
    return [_kept(user, one, one.text, "") for one in _visible(Phrase, user, authorities)]


def chips(user: User, authorities: Iterable[Authority]) -> list[str]:
    """The phrases offered beside a comment; without any kept, four to begin with."""
    kept = [one.text for one in phrases(user, authorities)][:SHOWN]
    return kept or [
        _("Agreed."),
        _("Please complete the papers."),
        _("Please check the area."),
        _("Please check the amount."),
    ]


def _visible(kind: Any, user: User, authorities: Iterable[Authority]) -> list[Any]:
    found: QuerySet[Any] = kind.objects.filter(Q(owner=user) | _shared(authorities)).order_by("id")[:80]
    return sorted(found, key=lambda one: one.owner_id != user.pk)


def _shared(authorities: Iterable[Authority]) -> Q:
    """Shared with a role this reader holds, in a division that contains theirs."""
    shared = Q(pk__in=[])
    for one in authorities:
        around = [one.division[:size] for size in range(2, len(one.division) + 1)]
        shared |= Q(role=one.role, division__in=around)
    return shared


def _kept(user: User, row: Any, text: str, query: str) -> Kept:
    return Kept(row.pk, text, query, row.owner_id == user.pk, row.role)
