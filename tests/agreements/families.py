"""Builders of households and of agreements that were really drafted, with papers that are really files."""

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from agreements.commands import agreements, homesteads, papers, review, signing, transfers
from agreements.models import Agreement, CompensationItem, Household, Member, Paper, Person
from tests import builders
from tests.builders import World
from workflow.models import Case, Step

PDF = b"%PDF-1.4\n%synthetic\n"
_numbers = count(1)


def household(world: World, persons: int = 3, **values: Any) -> Household:
    """A registered household with money and a contact cadre, and no agreement."""
    number = next(_numbers)
    made = Household.objects.create(
        programme=world.programme,
        household_no=values.pop("household_no", f"F{number:04}"),
        head_name=f"户主{number}",
        mode="agri_dispersed",
        group=world.units[builders.HOME_GROUP],
        elevation_m=560,
        contact_cadre=world.people["contact_cadre"],
        **{"destination": world.units[builders.PARTNER_GROUP], "homestead_m2": Decimal("150.00")} | values,
    )
    for index in range(persons):
        name, relation = (made.head_name, "户主") if index == 0 else (f"家人{number}-{index}", "之子")
        Person.objects.create(household=made, name=name, relation=relation, id_index=f"index-{number}-{index}")
    CompensationItem.objects.create(household=made, item="house", amount=Decimal("100000.00"))
    CompensationItem.objects.create(household=made, item="moving", amount=Decimal("20000.50"))
    return made


def draft(world: World, **values: Any) -> Agreement:
    """A household's agreement, drafted by the clerk through the real command."""
    return agreements.draft(household(world, **values).pk, actor=world.clerk, now=world.now)


def later(case: Case, minutes: int = 5) -> datetime:
    """A little after the case's last event."""
    return Case.objects.get(pk=case.pk).last_event_at + timedelta(minutes=minutes)


def again(case: Case) -> Agreement:
    """The agreement as stored."""
    return Agreement.objects.get(pk=case.pk)


def upload(content: bytes = PDF, name: str = "扫描件.pdf") -> SimpleUploadedFile:
    """A file as a browser sends it; each has its own content."""
    return SimpleUploadedFile(name, content + str(next(_numbers)).encode())


def paper(case: Case, type: str, actor: Any, **values: Any) -> Paper:
    """A paper on file."""
    return papers.file(case.pk, actor=actor, type=type, upload=upload(), now=later(case), **values)


def give(world: World, case: Case, step: Step) -> None:
    """Provide what the people behind an open step record before it can be approved."""
    day = world.now.date().isoformat()
    clerk, now = world.clerk, later(case)
    if step.plan == "draft":
        agreements.edit(case.pk, actor=clerk, fields={"authorisation_no": "云政授〔2026〕1号"}, now=now)
        form = paper(case, "wish_form", world.contact_cadre)
        review.record_wish(
            case.pk, actor=clerk, mode="agri_dispersed", signed_on=day, paper_id=form.pk, now=later(case)
        )
        for kind in ("household_booklet", "id_copies", "inventory_sheet"):
            paper(case, kind, clerk)
    elif step.plan == "public_notice":
        photo = paper(case, "notice_photo", clerk)
        review.post_notice(
            case.pk,
            actor=clerk,
            place="村务公开栏",
            posted_on="2026-01-01",
            ends_on="2026-01-08",
            paper_id=photo.pk,
            now=later(case),
        )
    elif step.plan == "signatures":
        sign_all(world, case, day)
    elif step.plan == "transfer":
        move_all(world, case, day)
    elif step.plan.startswith("plot_"):
        plot(world, case, step.plan, day)


def sign_all(world: World, case: Case, day: str) -> None:
    """Every party signs by hand."""
    page = paper(case, "signed_agreement", world.clerk)
    for party in ("household", "origin_town", "receiving_town"):
        signing.sign(
            case.pk,
            actor=world.clerk,
            party=party,
            signer=again(case).household.head_name,
            method="ink",
            signed_on=day,
            paper_id=page.pk,
            now=later(case),
        )


def move_all(world: World, case: Case, day: str) -> None:
    """Every member gets permit, certificate and booklet."""
    for member in Member.objects.filter(agreement=case):
        for move, values in (
            ("permit", {"permit_no": "准1", "permit_on": day}),
            ("move_out", {"certificate_no": "迁1", "certificate_on": day, "moved_out_on": day}),
            ("move_in", {"booklet_no": "户1", "moved_in_on": day}),
        ):
            transfers.record(member.pk, actor=world.police_liaison, move=move, fields=values, now=later(case))


def plot(world: World, case: Case, plan: str, day: str) -> None:
    """The plot's moves that belong to a plan."""
    village, town, land = world.receiving_village, world.receiving_town, world.land_officer
    if plan == "plot_allotment":
        chosen = {"plot_no": "A-12", "area_m2": "150", "selected_on": day}
        homesteads.select(case.pk, actor=village, fields=chosen, now=later(case))
        homesteads.allot(case.pk, actor=village, fields={"draw_no": "7", "allotted_on": day}, now=later(case))
    elif plan == "plot_approval":
        homesteads.approve(case.pk, actor=town, fields={"approval_no": "宅1", "approved_on": day}, now=later(case))
    elif plan == "plot_measured":
        record = paper(case, "staking_record", land)
        homesteads.stake(case.pk, actor=land, fields={"staked_on": day, "paper_id": record.pk}, now=later(case))
        homesteads.build(case.pk, actor=land, fields={"built_on": day, "measured_m2": "149.5"}, now=later(case))
    elif plan == "plot_acceptance":
        values = {"acceptance_no": "验1", "accepted_on": day}
        homesteads.accept(case.pk, actor=town, fields=values, now=later(case))


def walk(world: World, case: Case, until: str = "completed") -> Agreement:
    """Provide and approve whatever is open, in order of opening, until a state or an open plan is reached."""
    for _turn in range(60):
        current = again(case)
        step = Step.objects.filter(case=case, state="open").order_by("id").first()
        if current.state == until or (step and step.plan == until):
            return current
        assert step is not None, f"stuck in {current.state}"
        give(world, case, step)
        builders.approve(world, case, step.plan, now=later(case))
    raise AssertionError(f"never reached {until}")
