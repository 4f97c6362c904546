"""Working days, schedules and lead times; the ladders of reminders."""

from django.db import models
from django.db.migrations import CreateModel

from workflow.migrations.tables.fields import PERSON, row, to

TABLES = [
    CreateModel(
        "Calendar",
        [
            row(),
            ("code", models.CharField(max_length=40, unique=True, db_collation="C")),
            ("name", models.CharField(max_length=100)),
            ("version", models.PositiveIntegerField(default=0)),
            ("unit", to("workflow.unit", blank=True, null=True)),
            ("parent", to("workflow.calendar", blank=True, null=True)),
        ],
    ),
    CreateModel(
        "CalendarDay",
        [
            row(),
            ("day", models.DateField()),
            ("working", models.BooleanField()),
            ("ordinal", models.IntegerField()),
            ("source", models.CharField(max_length=60)),
            ("name", models.CharField(max_length=60, blank=True)),
            ("calendar", to("workflow.calendar", "days", on_delete=models.CASCADE)),
            ("own", models.BooleanField(default=False)),
        ],
        options={
            "indexes": [models.Index(fields=["calendar", "ordinal"], name="calendar_ordinal")],
            "constraints": [models.UniqueConstraint(fields=("calendar", "day"), name="calendar_day_once")],
        },
    ),
    CreateModel(
        "Schedule",
        [
            row(),
            ("code", models.CharField(max_length=60, unique=True, db_collation="C")),
            ("name", models.CharField(max_length=120)),
            ("storage_on", models.DateField()),
            ("version", models.PositiveIntegerField(default=1)),
            ("calendar", to("workflow.calendar")),
            ("unit", to("workflow.unit", null=True)),
        ],
    ),
    CreateModel(
        "SchedulePoint",
        [
            row(),
            ("point", models.CharField(max_length=40)),
            ("due_on", models.DateField()),
            ("schedule", to("workflow.schedule", "points", on_delete=models.CASCADE)),
        ],
        options={"constraints": [models.UniqueConstraint(fields=("schedule", "point"), name="schedule_point_once")]},
    ),
    CreateModel(
        "LeadTime",
        [
            row(),
            ("plan", models.CharField(max_length=40)),
            ("lead", models.PositiveSmallIntegerField()),
            ("lead_unit", models.CharField(max_length=10, default="working")),
            ("document_no", models.CharField(max_length=80)),
            ("schedule", to("workflow.schedule", "leads", on_delete=models.CASCADE)),
        ],
        options={"constraints": [models.UniqueConstraint(fields=("schedule", "plan"), name="lead_time_once")]},
    ),
    CreateModel(
        "Ladder",
        [
            row(),
            ("kind", models.CharField(max_length=60)),
            ("mode", models.CharField(max_length=40, blank=True)),
            ("version", models.PositiveIntegerField()),
            ("current", models.BooleanField(default=True)),
            ("rungs", models.JSONField()),
            ("created_at", models.DateTimeField()),
            ("by", to(PERSON, "+", null=True)),
            ("unit", to("workflow.unit", "+")),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("kind", "mode", "unit", "version"), name="ladder_version_once"),
                models.UniqueConstraint(
                    condition=models.Q(("current", True)), fields=("kind", "mode", "unit"), name="ladder_one_current"
                ),
            ]
        },
    ),
]
