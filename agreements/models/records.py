"""Real rows behind the steps: papers with files, wish form, public notice, objections, signatures."""

import uuid

from django.db import models

from agreements.models.agreement import Agreement
from workflow.models import User


class Paper(models.Model):
    """A paper on file: type, number, file with its hash. Never deleted; withdrawn at most."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="papers")
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    type = models.CharField(max_length=32)
    number = models.CharField(max_length=80, blank=True)
    title = models.CharField(max_length=120, blank=True)
    dated_on = models.DateField(null=True, blank=True)
    file = models.FileField(upload_to="papers/%Y/%m/", max_length=200)
    original_name = models.CharField(max_length=160)
    content_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    filed_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    filed_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)


class WishForm(models.Model):
    """What the household wants, with its signature on paper."""

    agreement = models.OneToOneField(Agreement, models.CASCADE, related_name="wish_form")
    mode = models.CharField(max_length=40)
    signed_on = models.DateField()
    paper = models.ForeignKey(Paper, models.PROTECT)


class PublicNotice(models.Model):
    """公示: what was posted where, from when to when."""

    agreement = models.OneToOneField(Agreement, models.CASCADE, related_name="public_notice")
    place = models.CharField(max_length=120)
    posted_on = models.DateField()
    ends_on = models.DateField()
    paper = models.ForeignKey(Paper, models.PROTECT)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("posted_on")), name="public_notice_forward"
            ),
        ]


class Objection(models.Model):
    """An objection to a public notice; open until a reply with a document number."""

    notice = models.ForeignKey(PublicNotice, models.CASCADE, related_name="objections")
    topic = models.CharField(max_length=200)
    received_on = models.DateField()
    resolved_on = models.DateField(null=True)
    reply_no = models.CharField(max_length=80, blank=True)


class Signature(models.Model):
    """One required signature with its scan."""

    PARTIES = ("household", "origin_town", "receiving_town")

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="signatures")
    party = models.CharField(max_length=20)
    signer = models.CharField(max_length=50)
    method = models.CharField(max_length=12)  # ink, fingerprint, seal
    proxy_paper = models.ForeignKey(Paper, models.PROTECT, null=True, blank=True, related_name="+")
    signed_on = models.DateField()
    paper = models.ForeignKey(Paper, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agreement", "party"], name="signature_once")]


class Ending(models.Model):
    """Why an agreement was withdrawn, terminated, superseded or reopened, and on which document; insert-only."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="endings")
    move = models.CharField(max_length=12)
    reason = models.CharField(max_length=500, blank=True)
    document_no = models.CharField(max_length=80, blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()
