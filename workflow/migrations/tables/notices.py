"""Words to people, and what colleagues and leaders ask of each other."""

from django.db import models
from django.db.migrations import CreateModel

from workflow.migrations.tables.fields import PERSON, row, to

TABLES = [
    CreateModel(
        "Notice",
        [
            row(),
            ("word", models.CharField(max_length=32)),
            ("rung", models.SmallIntegerField(null=True)),
            ("cycle", models.PositiveSmallIntegerField(default=0)),
            ("audience", models.CharField(max_length=16, blank=True)),
            ("created_at", models.DateTimeField()),
            ("not_before", models.DateTimeField()),
            ("read_at", models.DateTimeField(null=True)),
            ("relayed_at", models.DateTimeField(null=True)),
            ("superseded_at", models.DateTimeField(null=True)),
            ("superseded_why", models.CharField(max_length=40, blank=True)),
            ("case", to("workflow.case", "notices", on_delete=models.CASCADE)),
            ("event", to("workflow.event", null=True)),
            ("recipient", to(PERSON, "notices")),
            ("step", to("workflow.step", "notices", on_delete=models.CASCADE, null=True)),
            ("urgent", models.BooleanField(default=False, db_default=False)),
            ("send_after", models.DateTimeField(null=True)),
            ("number", models.PositiveIntegerField(null=True)),
        ],
        options={
            "indexes": [
                models.Index(
                    condition=models.Q(("superseded_at", None)),
                    fields=["recipient", "-created_at"],
                    name="notice_inbox",
                ),
                models.Index(
                    condition=models.Q(("read_at", None), ("superseded_at", None)),
                    fields=["recipient"],
                    name="notice_unread",
                ),
                models.Index(
                    condition=models.Q(("relayed_at", None), ("superseded_at", None)),
                    fields=["not_before"],
                    name="notice_owed",
                ),
            ],
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("word", "reminder")),
                    fields=("step", "rung", "recipient", "cycle"),
                    name="reminder_once",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("event__isnull", False)),
                    fields=("event", "recipient", "word"),
                    name="event_notice_once",
                ),
            ],
        },
    ),
    CreateModel(
        "Nudge",
        [
            row(),
            ("day", models.DateField()),
            ("at", models.DateTimeField()),
            ("by", to(PERSON, "+")),
            ("step", to("workflow.step", "nudges", on_delete=models.CASCADE)),
        ],
        options={"constraints": [models.UniqueConstraint(fields=("step", "day"), name="nudge_once_a_day")]},
    ),
    CreateModel(
        "Copy",
        [
            row(),
            ("note", models.CharField(max_length=200, blank=True)),
            ("at", models.DateTimeField()),
            ("read_at", models.DateTimeField(null=True)),
            ("by", to(PERSON, "+")),
            ("case", to("workflow.case", "copied_to", on_delete=models.CASCADE)),
            ("user", to(PERSON, "copies")),
        ],
        options={
            "indexes": [
                models.Index(condition=models.Q(("read_at", None)), fields=["user", "-id"], name="copy_unread"),
                models.Index(fields=["user", "-id"], name="copy_of_user"),
            ],
            "constraints": [models.UniqueConstraint(fields=("case", "user"), name="copy_once")],
        },
    ),
    CreateModel(
        "Supervision",
        [
            row(),
            ("year", models.PositiveSmallIntegerField()),
            ("number", models.PositiveIntegerField()),
            ("sequence", models.PositiveIntegerField(default=0)),
            ("demand", models.CharField(max_length=500)),
            ("due", models.DateField()),
            ("issued_at", models.DateTimeField()),
            ("received_at", models.DateTimeField(null=True)),
            ("answer", models.CharField(max_length=500, blank=True)),
            ("answered_at", models.DateTimeField(null=True)),
            ("closed_at", models.DateTimeField(null=True)),
            ("answered_by", to(PERSON, "+", null=True)),
            ("case", to("workflow.case", "supervisions")),
            ("closed_by", to(PERSON, "+", null=True)),
            ("issuer", to(PERSON, "+")),
            ("issuer_for", to(PERSON, "+", null=True)),
            ("received_by", to(PERSON, "+", null=True)),
            ("step", to("workflow.step", "supervisions")),
            ("unit", to("workflow.unit", "+")),
        ],
        options={
            "indexes": [
                models.Index(condition=models.Q(("closed_at", None)), fields=["due"], name="supervision_open_due")
            ],
            "constraints": [
                models.UniqueConstraint(fields=("unit", "year", "number"), name="supervision_number_once"),
                models.UniqueConstraint(
                    condition=models.Q(("closed_at", None)), fields=("step",), name="supervision_one_open"
                ),
            ],
        },
    ),
    CreateModel(
        "WeeklyReport",
        [
            row(),
            ("week", models.DateField()),
            ("content", models.JSONField()),
            ("created_at", models.DateTimeField()),
            ("person", to(PERSON, "weekly_reports", on_delete=models.CASCADE)),
            ("read_at", models.DateTimeField(null=True)),
        ],
        options={
            "constraints": [models.UniqueConstraint(fields=("person", "week"), name="weekly_report_once")],
            "indexes": [models.Index(condition=models.Q(("read_at", None)), fields=["person"], name="weekly_unread")],
        },
    ),
    CreateModel(
        "SavedView",
        [
            row(),
            ("role", models.CharField(max_length=32, blank=True)),
            ("division", models.CharField(max_length=40, blank=True, db_collation="C")),
            ("created_at", models.DateTimeField()),
            ("name", models.CharField(max_length=24)),
            ("query", models.CharField(max_length=500)),
            ("owner", to(PERSON, "+", on_delete=models.CASCADE)),
        ],
        options={
            "indexes": [
                models.Index(
                    condition=models.Q(("role", ""), _negated=True),
                    fields=["role", "division"],
                    name="saved_view_shared",
                )
            ],
            "constraints": [models.UniqueConstraint(fields=("owner", "name"), name="saved_view_once")],
        },
    ),
    CreateModel(
        "Phrase",
        [
            row(),
            ("role", models.CharField(max_length=32, blank=True)),
            ("division", models.CharField(max_length=40, blank=True, db_collation="C")),
            ("created_at", models.DateTimeField()),
            ("text", models.CharField(max_length=80)),
            ("owner", to(PERSON, "+", on_delete=models.CASCADE)),
        ],
        options={
            "indexes": [
                models.Index(
                    condition=models.Q(("role", ""), _negated=True), fields=["role", "division"], name="phrase_shared"
                )
            ],
            "constraints": [models.UniqueConstraint(fields=("owner", "text"), name="phrase_once")],
        },
    ),
    CreateModel(
        "Finding",
        [
            row(),
            ("code", models.CharField(max_length=40)),
            ("detail", models.JSONField(default=dict)),
            ("first_at", models.DateTimeField()),
            ("last_at", models.DateTimeField()),
            ("gone_at", models.DateTimeField(null=True)),
            ("case", to("workflow.case", "findings", on_delete=models.CASCADE, null=True)),
            ("step", to("workflow.step", "findings", on_delete=models.CASCADE, null=True)),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("gone_at", None)),
                    fields=("code", "case", "step"),
                    name="finding_once",
                    nulls_distinct=False,
                )
            ]
        },
    ),
    CreateModel(
        "Heartbeat",
        [
            ("name", models.CharField(primary_key=True, max_length=40, serialize=False)),
            ("at", models.DateTimeField()),
            ("detail", models.JSONField(default=dict)),
        ],
    ),
]
