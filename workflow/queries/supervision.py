"""Supervision orders in a reader's sight, and what they may do with each. Never writes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from workflow import calendars, errors, policies, reach
from workflow.models import Notice, Supervision, User
from workflow.policies import Authority
from workflow.queries import words


@dataclass(frozen=True)
class Line:
    """One order as a page shows it."""

    order: Supervision
    light: str
    left: int
    addressed: bool  # the reader has the step, or had it when the order came
    leads: bool  # the reader may close it

    @property
    def can_acknowledge(self) -> bool:
        """Not yet received by anybody."""
        return self.addressed and self.order.stage == "issued"

    @property
    def can_answer(self) -> bool:
        """Still open."""
        return self.addressed and self.order.stage != "closed"

    @property
    def can_close(self) -> bool:
        """Still open."""
        return self.leads and self.order.stage != "closed"


def visible(user: User, authorities: Iterable[Authority], today: date) -> QuerySet[Supervision]:
    """Orders about cases in sight, open ones by date first."""
    rows = Supervision.objects.filter(case__in=policies.seen_by(user, authorities, today))
    related = ("case", "step__unit", "unit", "issuer", "issuer_for", "received_by", "answered_by", "closed_by")
    return rows.select_related(*related).order_by("-closed_at", "due", "id")


def lines(user: User, authorities: list[Authority], orders: Iterable[Supervision], today: date) -> list[Line]:
    """Orders with their lights and what the reader may do."""
    orders = list(orders)
    told = Notice.objects.filter(step__in=[o.step_id for o in orders], word="supervised", recipient=user)
    mine = set(told.values_list("step", flat=True))
    return [_line(order, user, authorities, order.step_id in mine, today) for order in orders]


def _line(order: Supervision, user: User, authorities: list[Authority], told: bool, today: date) -> Line:
    left = words.days_left(order.due, today, calendars.of_schedule(order.case.schedule_id))
    covers = policies.authority_for(authorities, order.step) is not None
    leads = reach.leads(authorities, order.step, order.case) is not None or order.issuer_id == user.pk
    light = "green" if order.stage in ("answered", "closed") else words.light(left, held=False)
    return Line(order, light, left, told or (covers and order.step.state == "open"), leads)


def one(user: User, authorities: list[Authority], pk: int, today: date) -> Line:
    """One order in sight, or NotFound."""
    order = visible(user, authorities, today).filter(pk=pk).first()
    if order is None:
        raise errors.NotFound()
    return lines(user, authorities, [order], today)[0]
