"""Sending outside: one row per (notice, channel), a state before it is a task; and who wants which channel."""

from django.db import models
from django.db.models import Q

from workflow.models import Notice, User


class Delivery(models.Model):
    """One attempt to bring one word to a person by one channel. Claimed is not sent (promise D5)."""

    PENDING, CLAIMED, SENT = "pending", "claimed", "sent"
    FAILED, UNCERTAIN, SUPERSEDED = "failed", "uncertain", "superseded"

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=20)
    state = models.CharField(max_length=12, default=PENDING)
    lease_until = models.DateTimeField(null=True)
    fence = models.BigIntegerField(default=0)  # boot id + counter of the claimant; "sent" is written under it only
    started_at = models.DateTimeField(null=True)  # the channel was called: from here on a death leaves it uncertain
    next_try_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            # two relays at once owe one delivery
            models.UniqueConstraint(fields=["notice", "channel"], name="delivery_once"),
        ]
        indexes = [
            # what the deliverer has to look at
            models.Index(fields=["next_try_at"], condition=Q(state="pending"), name="delivery_pending"),
            models.Index(fields=["lease_until"], condition=Q(state="claimed"), name="delivery_claimed"),
            # what an operator has to look at
            models.Index(fields=["state"], condition=Q(state__in=("failed", "uncertain")), name="delivery_trouble"),
        ]


class Preference(models.Model):
    """Whether a person wants a channel; without a row the channel is on when it can reach them."""

    user = models.ForeignKey(User, models.CASCADE, related_name="channel_preferences")
    channel = models.CharField(max_length=20)
    enabled = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "channel"], name="preference_once")]
