"""Keeping what is typed into a draft's form, and dropping it once it has been saved or thrown away."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from agreements import authority
from agreements.models import Agreement, TypedDraft
from agreements.queries import page
from workflow import clock, errors, policies
from workflow.models import User

LONGEST = 40_000  # characters of a whole form


def keep(case: Agreement, fields: Mapping[str, Any], *, actor: User, now: datetime | None = None) -> datetime:
    """Keep a form as typed so far (one per person and agreement); returns when. Checks nothing but who and how much."""
    moment = now or clock.now()
    authority.ensure(case, "content", policies.postings_of(actor, clock.date_of(moment)), page.cadres_of(case))
    if sum(len(str(value)) for value in fields.values()) > LONGEST:
        raise errors.InvalidInput(field=_("What was typed"), expected=_("at most %(n)s characters") % {"n": LONGEST})
    clean = {name: value.replace("\x00", "") if isinstance(value, str) else value for name, value in fields.items()}
    TypedDraft.objects.update_or_create(agreement=case, user=actor, defaults={"fields": clean, "at": moment})
    return moment


def drop(case: Agreement, *, actor: User) -> None:
    """Forget it: saved, or not wanted any more."""
    TypedDraft.objects.filter(agreement=case, user=actor).delete()
