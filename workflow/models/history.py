"""What cannot be changed: decisions and events (the database refuses UPDATE and DELETE), and receipts."""

from django.db import models

from workflow.models.case import Case
from workflow.models.people import User
from workflow.models.step import Step


class Decision(models.Model):
    """One final per step, insert-only: who, for whom, what, having seen which content."""

    step = models.OneToOneField(Step, models.PROTECT, related_name="decision")
    case = models.ForeignKey(Case, models.PROTECT, related_name="decisions")
    actor = models.ForeignKey(User, models.PROTECT, related_name="decisions")
    on_behalf_of = models.ForeignKey(User, models.PROTECT, null=True, related_name="decisions_lent")
    verdict = models.CharField(max_length=12)  # approve, return, refuse
    comment = models.TextField(blank=True)
    document_no = models.CharField(max_length=80, blank=True)
    seen = models.JSONField(default=dict)  # {aspect: sha256} of what was approved
    at = models.DateTimeField()
    digest = models.CharField(max_length=64)  # of this row's canonical text; repeated in its event

    class Meta:
        indexes = [models.Index(fields=["actor", "-at"], name="decision_actor")]


class Opinion(models.Model):
    """The answer of someone a step was delegated to (委派): insert-only, seen by the decider, never a Decision."""

    step = models.OneToOneField(Step, models.PROTECT, related_name="opinion")
    case = models.ForeignKey(Case, models.PROTECT, related_name="opinions")
    actor = models.ForeignKey(User, models.PROTECT, related_name="opinions")
    on_behalf_of = models.ForeignKey(User, models.PROTECT, null=True, related_name="opinions_lent")
    leaning = models.CharField(max_length=12)  # agree, doubt, against
    text = models.TextField()
    at = models.DateTimeField()
    digest = models.CharField(max_length=64)  # of this row's canonical text; repeated in its event


class Event(models.Model):
    """Append-only. `body` is the canonical text that is hashed; ids, enums, amounts and dates only, never names."""

    stream = models.CharField(max_length=60, db_collation="C")  # case:7, unit:3, route:2, system
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=40)
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="+")
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    on_behalf_of = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    body = models.TextField()
    previous = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "sequence"], name="event_sequence_once")]
        indexes = [
            models.Index(fields=["actor", "-at"], name="event_actor"),
            models.Index(fields=["-at"], name="event_at"),
        ]


class StreamHead(models.Model):
    """Head of a chain that is not a case's (a unit, a route, the system)."""

    stream = models.CharField(max_length=60, primary_key=True, db_collation="C")
    events = models.PositiveIntegerField(default=0)
    head = models.CharField(max_length=64, blank=True)


class Receipt(models.Model):
    """Idempotency: the same key with the same body gives the same answer, with another body it is refused."""

    user = models.ForeignKey(User, models.PROTECT)
    key = models.CharField(max_length=80)
    verb = models.CharField(max_length=40)
    body_hash = models.CharField(max_length=64)
    outcome = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="receipt_once")]
