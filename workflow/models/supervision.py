"""Supervision orders (督办单): a leader's numbered demand on a step, with a deadline, a receipt and an answer."""

from django.db import models
from django.db.models import Q

from workflow.models.case import Case
from workflow.models.people import Unit, User
from workflow.models.step import Step


class Supervision(models.Model):
    """One order. Its way: issued, received, answered, closed; the order never decides anything itself."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")  # of the issuing post: numbers count per year
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    case = models.ForeignKey(Case, models.PROTECT, related_name="supervisions")
    step = models.ForeignKey(Step, models.PROTECT, related_name="supervisions")
    sequence = models.PositiveIntegerField(default=0)  # of its event in the case's chain: its reminders hang on that
    issuer = models.ForeignKey(User, models.PROTECT, related_name="+")
    issuer_for = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    demand = models.CharField(max_length=500)
    due = models.DateField()
    issued_at = models.DateTimeField()
    received_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=500, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "year", "number"], name="supervision_number_once"),
            # a second order on the same step waits until the first is closed
            models.UniqueConstraint(fields=["step"], condition=Q(closed_at=None), name="supervision_one_open"),
        ]
        indexes = [models.Index(fields=["due"], condition=Q(closed_at=None), name="supervision_open_due")]

    def __str__(self) -> str:
        return f"督办〔{self.year}〕{self.number}号"

    @property
    def stage(self) -> str:
        """issued, received, answered or closed."""
        if self.closed_at:
            return "closed"
        return "answered" if self.answered_at else "received" if self.received_at else "issued"
