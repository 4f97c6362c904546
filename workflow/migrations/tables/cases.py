"""Cases: the case itself, who may see it, which moves are legal."""

import django_fsm
from django.db import models
from django.db.migrations import CreateModel

from workflow.migrations.tables.fields import PERSON, row, to

TABLES = [
    CreateModel(
        "Case",
        [
            row(),
            ("kind", models.CharField(max_length=60)),
            ("reference", models.CharField(max_length=40, unique=True, db_collation="C")),
            ("title", models.CharField(max_length=120)),
            ("state", django_fsm.FSMField(max_length=50, default="draft", protected=True)),
            ("mode", models.CharField(max_length=40)),
            ("subject_key", models.CharField(max_length=80, db_collation="C")),
            ("partner_since", models.DateTimeField(null=True)),
            ("facts", models.JSONField(default=dict)),
            ("hashes", models.JSONField(default=dict)),
            ("authors", models.JSONField(default=dict)),
            ("version", models.PositiveIntegerField(default=0)),
            ("events", models.PositiveIntegerField(default=0)),
            ("head", models.CharField(max_length=64, blank=True)),
            ("last_event_at", models.DateTimeField()),
            ("created_at", models.DateTimeField()),
            ("closed_at", models.DateTimeField(null=True)),
            ("drafter", to(PERSON, "drafted_cases")),
            ("route", to("workflow.route")),
            ("schedule", to("workflow.schedule")),
            ("home_unit", to("workflow.unit", "home_cases")),
            ("partner_unit", to("workflow.unit", "partner_cases", null=True)),
            ("overrides", models.PositiveSmallIntegerField(default=0)),
        ],
        options={
            "indexes": [
                models.Index(fields=["state", "home_unit"], name="case_state_home"),
                models.Index(fields=["home_unit"], name="case_home"),
                models.Index(fields=["partner_unit"], name="case_partner"),
            ],
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(
                        ("state__in", ("completed", "withdrawn", "terminated", "superseded")), _negated=True
                    ),
                    fields=("kind", "subject_key"),
                    name="case_one_live",
                )
            ],
        },
    ),
    CreateModel(
        "Participant",
        [
            row(),
            ("role", models.CharField(max_length=32)),
            ("valid_from", models.DateField()),
            ("valid_until", models.DateField(null=True)),
            ("case", to("workflow.case", "participants", on_delete=models.CASCADE)),
            ("user", to(PERSON)),
        ],
        options={"constraints": [models.UniqueConstraint(fields=("case", "user", "role"), name="participant_once")]},
    ),
    CreateModel(
        "CaseMigration",
        [
            row(),
            ("at", models.DateTimeField()),
            ("events", models.PositiveIntegerField()),
            ("reverted_at", models.DateTimeField(null=True)),
            ("by", to(PERSON, "+")),
            ("case", to("workflow.case", "migrations", on_delete=models.CASCADE)),
            ("source", to("workflow.route", "+")),
            ("target", to("workflow.route", "+")),
        ],
        options={"indexes": [models.Index(fields=["target", "-at"], name="migration_target")]},
    ),
    CreateModel(
        "LegalMove",
        [
            row(),
            ("kind", models.CharField(max_length=60)),
            ("source", models.CharField(max_length=40)),
            ("target", models.CharField(max_length=40)),
        ],
        options={"constraints": [models.UniqueConstraint(fields=("kind", "source", "target"), name="legal_move_once")]},
    ),
]
