"""The desk's own things: saved views and phrases, and the record that a list was exported. Never a case."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from workflow import clock, errors, policies
from workflow.models import Phrase, SavedView, User

MOST = 40  # views, and phrases, that one person keeps


def save_view(
    *, actor: User, name: str, query: str, posting: int | None = None, now: datetime | None = None
) -> SavedView:
    """Keep an address's query (checked by the caller) under a name; the same name again replaces it.

    `posting`: share it with the role of this own posting, in its division.
    """
    shared = _shared(actor, posting, now or clock.now())
    found = SavedView.objects.filter(owner=actor, name=_line(name, 24, "name")).first()
    _room(SavedView, actor, found)
    kept = found or SavedView(owner=actor, name=_line(name, 24, "name"))
    return _kept(kept, query=query[:500], **shared)


def drop_view(view_id: int, *, actor: User) -> None:
    """Remove one of one's own views."""
    if not SavedView.objects.filter(pk=view_id, owner=actor).delete()[0]:
        raise errors.NotFound()


def save_phrase(*, actor: User, text: str, posting: int | None = None, now: datetime | None = None) -> Phrase:
    """Keep a phrase for comments. `posting`: share with its role. A phrase is one line of plain text."""
    shared = _shared(actor, posting, now or clock.now())
    found = Phrase.objects.filter(owner=actor, text=_line(text, 80, "text")).first()
    _room(Phrase, actor, found)
    return _kept(found or Phrase(owner=actor, text=_line(text, 80, "text")), **shared)


def drop_phrase(phrase_id: int, *, actor: User) -> None:
    """Remove one of one's own phrases."""
    if not Phrase.objects.filter(pk=phrase_id, owner=actor).delete()[0]:
        raise errors.NotFound()


def _line(raw: str, size: int, at: str) -> str:
    line = " ".join(raw.replace("\x00", " ").split())
    if not line or len(line) > size:
        raise errors.TextNeeded(size=size, at=at)
    return line


def _shared(actor: User, posting: int | None, now: datetime) -> dict[str, Any]:
    if posting is None:
        return {"role": "", "division": "", "created_at": now}
    for one in policies.postings_of(actor, clock.date_of(now)):
        if one.posting_id == posting and one.lender is None:
            return {"role": one.role, "division": one.division, "created_at": now}
    raise errors.NotFound()


def _room(kind: Any, actor: User, found: Any) -> None:
    if found is None and kind.objects.filter(owner=actor).count() >= MOST:
        raise errors.DeskFull(most=MOST)


def _kept(row: Any, **values: Any) -> Any:
    for name, value in values.items():
        setattr(row, name, value)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as trouble:  # the same name from two tabs at once: the other one is kept
        raise errors.NotFound() from trouble
    return row
