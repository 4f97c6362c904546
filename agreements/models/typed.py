"""What somebody has typed into a draft's form and not saved yet: kept on the server, seen by that person only."""

from django.db import models

from agreements.models.agreement import Agreement
from workflow.models import User


class TypedDraft(models.Model):
    """One person's unsaved form of one agreement. It counts for nothing until it is saved as the draft."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="typed")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    fields = models.JSONField(default=dict)  # field name: text, or a list of ids for members
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agreement", "user"], name="typed_draft_once")]
