"""Sending outside: bundles of words to a person, one delivery per channel, and what each person wants."""

from datetime import time

from django.db import models
from django.db.models import Q

from workflow.models import Notice, User, WeeklyReport


class Bundle(models.Model):
    """What one person is sent at one time: some words at once, or the one digest of a day (promise P9)."""

    AT_ONCE, DIGEST, REPORT, TEST = "at_once", "digest", "report", "test"

    recipient = models.ForeignKey(User, models.CASCADE, related_name="bundles")
    day = models.DateField()  # Asia/Shanghai; the daily cap counts it
    kind = models.CharField(max_length=8)
    urgent = models.BooleanField(default=False)  # a later try need not wait for the morning
    report = models.OneToOneField(WeeklyReport, models.CASCADE, null=True, related_name="bundle")  # sent once
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            # two relays at once: one digest per person and day
            models.UniqueConstraint(fields=["recipient", "day"], condition=Q(kind="digest"), name="digest_once"),
        ]
        # the daily cap
        indexes = [models.Index(fields=["recipient", "day"], name="bundle_day")]


class BundleItem(models.Model):
    """A word in a bundle; each word travels in one bundle only."""

    bundle = models.ForeignKey(Bundle, models.CASCADE, related_name="items")
    notice = models.OneToOneField(Notice, models.CASCADE, related_name="bundled")


class Delivery(models.Model):
    """One attempt to bring one bundle to a person by one channel. Claimed is not sent (promise D5)."""

    PENDING, CLAIMED, SENT = "pending", "claimed", "sent"
    FAILED, UNCERTAIN, SUPERSEDED = "failed", "uncertain", "superseded"

    bundle = models.ForeignKey(Bundle, models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=20)
    state = models.CharField(max_length=12, default=PENDING)
    lease_until = models.DateTimeField(null=True)
    fence = models.BigIntegerField(default=0)  # boot id + counter of the claimant; "sent" is written under it only
    started_at = models.DateTimeField(null=True)  # the channel was called: from here on a death leaves it uncertain
    next_try_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")  # an operator's answer
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            # two relays at once owe one delivery
            models.UniqueConstraint(fields=["bundle", "channel"], name="delivery_once"),
        ]
        indexes = [
            # what the deliverer has to look at
            models.Index(fields=["next_try_at"], condition=Q(state="pending"), name="delivery_pending"),
            models.Index(fields=["lease_until"], condition=Q(state="claimed"), name="delivery_claimed"),
            # what an operator has to look at
            models.Index(fields=["state"], condition=Q(state__in=("failed", "uncertain")), name="delivery_trouble"),
        ]


class Preference(models.Model):
    """Whether a person wants a channel for a kind of word; without a row: yes, where it can reach them."""

    user = models.ForeignKey(User, models.CASCADE, related_name="channel_preferences")
    channel = models.CharField(max_length=20)
    event = models.CharField(max_length=12, blank=True)  # a key of events.EVENTS; blank: the whole channel
    enabled = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "channel", "event"], name="preference_once")]


class Address(models.Model):
    """Where a channel finds a person: a member id of a chat, or an office telephone for SMS. Shown masked."""

    user = models.ForeignKey(User, models.CASCADE, related_name="addresses")
    channel = models.CharField(max_length=20)
    address = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "channel"], name="address_once")]


class Habits(models.Model):
    """When a person may be written to; without a row these defaults."""

    user = models.OneToOneField(User, models.CASCADE, related_name="habits")
    quiet_from = models.TimeField(default=time(20, 0))
    quiet_until = models.TimeField(default=time(8, 0))
    digest_at = models.TimeField(default=time(8, 30))
    rest_days = models.BooleanField(default=False)  # also on days off
    night_urgent = models.BooleanField(default=False)  # urgent words even in the quiet hours
