"""Who looked at a case, and when history was checked: both append-only, for the auditor years later."""

from django.db import models

from workflow.models.case import Case
from workflow.models.people import User


class Look(models.Model):
    """A person was shown a case, opened a paper of it, or took it away in an export. Written by a POST: a GET writes
    nothing."""

    PAGE, DRAWER, PRINT, EXPORT, PAPER = "page", "drawer", "print", "export", "paper"

    case = models.ForeignKey(Case, models.PROTECT, related_name="looks")
    user = models.ForeignKey(User, models.PROTECT, related_name="looks")
    what = models.CharField(max_length=12)
    detail = models.CharField(max_length=40, blank=True, db_default="")  # of a paper: its identity
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["case", "-at"], name="look_case"),  # who looked at this family
            models.Index(fields=["user", "-at"], name="look_user"),  # what this person looked at
        ]


class Verification(models.Model):
    """One walk over all chains and anchors: was history intact then."""

    at = models.DateTimeField()
    ok = models.BooleanField()
    checked = models.PositiveBigIntegerField()  # events
    first_bad = models.CharField(max_length=120, blank=True)
    why = models.CharField(max_length=200, blank=True)
    root = models.CharField(max_length=64, blank=True)  # of the anchor written then, empty when none was due
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")  # none: the nightly run

    class Meta:
        indexes = [models.Index(fields=["-at"], name="verification_at")]
