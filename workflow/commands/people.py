"""People: lending a posting for a period (代理) and taking it back. A substitution never widens what was posted."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from workflow import audit, candidates, clock, errors, policies
from workflow.commands import accounts, claims
from workflow.models import Posting, Substitution, User

LONGEST = timedelta(days=366)  # a loan is for an absence; a longer one is another posting


def lend(
    posting_id: int,
    *,
    actor: User,
    substitute: User,
    until: date,
    valid_from: date | None = None,
    reason: str = "",
    now: datetime | None = None,
) -> Substitution:
    """Lend one of the actor's own postings until a date (inclusive); both names stand in history from then on."""
    moment = now or clock.now()
    today = clock.date_of(moment)
    start = valid_from or today
    posting = Posting.objects.filter(policies.valid_on(today), pk=posting_id, user=actor).select_related("unit").first()
    if posting is None:
        raise errors.NotFound()
    if start < today or until < start:
        expected = _("a day not before the first one, and the first not in the past")
        raise errors.InvalidInput(field=_("Until"), expected=expected, at="until")
    if until > start + LONGEST:
        told = {"day": (start + LONGEST).isoformat()}
        expected = _("at most a year, so %(day)s at the latest; lend it again then") % told
        raise errors.InvalidInput(field=_("Until"), expected=expected, at="until")
    if substitute.pk == actor.pk or not substitute.is_active:
        raise errors.InvalidInput(field=_("To"), expected=_("another person whose account is active"), at="substitute")
    accounts.ensure_apart(substitute, posting.role, start, until)
    candidates.ensure_may_stand_in(substitute, posting, today)
    with transaction.atomic():
        lent = Substitution.objects.create(
            posting=posting,
            substitute=substitute,
            valid_from=start,
            valid_until=until,
            reason=reason,
            created_at=moment,
        )
        facts = {"posting": posting.pk, "substitute": substitute.pk, "from": str(start), "until": str(until)}
        audit.append_to_stream(f"unit:{posting.unit_id}", "posting.lent", moment, actor.pk, facts)
    return lent


def revoke(substitution_id: int, *, actor: User, now: datetime | None = None) -> None:
    """Take a lent posting back; works from the substitute's very next request on."""
    moment = now or clock.now()
    with transaction.atomic():
        lent = (
            Substitution.objects.select_for_update(no_key=True)
            .filter(pk=substitution_id, posting__user=actor, revoked_at=None)
            .first()
        )
        if lent is None:
            raise errors.NotFound()
        lent.revoked_at = moment
        lent.save(update_fields=["revoked_at"])
        unit_id = Posting.objects.values_list("unit_id", flat=True).get(pk=lent.posting_id)
        facts = {"substitution": lent.pk}
        audit.append_to_stream(f"unit:{unit_id}", "posting.returned", moment, actor.pk, facts)
    claims.end_lapsed(moment, holder=lent.substitute)
