"""Several at once beside approving: return, reassign, urge, take back. Every item its own transaction, with the checks,
the rights and the key of a single click; one line per item says what became of it."""

import functools
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from workflow.commands import bulk, steps
from workflow.commands.bulk import Item, Line
from workflow.models import User


def give_back(
    items: Iterable[Item],
    *,
    actor: User,
    key: str | None = None,
    comment: str = "",
    to: str = "",
    resume: str = "with_me",
    reason_code: str = "",
    now: datetime | None = None,
) -> list[Line]:
    """Return each to a point (a group's key, `previous` or `drafter`) for one reason."""
    one = functools.partial(
        steps.decide,
        actor=actor,
        verdict=steps.RETURN,
        comment=comment,
        to=to,
        resume=resume,
        reason_code=reason_code,
        now=now,
    )
    return bulk.run(items, one, bulk.name_of(key), key, _("Returned."))


def reassign(
    items: Iterable[Item], *, actor: User, to: int, note: str = "", key: str | None = None, now: datetime | None = None
) -> list[Line]:
    """Hand each on to the same person, where they may take it."""

    def one(step_id: int, *, key: str | None, **_unused: Any) -> Any:
        return steps.reassign(step_id, actor=actor, to=to, note=note, key=key, now=now)

    return bulk.run(items, one, bulk.name_of(key), key, _("Reassigned."))


def nudge(items: Iterable[Item], *, actor: User, key: str | None = None, now: datetime | None = None) -> list[Line]:
    """Urge whoever holds each of them; once per step and day."""

    def one(step_id: int, *, key: str | None, **_unused: Any) -> Any:
        return steps.nudge(step_id, actor=actor, key=key, now=now)

    return bulk.run(items, one, bulk.name_of(key), key, _("Urged."))


def take_back(items: Iterable[Item], *, actor: User, key: str | None = None, now: datetime | None = None) -> list[Line]:
    """Take one's own decision back on each of them, where nobody after it has acted."""

    def one(step_id: int, *, key: str | None, **_unused: Any) -> Any:
        return steps.take_back(step_id, actor=actor, key=key, now=now)

    return bulk.run(items, one, bulk.name_of(key), key, _("Taken back: the step is yours again."))
