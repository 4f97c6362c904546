"""One person's account: every move with its paper and date, in order, by the police liaison only."""

from datetime import date, timedelta

import pytest

from agreements.commands import transfers
from agreements.models import AccountTransfer, Agreement, Member
from tests import builders
from tests.agreements import families
from tests.builders import World
from tests.workflow.test_pages import signed_in
from workflow import clock, errors
from workflow.models import Step

DAY = "2026-03-02"
PERMIT = {"permit_no": "准1", "permit_on": "2026-02-01"}
OUT = {"certificate_no": "迁1", "certificate_on": "2026-02-10", "moved_out_on": "2026-02-11"}


@pytest.fixture
def moving(world: World) -> Agreement:
    """An agreement whose accounts have to move."""
    return families.walk(world, families.draft(world), "account_transfer")


def _do(world: World, case: Agreement, member: Member, move: str, **fields: object) -> None:
    transfers.record(member.pk, actor=world.police_liaison, move=move, fields=fields, now=families.later(case))


def _state(member: Member) -> AccountTransfer:
    return AccountTransfer.objects.get(member=member)


def test_a_certificate_runs_out_thirty_days_after_its_issue(world: World, moving: Agreement) -> None:
    member = moving.members.first()
    _do(world, moving, member, "permit", **PERMIT)
    _do(world, moving, member, "move_out", **OUT)
    assert _state(member).certificate_expires_on == date(2026, 2, 10) + timedelta(days=30)


def test_the_certificate_that_runs_out_first_binds_the_transfer_steps_due_date(world: World, moving: Agreement) -> None:
    first, second, _third = moving.members.order_by("id")
    before = Step.objects.get(case=moving, plan="transfer")
    for member, issued in ((first, "2026-02-14"), (second, "2026-02-10")):
        _do(world, moving, member, "permit", **PERMIT)
        _do(world, moving, member, "move_out", certificate_no="迁1", certificate_on=issued, moved_out_on=issued)
    step = Step.objects.get(case=moving, plan="transfer")
    assert (step.due, step.binding) == (date(2026, 2, 20), "expiry")  # arrival is declared within ten days
    assert step.due_version == before.due_version + 3  # the permit, one certificate, the other certificate
    _do(world, moving, second, "move_in", booklet_no="户1", moved_in_on="2026-02-20")
    assert Step.objects.get(case=moving, plan="transfer").expiry == date(2026, 2, 24)


@pytest.mark.parametrize(
    ("move", "fields", "name"),
    [
        ("permit", {"permit_no": "", "permit_on": DAY}, "permit_no"),
        ("permit", {"permit_no": "准1", "permit_on": ""}, "permit_on"),
        ("permit", {"permit_no": "准1", "permit_on": "2099-01-01"}, "permit_on"),
        ("permit", {"permit_no": "准1", "permit_on": "昨天"}, "permit_on"),
        ("permit", {"permit_no": "准" * 61, "permit_on": DAY}, "permit_no"),
        ("excuse", {"excuse": "tired", "paper_id": ""}, "excuse"),
        ("excuse", {"excuse": "soldier", "paper_id": ""}, "paper_id"),
    ],
)
def test_nothing_is_recorded_without_its_number_date_and_proof(
    world: World, moving: Agreement, move: str, fields: dict[str, str], name: str
) -> None:
    member = moving.members.first()
    with pytest.raises(errors.InvalidInput) as caught:
        transfers.record(member.pk, actor=world.police_liaison, move=move, fields=fields)
    assert caught.value.at == name
    assert _state(member).state == "pending"


def test_dates_run_forward(world: World, moving: Agreement) -> None:
    member = moving.members.first()
    _do(world, moving, member, "permit", **PERMIT)
    with pytest.raises(errors.InvalidInput, match="2026-02-01"):
        _do(world, moving, member, "move_out", **OUT | {"moved_out_on": "2026-01-31"})
    _do(world, moving, member, "move_out", **OUT)
    with pytest.raises(errors.InvalidInput, match="2026-02-11"):
        _do(world, moving, member, "move_in", booklet_no="户1", moved_in_on="2026-02-10")
    _do(world, moving, member, "move_in", booklet_no="户1", moved_in_on="2026-02-11")
    assert _state(member).state == "moved_in"


def test_moves_out_of_turn_are_refused(world: World, moving: Agreement) -> None:
    member = moving.members.first()
    for move in ("move_out", "move_in", "fail", "retry"):
        with pytest.raises(errors.IllegalMove):
            _do(world, moving, member, move, **OUT)
    with pytest.raises(errors.NotFound):
        _do(world, moving, member, "teleport")


def test_an_expired_certificate_is_started_again_from_nothing(world: World, moving: Agreement) -> None:
    member = moving.members.first()
    _do(world, moving, member, "permit", **PERMIT)
    _do(world, moving, member, "move_out", **OUT)
    after = builders.at("2026-03-13")
    transfers.record(member.pk, actor=world.police_liaison, move="fail", fields={}, now=after)
    transfers.record(member.pk, actor=world.police_liaison, move="retry", fields={}, now=after)
    again = _state(member)
    assert (again.state, again.permit_no, again.certificate_expires_on) == ("pending", "", None)


def test_a_paper_cannot_have_expired_before_its_last_day_is_over(world: World, moving: Agreement) -> None:
    member = moving.members.first()
    _do(world, moving, member, "permit", **PERMIT)
    with pytest.raises(errors.StillValid, match="2026-03-13"):  # 40 days from 1 February
        _do(world, moving, member, "fail")
    _do(world, moving, member, "move_out", **OUT)
    with pytest.raises(
        errors.StillValid, match="2026-03-12"
    ):  # 30 days from 10 February; the arrival was due on the 21st
        transfers.record(
            member.pk, actor=world.police_liaison, move="fail", fields={}, now=builders.at("2026-03-12", hour=23)
        )
    assert _state(member).state == "moved_out"


@pytest.mark.parametrize(("age", "offered"), [(3, False), (31, True)])
def test_the_page_offers_expiry_once_it_is_true_and_says_what_it_will_do(
    world: World, moving: Agreement, age: int, offered: bool
) -> None:
    member, issued = moving.members.first(), clock.today() - timedelta(days=age)
    AccountTransfer.objects.filter(member=member).update(state="permit", permit_no="准9", permit_on=issued)
    AccountTransfer.objects.filter(member=member).update(
        state="moved_out",
        certificate_no="迁9",
        certificate_on=issued,
        certificate_expires_on=issued + timedelta(days=30),
        moved_out_on=issued,
    )
    client, form = signed_in(world.police_liaison), f"/agreements/{moving.reference}/members/{member.pk}/fail/"
    assert (form in client.get(f"/cases/{moving.reference}/").content.decode()) == offered
    foretold = client.get(form).context["foretold"]
    assert "迁9" in foretold[0]
    assert (issued + timedelta(days=30)).isoformat() in foretold[0]
    assert len(foretold) == (3 if offered else 2)
    answer = client.post(form, {"key": "k"})
    assert answer.status_code == (302 if offered else 422)
    assert _state(member).state == ("failed" if offered else "moved_out")


def test_the_stage_is_over_when_the_last_person_has_moved_or_is_excused(world: World, moving: Agreement) -> None:
    first, second, third = moving.members.order_by("id")
    proof = families.paper(moving, "excuse_proof", world.police_liaison)
    _do(world, moving, first, "excuse", excuse="soldier", paper_id=proof.pk)
    for member in (second, third):
        assert not families.again(moving).facts["all_moved"]
        _do(world, moving, member, "permit", **PERMIT)
        _do(world, moving, member, "move_out", **OUT)
        _do(world, moving, member, "move_in", booklet_no="户1", moved_in_on="2026-02-12")
    facts = families.again(moving).facts
    assert (facts["all_moved"], facts["moved"], facts["excused"]) == (True, 2, 1)
    assert families.again(moving).authors["transfers"] == [world.police_liaison.pk]


def test_only_a_police_liaison_of_either_side_records_and_only_in_the_stage(world: World, moving: Agreement) -> None:
    member = moving.members.first()
    for person in (world.clerk, world.receiving_town, world.contact_cadre, world.town_reviewer):
        with pytest.raises(errors.NotAllowed):
            transfers.record(member.pk, actor=person, move="permit", fields=PERMIT)
    with pytest.raises(errors.NotFound):
        transfers.record(member.pk, actor=world.stranger, move="permit", fields=PERMIT)
    other = families.draft(world)
    with pytest.raises(errors.NotFound):  # not yet in the receiving side's sight
        transfers.record(other.members.first().pk, actor=world.police_liaison, move="permit", fields=PERMIT)
    assert clock.date_of(world.now).isoformat() == DAY


def test_pressed_twice_records_once(world: World, moving: Agreement) -> None:
    member = moving.members.first()
    now = families.later(moving)
    for _press in range(2):
        outcome = transfers.record(
            member.pk, actor=world.police_liaison, move="permit", fields=PERMIT, key="k", now=now
        )
    assert outcome["transfer"] == "permit"
