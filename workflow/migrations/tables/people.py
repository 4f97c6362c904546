"""Units, people, their posts and who stands in for whom."""

from django.db import models
from django.db.migrations import CreateModel

from workflow.migrations.tables.fields import PERSON, row, to

TABLES = [
    CreateModel(
        "User",
        [
            row(),
            ("password", models.CharField(verbose_name="password", max_length=128)),
            ("last_login", models.DateTimeField(verbose_name="last login", blank=True, null=True)),
            ("username", models.CharField(max_length=64, unique=True)),
            ("full_name", models.CharField(max_length=64)),
            ("email", models.EmailField(max_length=254, blank=True)),
            ("language", models.CharField(max_length=10, blank=True)),
            ("is_active", models.BooleanField(default=True)),
            ("is_sample", models.BooleanField(default=False)),
            ("created_at", models.DateTimeField(auto_now_add=True)),
            ("must_change_password", models.BooleanField(default=False)),
            ("second_factor", models.BooleanField(default=False)),
        ],
        options={"abstract": False},
    ),
    CreateModel(
        "Unit",
        [
            row(),
            ("code", models.CharField(max_length=40, unique=True, db_collation="C")),
            ("name", models.CharField(max_length=100)),
            ("valid_from", models.DateField(blank=True, null=True)),
            ("valid_until", models.DateField(blank=True, null=True)),
        ],
    ),
    CreateModel(
        "Posting",
        [
            row(),
            ("role", models.CharField(max_length=32)),
            ("valid_from", models.DateField()),
            ("valid_until", models.DateField(blank=True, null=True)),
            ("user", to(PERSON, "postings")),
            ("unit", to("workflow.unit", "postings")),
        ],
        options={
            "indexes": [models.Index(fields=["role", "unit"], name="posting_role_unit")],
            "constraints": [
                models.UniqueConstraint(fields=("user", "role", "unit", "valid_from"), name="posting_once")
            ],
        },
    ),
    CreateModel(
        "Substitution",
        [
            row(),
            ("valid_from", models.DateField()),
            ("valid_until", models.DateField()),
            ("reason", models.CharField(max_length=200, blank=True)),
            ("created_at", models.DateTimeField()),
            ("revoked_at", models.DateTimeField(blank=True, null=True)),
            ("posting", to("workflow.posting", "substitutions")),
            ("substitute", to(PERSON, "substituting")),
        ],
        options={
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("valid_until__gte", models.F("valid_from"))), name="substitution_forward"
                )
            ]
        },
    ),
    CreateModel(
        "SignIn",
        [
            row(),
            ("session_key", models.CharField(max_length=40, db_collation="C")),
            ("at", models.DateTimeField()),
            ("address", models.GenericIPAddressField(null=True)),
            ("agent", models.CharField(max_length=200, blank=True)),
            ("ended_at", models.DateTimeField(null=True)),
            ("user", to(PERSON, "sign_ins")),
        ],
        options={"indexes": [models.Index(fields=["user", "-at"], name="sign_in_user")]},
    ),
]
