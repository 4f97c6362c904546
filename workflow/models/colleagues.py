"""What colleagues do around a case: urge its holder, copy it to somebody; and what the hourly check found."""

from django.db import models
from django.db.models import Q

from workflow.models.case import Case
from workflow.models.people import User
from workflow.models.step import Step


class Nudge(models.Model):
    """Somebody urged the holder of a step (催办); once per step and day, whoever it is."""

    step = models.ForeignKey(Step, models.CASCADE, related_name="nudges")
    day = models.DateField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        # two leaders at once: the database names the winner, the loser reads who it was
        constraints = [models.UniqueConstraint(fields=["step", "day"], name="nudge_once_a_day")]


class Copy(models.Model):
    """A case copied to a colleague (抄送) and when they read it (已阅); the sight itself is their Participant row."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="copied_to")
    user = models.ForeignKey(User, models.PROTECT, related_name="copies")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    note = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "user"], name="copy_once")]
        indexes = [
            models.Index(fields=["user", "-id"], condition=Q(read_at=None), name="copy_unread"),  # the tab's head
            models.Index(fields=["user", "-id"], name="copy_of_user"),
        ]


class Finding(models.Model):
    """One thing the hourly check found wrong, until a later check no longer finds it."""

    code = models.CharField(max_length=40)  # rules/invariants.py
    case = models.ForeignKey(Case, models.CASCADE, null=True, related_name="findings")
    step = models.ForeignKey(Step, models.CASCADE, null=True, related_name="findings")
    detail = models.JSONField(default=dict)  # ids and enums; names are looked up when shown
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # two checks at once write one row
            models.UniqueConstraint(
                fields=["code", "case", "step"], condition=Q(gone_at=None), nulls_distinct=False, name="finding_once"
            ),
        ]
