"""An operator settles what the machine must not: messages whose outcome nobody knows, and those that failed."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from notifications.models import Delivery
from workflow import audit, clock, errors
from workflow.models import User

ARRIVED, AGAIN, DROP = "arrived", "again", "drop"


def settle(delivery_id: int, *, actor: User, answer: str, now: datetime | None = None) -> None:
    """`arrived`: somebody asked, it is there; `again`: it is not, send it again; `drop`: no longer needed."""
    moment = now or clock.now()
    if answer not in (ARRIVED, AGAIN, DROP):
        raise errors.InvalidInput(field=_("Answer"), expected="arrived, again, drop")
    with transaction.atomic():
        rows = Delivery.objects.select_for_update(no_key=True)
        open_states = (Delivery.FAILED, Delivery.UNCERTAIN)
        row = rows.filter(pk=delivery_id, state__in=open_states, settled_by=None).first()
        if row is None:
            raise errors.NotFound()
        before = row.state
        if answer == AGAIN:
            row.state, row.attempts, row.started_at, row.next_try_at = Delivery.PENDING, 0, None, moment
        else:
            row.settled_by = actor
            row.state = Delivery.SENT if answer == ARRIVED else row.state
        row.save()
        facts = {"delivery": row.pk, "was": before, "answer": answer}
        audit.append_to_stream("system", "delivery.settled", moment, actor.pk, facts)
