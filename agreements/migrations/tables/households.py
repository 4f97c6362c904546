"""Programmes with their dates, and the households they move."""

import uuid

from django.db import models
from django.db.migrations import CreateModel

from workflow.migrations.tables.fields import PERSON, one_to_one, row, to

TABLES = [
    CreateModel(
        "Programme",
        [
            row(),
            ("code", models.CharField(max_length=40, unique=True, db_collation="C")),
            ("name", models.CharField(max_length=120)),
            ("owner", models.CharField(max_length=120, blank=True)),
            ("cutoff_on", models.DateField(null=True)),
            ("normal_pool_level_m", models.DecimalField(null=True, max_digits=7, decimal_places=2)),
            ("is_sample", models.BooleanField(default=False)),
            ("county", to("workflow.unit")),
            ("schedule", one_to_one("workflow.schedule")),
        ],
    ),
    CreateModel(
        "Milestone",
        [
            row(),
            ("type", models.CharField(max_length=32)),
            ("planned_on", models.DateField()),
            ("actual_on", models.DateField(null=True)),
            ("water_level_m", models.DecimalField(null=True, max_digits=7, decimal_places=2)),
            ("source_document", models.CharField(max_length=80, blank=True)),
            ("programme", to("agreements.programme", "milestones", on_delete=models.CASCADE)),
            ("number", models.PositiveSmallIntegerField(default=1)),
            ("schedule", one_to_one("workflow.schedule", null=True)),
        ],
        options={
            "constraints": [models.UniqueConstraint(fields=("programme", "type", "number"), name="milestone_once")]
        },
    ),
    CreateModel(
        "BackPlanPoint",
        [
            row(),
            ("point", models.CharField(max_length=40)),
            ("days_before", models.PositiveSmallIntegerField()),
            ("programme", to("agreements.programme", "back_plan", on_delete=models.CASCADE)),
            ("document_no", models.CharField(max_length=80, blank=True)),
        ],
        options={"constraints": [models.UniqueConstraint(fields=("programme", "point"), name="back_plan_once")]},
    ),
    CreateModel(
        "Revision",
        [
            row(),
            ("what", models.CharField(max_length=16)),
            ("key", models.CharField(max_length=60)),
            ("before", models.JSONField(default=dict)),
            ("after", models.JSONField(default=dict)),
            ("reason", models.CharField(max_length=300)),
            ("document_no", models.CharField(max_length=80)),
            ("at", models.DateTimeField()),
            ("steps_moved", models.PositiveIntegerField(default=0)),
            ("became_late", models.PositiveIntegerField(default=0)),
            ("by", to(PERSON, "+")),
            ("programme", to("agreements.programme", "revisions")),
        ],
    ),
    CreateModel(
        "Household",
        [
            row(),
            ("household_no", models.CharField(max_length=40, db_collation="C")),
            ("uid", models.UUIDField(unique=True, default=uuid.uuid4, editable=False)),
            ("head_name", models.CharField(max_length=50)),
            ("address", models.CharField(max_length=200, blank=True)),
            ("phone_cipher", models.TextField(blank=True)),
            ("elevation_m", models.DecimalField(max_digits=7, decimal_places=2)),
            ("mode", models.CharField(max_length=40)),
            ("area_changes", models.BooleanField(default=True)),
            ("has_homestead", models.BooleanField(default=True)),
            ("homestead_m2", models.DecimalField(null=True, max_digits=8, decimal_places=2)),
            ("production_land_mu", models.DecimalField(null=True, max_digits=10, decimal_places=2)),
            ("contact_cadre", to(PERSON, "contact_households", null=True)),
            ("destination", to("workflow.unit", "arriving_households", null=True)),
            ("group", to("workflow.unit", "households")),
            ("programme", to("agreements.programme", "households")),
        ],
        options={"constraints": [models.UniqueConstraint(fields=("programme", "household_no"), name="household_once")]},
    ),
    CreateModel(
        "CompensationItem",
        [
            row(),
            ("item", models.CharField(max_length=32)),
            ("amount", models.DecimalField(max_digits=14, decimal_places=2)),
            ("household", to("agreements.household", "compensation", on_delete=models.CASCADE)),
        ],
        options={"constraints": [models.UniqueConstraint(fields=("household", "item"), name="compensation_once")]},
    ),
    CreateModel(
        "Person",
        [
            row(),
            ("uid", models.UUIDField(unique=True, default=uuid.uuid4, editable=False)),
            ("name", models.CharField(max_length=50)),
            ("id_cipher", models.TextField(blank=True)),
            ("id_index", models.CharField(max_length=64, unique=True, null=True)),
            ("id_missing_reason", models.CharField(max_length=60, blank=True)),
            ("sex", models.CharField(max_length=1, blank=True)),
            ("relation", models.CharField(max_length=20)),
            ("ethnicity", models.CharField(max_length=20, blank=True)),
            ("hukou_place", models.CharField(max_length=120, blank=True)),
            ("is_relocation_pop", models.BooleanField(default=True)),
            ("is_production_pop", models.BooleanField(default=True)),
            ("household", to("agreements.household", "persons")),
            ("last4_index", models.CharField(max_length=64, blank=True, db_index=True, db_collation="C")),
        ],
    ),
]
