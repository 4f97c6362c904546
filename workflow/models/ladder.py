"""The ladder of reminders of a route, as versioned rows of its own: a changed ladder needs no migration of cases."""

from django.db import models
from django.db.models import Q

from workflow.models.people import Unit, User


class Ladder(models.Model):
    """Which rungs an open step of the routes of (kind, mode, unit) climbs; mode "" stands for every mode there.

    Rungs: {severity: [[working days from due, [audiences], urgent], ...]}, see rules/rungs.py. Where no row fits, the
    default ladder of the rules applies. A version is never changed: a new one takes its place.
    """

    kind = models.CharField(max_length=60)
    mode = models.CharField(max_length=40, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    current = models.BooleanField(default=True)
    rungs = models.JSONField()
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "mode", "unit", "version"], name="ladder_version_once"),
            # two people saving at once: one ladder is in force
            models.UniqueConstraint(
                fields=["kind", "mode", "unit"], condition=Q(current=True), name="ladder_one_current"
            ),
        ]
