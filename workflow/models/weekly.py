"""The weekly report to leaders: one row per person and week, kept as it was written."""

from django.db import models
from django.db.models import Q

from workflow.models.people import User


class WeeklyReport(models.Model):
    """Figures of a person's own sight on the day it was written; `content` is what queries/weekly.py built."""

    person = models.ForeignKey(User, models.CASCADE, related_name="weekly_reports")
    week = models.DateField()  # its Monday
    content = models.JSONField()
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)  # until then it counts on the bell

    class Meta:
        # the bell
        indexes = [models.Index(fields=["person"], condition=Q(read_at=None), name="weekly_unread")]
        constraints = [
            # exactly once, however many schedulers run
            models.UniqueConstraint(fields=["person", "week"], name="weekly_report_once"),
        ]
