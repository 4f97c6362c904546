"""What is asked of whom and by when: rounds, steps, their watches, holds and promises."""

import datetime

import django_fsm
from django.db import models
from django.db.migrations import CreateModel

from workflow.migrations.tables.fields import PERSON, one_to_one, row, to

TABLES = [
    CreateModel(
        "Round",
        [
            row(),
            ("stage", models.CharField(max_length=40)),
            ("track", models.CharField(max_length=40)),
            ("group", models.CharField(max_length=40)),
            ("number", models.PositiveSmallIntegerField()),
            ("rule", models.CharField(max_length=12)),
            ("threshold", models.PositiveSmallIntegerField(default=0)),
            ("conditions", models.JSONField(default=dict)),
            ("opened_at", models.DateTimeField()),
            ("closed_at", models.DateTimeField(null=True)),
            ("outcome", models.CharField(max_length=12, blank=True)),
            ("void", models.BooleanField(default=False)),
            ("return_to", models.CharField(max_length=40, blank=True)),
            ("resume", models.CharField(max_length=12, blank=True)),
            ("reason_code", models.CharField(max_length=40, blank=True)),
            ("reason", models.TextField(blank=True)),
            ("case", to("workflow.case", "rounds", on_delete=models.CASCADE)),
            ("kind", models.CharField(max_length=10, default="group")),
            ("parent", to("workflow.step", "children", on_delete=models.CASCADE, null=True)),
            ("carried", models.JSONField(default=list)),
            ("closed_by", to("workflow.step", "+", on_delete=models.SET_NULL, null=True)),
            ("voided_by", to("workflow.step", "+", on_delete=models.SET_NULL, null=True)),
            ("override_by", to(PERSON, "+", null=True)),
            ("override_for", to(PERSON, "+", null=True)),
            ("seen", models.JSONField(default=dict)),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(fields=("case", "stage", "track", "group", "number"), name="round_once"),
                models.UniqueConstraint(
                    condition=models.Q(("closed_at", None), ("parent", None)),
                    fields=("case", "stage", "track", "group"),
                    name="round_one_live",
                ),
            ]
        },
    ),
    CreateModel(
        "Step",
        [
            row(),
            ("plan", models.CharField(max_length=40)),
            ("role", models.CharField(max_length=32)),
            ("supervisor_role", models.CharField(max_length=32)),
            ("claimed_at", models.DateTimeField(null=True)),
            ("state", django_fsm.FSMField(max_length=50, default="open", protected=True)),
            ("opened_at", models.DateTimeField()),
            ("closed_at", models.DateTimeField(null=True)),
            ("close_reason", models.CharField(max_length=60, blank=True)),
            ("not_before", models.DateField(null=True)),
            ("lead", models.PositiveSmallIntegerField()),
            ("lead_unit", models.CharField(max_length=10)),
            ("forward", models.DateField()),
            ("backward", models.DateField(null=True)),
            ("expiry", models.DateField(null=True)),
            ("due", models.DateField()),
            ("binding", models.CharField(max_length=10)),
            ("provisional", models.BooleanField(default=False)),
            ("due_version", models.PositiveSmallIntegerField(default=1)),
            ("weight", models.PositiveSmallIntegerField(default=1)),
            ("case", to("workflow.case", "steps", on_delete=models.CASCADE)),
            ("holder", to(PERSON, "held_steps", null=True)),
            ("round", to("workflow.round", "steps", on_delete=models.CASCADE)),
            ("unit", to("workflow.unit")),
            ("assigned", models.BooleanField(default=False)),
            ("added_by", to(PERSON, "+", null=True)),
            ("taken_back_at", models.DateTimeField(null=True)),
            ("held_days", models.PositiveSmallIntegerField(default=0)),
            ("was_late", models.BooleanField(default=False)),
            ("asked_role", models.CharField(max_length=32, blank=True)),
            ("carried_from", to("workflow.step", "carried_to", null=True)),
            ("question", models.CharField(max_length=300, blank=True, db_default="")),
            ("close_note", models.CharField(max_length=300, blank=True, db_default="")),
        ],
        options={
            "indexes": [
                models.Index(
                    condition=models.Q(("state", "open")), fields=["due", "backward", "id"], name="step_open_due"
                ),
                models.Index(condition=models.Q(("state", "open")), fields=["case"], name="step_open_case"),
                models.Index(
                    condition=models.Q(("state", "open")),
                    fields=["unit", "role", "due", "backward", "id"],
                    name="step_open_mine",
                ),
                models.Index(
                    condition=models.Q(("state", "open"), ("was_late", True)),
                    fields=["unit", "role"],
                    name="step_open_late",
                ),
                models.Index(
                    condition=models.Q(("holder__isnull", False), ("state", "open")),
                    fields=["holder", "due", "backward", "id"],
                    name="step_open_held",
                ),
            ]
        },
    ),
    CreateModel(
        "Watch",
        [
            (
                "step",
                one_to_one(
                    "workflow.step",
                    "watch",
                    on_delete=models.CASCADE,
                    primary_key=True,
                    serialize=False,
                    db_constraint=False,
                ),
            ),
            ("remind_on", models.DateField(default=datetime.date(1, 1, 1), db_default=datetime.date(1, 1, 1))),
        ],
        options={"indexes": [models.Index(fields=["remind_on", "step"], name="watch_remind_on")]},
    ),
    CreateModel(
        "Hold",
        [
            row(),
            ("cause", models.CharField(max_length=32)),
            ("text", models.CharField(max_length=300, blank=True)),
            ("since", models.DateTimeField()),
            ("expected_until", models.DateField(null=True)),
            ("resumed_at", models.DateTimeField(null=True)),
            ("by", to(PERSON, "+")),
            ("case", to("workflow.case", "holds", on_delete=models.CASCADE)),
            ("resumed_by", to(PERSON, "+", null=True)),
            ("round", to("workflow.round", on_delete=models.CASCADE, null=True)),
            ("party", models.CharField(max_length=16, blank=True)),
        ],
        options={
            "constraints": [
                models.UniqueConstraint(
                    condition=models.Q(("resumed_at", None)),
                    fields=("case", "round"),
                    name="hold_one_open",
                    nulls_distinct=False,
                )
            ]
        },
    ),
    CreateModel(
        "Promise",
        [
            row(),
            ("promised_on", models.DateField()),
            ("note", models.CharField(max_length=200, blank=True)),
            ("made_at", models.DateTimeField()),
            ("by", to(PERSON, "promises")),
            ("on_behalf_of", to(PERSON, "+", null=True)),
            ("step", to("workflow.step", "promises", on_delete=models.CASCADE)),
        ],
        options={"indexes": [models.Index(fields=["step", "-id"], name="promise_of_step")]},
    ),
]
