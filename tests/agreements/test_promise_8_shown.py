"""P8: whatever is shown under an aspect is in its hash: every field of every row behind it, changed one by one."""

import copy
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import models

from agreements import content, subject
from agreements.models import AccountTransfer, Homestead, Paper, WishForm
from agreements.subject import Subject
from tests import builders
from tests.agreements import families
from workflow.rules import canonical

# a division is known by its code, which is hashed; its name is a label like the names of modes and items
LABELS = {("parties", "home_unit.name"), ("parties", "partner_unit.name")}
PAPERS = ("wish_form", "transfer_permit", "staking_record", "payment_voucher")
DAY = date(2026, 3, 2)


@pytest.fixture
def rich(world: builders.World) -> Subject:
    """Something in every row there can be."""
    case = families.draft(world)
    found = subject.read(case)
    return replace(
        found,
        transfers={found.members[0].pk: AccountTransfer(member=found.members[0], permit_no="准1")},
        papers=[Paper(type=kind, number="1", title="扫描", original_name="a.pdf", sha256=kind) for kind in PAPERS],
        wish=WishForm(mode="agri_dispersed", signed_on=DAY, paper=Paper(sha256="w")),
        homestead=Homestead(
            plot_no="1", area_m2=Decimal("150"), selected_on=DAY, site=world.units[builders.PARTNER_GROUP]
        ),
    )


def rows(one: Subject) -> dict[str, models.Model]:
    """Every row an aspect may show something of, by name."""
    case = one.agreement
    found: dict[str, Any] = {
        "agreement": case,
        "household": case.household,
        "home_unit": case.home_unit,
        "partner_unit": case.partner_unit,
        "wish": one.wish,
        "homestead": one.homestead,
        "site": one.homestead.site if one.homestead else None,
        "amount": one.amounts[0],
        "member": one.members[0],
        "person": one.members[0].person,
        "transfer": one.transfers[one.members[0].pk],
    }
    return found | {paper.type: paper for paper in one.papers}


def other(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, Decimal)):
        return value + 1
    if isinstance(value, (date, datetime)):
        return value + timedelta(days=1)
    return f"{value}another" if isinstance(value, str) else value


def blank(field: Any) -> Any:
    """Something where the field is empty."""
    if isinstance(field, models.DateTimeField):
        return builders.at("2026-03-02")
    kinds = {models.DateField: DAY, models.DecimalField: Decimal(1), models.BooleanField: False}
    return next((value for kind, value in kinds.items() if isinstance(field, kind)), "x")


def changes(one: Subject) -> Iterator[tuple[str, Subject]]:
    """The same subject with one field of one row changed, named."""
    for name, row in rows(one).items():
        for field in row._meta.concrete_fields:
            changed = copy.deepcopy(one)
            there = rows(changed)[name].__dict__
            there[field.attname] = other(there.get(field.attname) or blank(field))
            yield f"{name}.{field.attname}", changed


def shown(one: Subject, aspect: str) -> list[tuple[str, str]]:
    return content.describe(one.agreement, aspect, one)


def digest(one: Subject, aspect: str) -> str:
    return canonical.digest(content.aspects(one.agreement, one)[aspect])


def test_a_field_that_is_shown_is_hashed(rich: Subject) -> None:
    before = {aspect: (shown(rich, aspect), digest(rich, aspect)) for aspect in content.WRITERS}
    seen, unhashed = set(), set()
    for name, changed in changes(rich):
        for aspect, (lines, hashed) in before.items():
            if shown(changed, aspect) != lines:
                seen.add((aspect, name))
                if digest(changed, aspect) == hashed:
                    unhashed.add((aspect, name))
    assert unhashed == LABELS
    assert {aspect for aspect, _name in seen} == set(content.WRITERS)
    assert {("transfers", "member.name"), ("transfers", "transfer.state"), ("papers", "wish_form.title")} <= seen


def test_another_row_under_an_aspect_is_hashed(rich: Subject) -> None:
    paper = Paper(type="household_booklet", number="2", title="", original_name="b.pdf", sha256="b")
    fewer = {
        "members": replace(rich, members=rich.members[1:]),
        "amounts": replace(rich, amounts=rich.amounts[1:]),
        "transfers": replace(rich, members=rich.members[1:]),
        "papers": replace(rich, papers=[*rich.papers, paper]),
        "homestead": replace(rich, homestead=None),
        "payments": replace(rich, papers=[]),
    }
    for aspect, changed in fewer.items():
        assert shown(changed, aspect) != shown(rich, aspect), aspect
        assert digest(changed, aspect) != digest(rich, aspect), aspect
