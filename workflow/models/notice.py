"""The outbox, the ledger and the inbox in one row: who is owed which word."""

from django.db import models
from django.db.models import Q

from workflow.models.case import Case
from workflow.models.history import Event
from workflow.models.people import User
from workflow.models.step import Step


class Notice(models.Model):
    """A reminder (step and rung) or an event notice (event); the in-app inbox reads it directly, no worker needed."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="notices")
    step = models.ForeignKey(Step, models.CASCADE, null=True, related_name="notices")
    recipient = models.ForeignKey(User, models.PROTECT, related_name="notices")
    word = models.CharField(max_length=32)  # reminder, step_opened, returned, refused, on_hold, completed ...
    rung = models.SmallIntegerField(null=True)  # working days from due: -10 ... 10
    cycle = models.PositiveSmallIntegerField(default=0)  # Step.due_version at writing
    audience = models.CharField(max_length=16, blank=True)  # holder, contact_cadre, supervisor, drafter ... (rungs.py)
    number = models.PositiveIntegerField(null=True)  # of steps the word is about, where it is about several
    urgent = models.BooleanField(default=False, db_default=False)  # passes digest, cap and rest days at once
    event = models.ForeignKey(Event, models.PROTECT, null=True)
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()  # ten-second undo: outside sending waits for it
    send_after = models.DateTimeField(null=True)  # outside sending waits for its reader's hours; the inbox does not
    read_at = models.DateTimeField(null=True)
    relayed_at = models.DateTimeField(null=True)
    superseded_at = models.DateTimeField(null=True)
    superseded_why = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            # one reminder per (step, rung, recipient, cycle), whoever sweeps (D2, P9)
            models.UniqueConstraint(
                fields=["step", "rung", "recipient", "cycle"], condition=Q(word="reminder"), name="reminder_once"
            ),
            models.UniqueConstraint(
                fields=["event", "recipient", "word"], condition=Q(event__isnull=False), name="event_notice_once"
            ),
        ]
        indexes = [
            models.Index(fields=["recipient", "-created_at"], condition=Q(superseded_at=None), name="notice_inbox"),
            # the bell
            models.Index(fields=["recipient"], condition=Q(read_at=None, superseded_at=None), name="notice_unread"),
            # what the relay still owes
            models.Index(fields=["not_before"], condition=Q(relayed_at=None, superseded_at=None), name="notice_owed"),
        ]


class Heartbeat(models.Model):
    """When a piece of the machine last finished its work, in real time."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()
    detail = models.JSONField(default=dict)
