"""Messages outside: bundles of words, their deliveries, and what a person wants, as three migrations had left them.

A database that has all of them goes on as if it had this one; one that has only some is refused (config/lineage.py).
"""

import datetime

from django.db import migrations, models
from django.db.migrations import CreateModel

from workflow.migrations.tables.fields import PERSON, CreateTables, one_to_one, row, to

TABLES = [
    CreateModel(
        "Delivery",
        [
            row(),
            ("channel", models.CharField(max_length=20)),
            ("state", models.CharField(max_length=12, default="pending")),
            ("lease_until", models.DateTimeField(null=True)),
            ("fence", models.BigIntegerField(default=0)),
            ("started_at", models.DateTimeField(null=True)),
            ("next_try_at", models.DateTimeField()),
            ("attempts", models.PositiveSmallIntegerField(default=0)),
            ("last_error", models.CharField(max_length=300, blank=True)),
            ("sent_at", models.DateTimeField(null=True)),
            ("created_at", models.DateTimeField()),
            ("bundle", to("notifications.bundle", "deliveries", on_delete=models.CASCADE)),
            ("settled_by", to(PERSON, "+", null=True)),
        ],
        options={
            "indexes": [
                models.Index(condition=models.Q(("state", "pending")), fields=["next_try_at"], name="delivery_pending"),
                models.Index(condition=models.Q(("state", "claimed")), fields=["lease_until"], name="delivery_claimed"),
                models.Index(
                    condition=models.Q(("state__in", ("failed", "uncertain"))),
                    fields=["state"],
                    name="delivery_trouble",
                ),
            ],
            "constraints": [models.UniqueConstraint(fields=("bundle", "channel"), name="delivery_once")],
        },
    ),
    CreateModel(
        "Preference",
        [
            row(),
            ("channel", models.CharField(max_length=20)),
            ("enabled", models.BooleanField(default=True)),
            ("user", to(PERSON, "channel_preferences", on_delete=models.CASCADE)),
            ("event", models.CharField(max_length=12, blank=True)),
        ],
        options={"constraints": [models.UniqueConstraint(fields=("user", "channel", "event"), name="preference_once")]},
    ),
    CreateModel(
        "Bundle",
        [
            row(),
            ("recipient", to(PERSON, "bundles", on_delete=models.CASCADE)),
            ("day", models.DateField()),
            ("kind", models.CharField(max_length=8)),
            ("urgent", models.BooleanField(default=False)),
            ("created_at", models.DateTimeField()),
            ("report", one_to_one("workflow.weeklyreport", "bundle", on_delete=models.CASCADE, null=True)),
        ],
        options={
            "indexes": [models.Index(fields=["recipient", "day"], name="bundle_day")],
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("kind", "digest")), fields=("recipient", "day"), name="digest_once"
                )
            ],
        },
    ),
    CreateModel(
        "BundleItem",
        [
            row(),
            ("bundle", to("notifications.bundle", "items", on_delete=models.CASCADE)),
            ("notice", one_to_one("workflow.notice", "bundled", on_delete=models.CASCADE)),
        ],
    ),
    CreateModel(
        "Address",
        [
            row(),
            ("user", to(PERSON, "addresses", on_delete=models.CASCADE)),
            ("channel", models.CharField(max_length=20)),
            ("address", models.CharField(max_length=80)),
        ],
        options={"constraints": [models.UniqueConstraint(fields=("user", "channel"), name="address_once")]},
    ),
    CreateModel(
        "Habits",
        [
            row(),
            ("user", one_to_one(PERSON, "habits", on_delete=models.CASCADE)),
            ("quiet_from", models.TimeField(default=datetime.time(20, 0))),
            ("quiet_until", models.TimeField(default=datetime.time(8, 0))),
            ("digest_at", models.TimeField(default=datetime.time(8, 30))),
            ("rest_days", models.BooleanField(default=False)),
            ("night_urgent", models.BooleanField(default=False)),
        ],
    ),
]


class Migration(migrations.Migration):
    """Messages are about the engine's notices."""

    initial = True
    dependencies = [("workflow", "0001_squashed_0022")]
    replaces = [("notifications", name) for name in ("0001_initial", "0002_bundles", "0003_report")]
    operations = [CreateTables(TABLES)]
