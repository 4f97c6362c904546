"""What was decided, said, done and looked at; guards.py keeps it from being changed."""

from django.db import models
from django.db.migrations import CreateModel

from workflow.migrations.tables.fields import PERSON, one_to_one, row, to

TABLES = [
    CreateModel(
        "Decision",
        [
            row(),
            ("verdict", models.CharField(max_length=12)),
            ("comment", models.TextField(blank=True)),
            ("document_no", models.CharField(max_length=80, blank=True)),
            ("seen", models.JSONField(default=dict)),
            ("at", models.DateTimeField()),
            ("digest", models.CharField(max_length=64)),
            ("actor", to(PERSON, "decisions")),
            ("case", to("workflow.case", "decisions")),
            ("on_behalf_of", to(PERSON, "decisions_lent", null=True)),
            ("step", one_to_one("workflow.step", "decision")),
        ],
        options={"indexes": [models.Index(fields=["actor", "-at"], name="decision_actor")]},
    ),
    CreateModel(
        "Opinion",
        [
            row(),
            ("step", one_to_one("workflow.step", "opinion")),
            ("case", to("workflow.case", "opinions")),
            ("actor", to(PERSON, "opinions")),
            ("on_behalf_of", to(PERSON, "opinions_lent", null=True)),
            ("leaning", models.CharField(max_length=12)),
            ("text", models.TextField()),
            ("at", models.DateTimeField()),
            ("digest", models.CharField(max_length=64)),
        ],
    ),
    CreateModel(
        "Event",
        [
            row(),
            ("stream", models.CharField(max_length=60, db_collation="C")),
            ("sequence", models.PositiveIntegerField()),
            ("kind", models.CharField(max_length=40)),
            ("at", models.DateTimeField()),
            ("body", models.TextField()),
            ("previous", models.CharField(max_length=64, blank=True)),
            ("hash", models.CharField(max_length=64)),
            ("actor", to(PERSON, "+", null=True)),
            ("case", to("workflow.case", "+", null=True)),
            ("on_behalf_of", to(PERSON, "+", null=True)),
        ],
        options={
            "indexes": [
                models.Index(fields=["actor", "-at"], name="event_actor"),
                models.Index(fields=["-at"], name="event_at"),
            ],
            "constraints": [models.UniqueConstraint(fields=("stream", "sequence"), name="event_sequence_once")],
        },
    ),
    CreateModel(
        "StreamHead",
        [
            ("stream", models.CharField(primary_key=True, max_length=60, serialize=False, db_collation="C")),
            ("events", models.PositiveIntegerField(default=0)),
            ("head", models.CharField(max_length=64, blank=True)),
        ],
    ),
    CreateModel(
        "Receipt",
        [
            row(),
            ("key", models.CharField(max_length=80)),
            ("verb", models.CharField(max_length=40)),
            ("body_hash", models.CharField(max_length=64)),
            ("outcome", models.JSONField(default=dict)),
            ("at", models.DateTimeField()),
            ("user", to(PERSON)),
        ],
        options={"constraints": [models.UniqueConstraint(fields=("user", "key"), name="receipt_once")]},
    ),
    CreateModel(
        "Look",
        [
            row(),
            ("what", models.CharField(max_length=12)),
            ("at", models.DateTimeField()),
            ("case", to("workflow.case", "looks")),
            ("user", to(PERSON, "looks")),
            ("detail", models.CharField(max_length=40, blank=True, db_default="")),
        ],
        options={
            "indexes": [
                models.Index(fields=["case", "-at"], name="look_case"),
                models.Index(fields=["user", "-at"], name="look_user"),
            ]
        },
    ),
    CreateModel(
        "Verification",
        [
            row(),
            ("at", models.DateTimeField()),
            ("ok", models.BooleanField()),
            ("checked", models.PositiveBigIntegerField()),
            ("first_bad", models.CharField(max_length=120, blank=True)),
            ("why", models.CharField(max_length=200, blank=True)),
            ("root", models.CharField(max_length=64, blank=True)),
            ("by", to(PERSON, "+", null=True)),
        ],
        options={"indexes": [models.Index(fields=["-at"], name="verification_at")]},
    ),
]
