"""Looks and exports: who was shown a family, and who carried which rows out of the house."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from workflow import audit, clock, errors
from workflow.models import Case, Look, User

WHATS = (Look.PAGE, Look.DRAWER, Look.PRINT)


def looked(case: Case, what: str, *, actor: User, now: datetime | None = None) -> None:
    """Record that the actor was shown this case (policies have already said they may see it)."""
    if what not in WHATS:
        raise errors.InvalidInput(field=_("What"), expected=", ".join(WHATS))
    Look.objects.create(case=case, user=actor, what=what, at=now or clock.now())


def opened(case: Case, paper: str, *, actor: User, now: datetime | None = None) -> None:
    """Record that the actor opened a paper of this case; `paper`: its identity."""
    Look.objects.create(case=case, user=actor, what=Look.PAPER, detail=paper, at=now or clock.now())


def exported(case_ids: Iterable[int], what: str, *, actor: User, now: datetime | None = None, **facts: Any) -> None:
    """Record an export: a look for every case in it, and one event (what it was, how many rows, which filter)."""
    moment, ids = now or clock.now(), sorted(set(case_ids))
    with transaction.atomic():
        Look.objects.bulk_create(
            [Look(case_id=pk, user=actor, what=Look.EXPORT, at=moment) for pk in ids], batch_size=2000
        )
        body = {"what": what, "cases": len(ids), **facts}
        audit.append_to_stream("system", "data.exported", moment, actor.pk, body)
