"""Routes: a version, its stages, tracks, groups and plans of steps."""

from django.db import models
from django.db.migrations import CreateModel

from workflow.migrations.tables.fields import PERSON, row, to

TABLES = [
    CreateModel(
        "Route",
        [
            row(),
            ("kind", models.CharField(max_length=60)),
            ("mode", models.CharField(max_length=40)),
            ("version", models.PositiveIntegerField()),
            ("status", models.CharField(max_length=12, default="draft")),
            ("published_at", models.DateTimeField(blank=True, null=True)),
            ("document_no", models.CharField(max_length=80, blank=True)),
            ("digest", models.CharField(max_length=64)),
            ("unit", to("workflow.unit")),
            ("nobody", models.CharField(max_length=12, default="superior")),
            ("repeats", models.CharField(max_length=12, default="ask")),
            ("self_approval", models.CharField(max_length=12, default="superior")),
            ("document", models.JSONField(null=True)),
            ("based_on", to("workflow.route", "+", on_delete=models.SET_NULL, null=True)),
            ("edited_at", models.DateTimeField(null=True)),
            ("edited_by", to(PERSON, "+", null=True)),
            ("published_by", to(PERSON, "+", null=True)),
            ("retired_at", models.DateTimeField(blank=True, null=True)),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("kind", "mode", "unit", "version"), name="route_version_once"),
                models.UniqueConstraint(
                    condition=models.Q(("status", "published")),
                    fields=("kind", "mode", "unit"),
                    name="route_one_published",
                ),
                models.UniqueConstraint(
                    condition=models.Q(("status", "draft")), fields=("kind", "mode", "unit"), name="route_one_draft"
                ),
            ]
        },
    ),
    CreateModel(
        "Stage",
        [
            row(),
            ("state", models.CharField(max_length=40)),
            ("position", models.PositiveSmallIntegerField()),
            ("point", models.CharField(max_length=40, blank=True)),
            ("after_storage", models.BooleanField(default=False)),
            ("route", to("workflow.route", "stages", on_delete=models.CASCADE)),
        ],
        options={
            "ordering": ["position"],
            "constraints": [models.UniqueConstraint(fields=("route", "state"), name="stage_once")],
        },
    ),
    CreateModel(
        "Track",
        [
            row(),
            ("key", models.CharField(max_length=40)),
            ("position", models.PositiveSmallIntegerField()),
            ("opens_in", models.CharField(max_length=40)),
            ("stage", to("workflow.stage", "tracks", on_delete=models.CASCADE)),
        ],
        options={
            "ordering": ["position"],
            "constraints": [models.UniqueConstraint(fields=("stage", "key"), name="track_once")],
        },
    ),
    CreateModel(
        "Group",
        [
            row(),
            ("key", models.CharField(max_length=40)),
            ("names", models.JSONField()),
            ("position", models.PositiveSmallIntegerField()),
            ("rule", models.CharField(max_length=12, default="all")),
            ("threshold", models.PositiveSmallIntegerField(default=0)),
            ("on_refuse", models.CharField(max_length=40, blank=True)),
            ("track", to("workflow.track", "groups", on_delete=models.CASCADE)),
        ],
        options={
            "ordering": ["position"],
            "constraints": [models.UniqueConstraint(fields=("track", "key"), name="group_once")],
        },
    ),
    CreateModel(
        "StepPlan",
        [
            row(),
            ("key", models.CharField(max_length=40)),
            ("names", models.JSONField()),
            ("position", models.PositiveSmallIntegerField()),
            ("role", models.CharField(max_length=32)),
            ("resolver", models.CharField(max_length=32)),
            ("duty", models.CharField(max_length=12)),
            ("lead", models.PositiveSmallIntegerField()),
            ("lead_unit", models.CharField(max_length=10, default="working")),
            ("lead_source", models.CharField(max_length=80, blank=True)),
            ("not_before_days", models.PositiveSmallIntegerField(default=0)),
            ("needs", models.JSONField(default=list)),
            ("papers", models.JSONField(default=list)),
            ("aspects", models.JSONField(default=list)),
            ("condition", models.JSONField(blank=True, null=True)),
            ("attest", models.BooleanField(default=False)),
            ("each_holder", models.BooleanField(default=False)),
            ("bulk_allowed", models.BooleanField(default=False)),
            ("weight", models.PositiveSmallIntegerField(default=1)),
            ("supervisor_role", models.CharField(max_length=32, default="vice_leader")),
            ("excludes", models.JSONField(default=list)),
            ("group", to("workflow.group", "plans", on_delete=models.CASCADE)),
        ],
        options={
            "ordering": ["position"],
            "constraints": [models.UniqueConstraint(fields=("group", "key"), name="plan_once")],
        },
    ),
]
