"""Bundles of words instead of single ones; preferences per kind of word, hours and addresses."""

import datetime

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# what was sent before travelled alone; no word is sent again
BUNDLE_OLD = """
INSERT INTO notifications_bundle (recipient_id, day, kind, urgent, created_at, old_notice)
SELECT n.recipient_id, (min(d.created_at) AT TIME ZONE 'Asia/Shanghai')::date, 'at_once', false, min(d.created_at), n.id
FROM notifications_delivery d JOIN workflow_notice n ON n.id = d.notice_id GROUP BY n.id, n.recipient_id;
UPDATE notifications_delivery d SET bundle_id = b.id FROM notifications_bundle b WHERE b.old_notice = d.notice_id;
INSERT INTO notifications_bundleitem (bundle_id, notice_id) SELECT id, old_notice FROM notifications_bundle;
"""


def person(related_name, **more):
    return models.ForeignKey(
        on_delete=more.pop("on_delete", django.db.models.deletion.CASCADE),
        related_name=related_name,
        to=settings.AUTH_USER_MODEL,
        **more,
    )


def row():
    return ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


class Migration(migrations.Migration):
    """Old deliveries get a bundle of their own."""

    dependencies = [
        ("workflow", "0001_initial"),
        ("notifications", "0001_initial"),
    ]
    operations = [
        migrations.CreateModel(
            name="Bundle",
            fields=[
                row(),
                ("recipient", person("bundles")),
                ("day", models.DateField()),
                ("kind", models.CharField(max_length=8)),
                ("urgent", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="BundleItem",
            fields=[
                row(),
                (
                    "bundle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="items", to="notifications.bundle"
                    ),
                ),
                (
                    "notice",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="bundled", to="workflow.notice"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            "delivery",
            "bundle",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deliveries",
                to="notifications.bundle",
            ),
        ),
        migrations.AddField(
            "delivery", "settled_by", person("+", null=True, on_delete=django.db.models.deletion.PROTECT)
        ),
        migrations.RunSQL(
            "ALTER TABLE notifications_bundle ADD COLUMN old_notice bigint;"
            + BUNDLE_OLD
            + "ALTER TABLE notifications_bundle DROP COLUMN old_notice; SET CONSTRAINTS ALL IMMEDIATE;",
            migrations.RunSQL.noop,
        ),
        migrations.RemoveConstraint("delivery", "delivery_once"),
        migrations.RemoveField("delivery", "notice"),
        migrations.AlterField(
            "delivery",
            "bundle",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="deliveries", to="notifications.bundle"
            ),
        ),
        migrations.AddConstraint(
            "delivery", models.UniqueConstraint(fields=["bundle", "channel"], name="delivery_once")
        ),
        migrations.AddConstraint(
            "bundle",
            models.UniqueConstraint(
                condition=models.Q(("kind", "digest")), fields=["recipient", "day"], name="digest_once"
            ),
        ),
        migrations.AddIndex("bundle", models.Index(fields=["recipient", "day"], name="bundle_day")),
        migrations.AddField("preference", "event", models.CharField(blank=True, default="", max_length=12)),
        migrations.AlterField("preference", "event", models.CharField(blank=True, max_length=12)),
        migrations.RemoveConstraint("preference", "preference_once"),
        migrations.AddConstraint(
            "preference", models.UniqueConstraint(fields=["user", "channel", "event"], name="preference_once")
        ),
        migrations.CreateModel(
            name="Address",
            fields=[
                row(),
                ("user", person("addresses")),
                ("channel", models.CharField(max_length=20)),
                ("address", models.CharField(max_length=80)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=["user", "channel"], name="address_once")]
            },
        ),
        migrations.CreateModel(
            name="Habits",
            fields=[
                row(),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="habits",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("quiet_from", models.TimeField(default=datetime.time(20, 0))),
                ("quiet_until", models.TimeField(default=datetime.time(8, 0))),
                ("digest_at", models.TimeField(default=datetime.time(8, 30))),
                ("rest_days", models.BooleanField(default=False)),
                ("night_urgent", models.BooleanField(default=False)),
            ],
        ),
    ]
