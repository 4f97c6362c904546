"""Agreements with what belongs to them."""

import uuid

import django_fsm
from django.db import models
from django.db.migrations import CreateModel

from workflow.migrations.tables.fields import PERSON, one_to_one, row, to

TABLES = [
    CreateModel(
        "Agreement",
        [
            (
                "case_ptr",
                one_to_one(
                    "workflow.case",
                    on_delete=models.CASCADE,
                    primary_key=True,
                    serialize=False,
                    auto_created=True,
                    parent_link=True,
                ),
            ),
            ("party_a", models.CharField(max_length=120, blank=True)),
            ("authorisation_no", models.CharField(max_length=80, blank=True)),
            ("area_changes", models.BooleanField(default=True)),
            ("has_homestead", models.BooleanField(default=True)),
            ("homestead_m2", models.DecimalField(blank=True, null=True, max_digits=8, decimal_places=2)),
            ("production_land_mu", models.DecimalField(blank=True, null=True, max_digits=10, decimal_places=2)),
            ("move_by", models.DateField(blank=True, null=True)),
            ("copies", models.PositiveSmallIntegerField(default=4)),
            ("terms", models.TextField(blank=True)),
            ("frozen_text", models.TextField(blank=True)),
            ("text_hash", models.CharField(max_length=64, blank=True)),
            ("signed_on", models.DateField(null=True)),
            ("household", to("agreements.household", "agreements")),
            ("programme", to("agreements.programme")),
        ],
        bases=("workflow.case",),
    ),
    CreateModel(
        "Member",
        [
            row(),
            ("name", models.CharField(max_length=50)),
            ("relation", models.CharField(max_length=20)),
            ("is_relocation_pop", models.BooleanField(default=True)),
            ("is_production_pop", models.BooleanField(default=True)),
            ("agreement", to("agreements.agreement", "members", on_delete=models.CASCADE)),
            ("person", to("agreements.person", "memberships")),
        ],
        options={
            "ordering": ["id"],
            "constraints": [models.UniqueConstraint(fields=("agreement", "person"), name="member_once")],
        },
    ),
    CreateModel(
        "AmountLine",
        [
            row(),
            ("item", models.CharField(max_length=32)),
            ("amount", models.DecimalField(max_digits=14, decimal_places=2)),
            ("agreement", to("agreements.agreement", "amounts", on_delete=models.CASCADE)),
        ],
        options={
            "ordering": ["id"],
            "constraints": [
                models.UniqueConstraint(fields=("agreement", "item"), name="amount_once"),
                models.CheckConstraint(condition=models.Q(("amount__gte", 0)), name="amount_not_negative"),
            ],
        },
    ),
    CreateModel(
        "TypedDraft",
        [
            row(),
            ("fields", models.JSONField(default=dict)),
            ("at", models.DateTimeField()),
            ("agreement", to("agreements.agreement", "typed", on_delete=models.CASCADE)),
            ("user", to(PERSON, "+", on_delete=models.CASCADE)),
        ],
        options={"constraints": [models.UniqueConstraint(fields=("agreement", "user"), name="typed_draft_once")]},
    ),
    CreateModel(
        "Paper",
        [
            row(),
            ("uid", models.UUIDField(unique=True, default=uuid.uuid4, editable=False)),
            ("type", models.CharField(max_length=32)),
            ("number", models.CharField(max_length=80, blank=True)),
            ("title", models.CharField(max_length=120, blank=True)),
            ("dated_on", models.DateField(blank=True, null=True)),
            ("file", models.FileField(max_length=200, upload_to="papers/%Y/%m/")),
            ("original_name", models.CharField(max_length=160)),
            ("content_type", models.CharField(max_length=60)),
            ("size", models.PositiveIntegerField()),
            ("sha256", models.CharField(max_length=64)),
            ("filed_at", models.DateTimeField()),
            ("withdrawn_at", models.DateTimeField(null=True)),
            ("agreement", to("agreements.agreement", "papers")),
            ("filed_by", to(PERSON, "+")),
        ],
    ),
    CreateModel(
        "WishForm",
        [
            row(),
            ("mode", models.CharField(max_length=40)),
            ("signed_on", models.DateField()),
            ("agreement", one_to_one("agreements.agreement", "wish_form", on_delete=models.CASCADE)),
            ("paper", to("agreements.paper")),
        ],
    ),
    CreateModel(
        "PublicNotice",
        [
            row(),
            ("place", models.CharField(max_length=120)),
            ("posted_on", models.DateField()),
            ("ends_on", models.DateField()),
            ("agreement", one_to_one("agreements.agreement", "public_notice", on_delete=models.CASCADE)),
            ("paper", to("agreements.paper")),
        ],
        options={
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("ends_on__gte", models.F("posted_on"))), name="public_notice_forward"
                )
            ]
        },
    ),
    CreateModel(
        "Objection",
        [
            row(),
            ("topic", models.CharField(max_length=200)),
            ("received_on", models.DateField()),
            ("resolved_on", models.DateField(null=True)),
            ("reply_no", models.CharField(max_length=80, blank=True)),
            ("notice", to("agreements.publicnotice", "objections", on_delete=models.CASCADE)),
        ],
    ),
    CreateModel(
        "Signature",
        [
            row(),
            ("party", models.CharField(max_length=20)),
            ("signer", models.CharField(max_length=50)),
            ("method", models.CharField(max_length=12)),
            ("signed_on", models.DateField()),
            ("agreement", to("agreements.agreement", "signatures", on_delete=models.CASCADE)),
            ("paper", to("agreements.paper", "+")),
            ("proxy_paper", to("agreements.paper", "+", blank=True, null=True)),
        ],
        options={"constraints": [models.UniqueConstraint(fields=("agreement", "party"), name="signature_once")]},
    ),
    CreateModel(
        "Ending",
        [
            row(),
            ("move", models.CharField(max_length=12)),
            ("reason", models.CharField(max_length=500, blank=True)),
            ("document_no", models.CharField(max_length=80, blank=True)),
            ("at", models.DateTimeField()),
            ("agreement", to("agreements.agreement", "endings")),
            ("by", to(PERSON, "+")),
        ],
    ),
    CreateModel(
        "AccountTransfer",
        [
            row(),
            ("state", django_fsm.FSMField(max_length=50, default="pending", protected=True)),
            ("permit_no", models.CharField(max_length=60, blank=True)),
            ("permit_on", models.DateField(null=True)),
            ("certificate_no", models.CharField(max_length=60, blank=True)),
            ("certificate_on", models.DateField(null=True)),
            ("certificate_expires_on", models.DateField(null=True)),
            ("moved_out_on", models.DateField(null=True)),
            ("moved_in_on", models.DateField(null=True)),
            ("booklet_no", models.CharField(max_length=60, blank=True)),
            ("excuse", models.CharField(max_length=32, blank=True)),
            ("member", one_to_one("agreements.member", "transfer", on_delete=models.CASCADE)),
            ("paper", to("agreements.paper", null=True)),
        ],
        options={"abstract": False},
    ),
    CreateModel(
        "Homestead",
        [
            row(),
            ("state", django_fsm.FSMField(max_length=50, default="selected", protected=True)),
            ("plot_no", models.CharField(max_length=40)),
            ("area_m2", models.DecimalField(max_digits=8, decimal_places=2)),
            ("selected_on", models.DateField()),
            ("draw_no", models.CharField(max_length=40, blank=True)),
            ("allotted_on", models.DateField(null=True)),
            ("approval_no", models.CharField(max_length=60, blank=True)),
            ("approved_on", models.DateField(null=True)),
            ("staked_on", models.DateField(null=True)),
            ("built_on", models.DateField(null=True)),
            ("measured_m2", models.DecimalField(null=True, max_digits=8, decimal_places=2)),
            ("accepted_on", models.DateField(null=True)),
            ("acceptance_no", models.CharField(max_length=60, blank=True)),
            ("accepted_by", to(PERSON, "+", null=True)),
            ("agreement", one_to_one("agreements.agreement", "homestead", on_delete=models.CASCADE)),
            ("measured_by", to(PERSON, "+", null=True)),
            ("site", to("workflow.unit")),
            ("staked_by", to(PERSON, "+", null=True)),
        ],
        options={"constraints": [models.CheckConstraint(condition=models.Q(("area_m2__gt", 0)), name="plot_has_area")]},
    ),
]
