"""Drafting: from the register to a draft, edited by its clerk only, and only while it is a draft."""

from decimal import Decimal

import pytest
from django.test import Client

from agreements.commands import agreements, lifecycle, signing
from agreements.models import Agreement, Ending
from agreements.queries import doubts
from tests import builders
from tests.agreements import families
from tests.builders import World
from tests.concurrency import together
from tests.workflow.test_pages import signed_in
from workflow import errors
from workflow.models import Case, Receipt, Round, Step


def test_a_draft_copies_members_amounts_and_plan_from_the_register(world: World) -> None:
    case = families.draft(world)
    assert case.state == "draft" and case.facts["persons"] == 3 and case.facts["amount"] == "120000.50"
    assert case.party_a == "河口镇人民政府" and "补偿补助费" in case.terms
    assert set(case.authors) == set(agreements.CONTENT)
    assert list(Step.objects.filter(case=case).values_list("plan", flat=True)) == ["draft"]
    assert {p.user for p in case.participants.all()} == {world.contact_cadre}


def test_only_a_clerk_whose_unit_covers_the_household_may_draft(world: World) -> None:
    one = families.household(world)
    with pytest.raises(errors.NotFound):
        agreements.draft(one.pk, actor=world.stranger)
    with pytest.raises(errors.NotFound):
        agreements.draft(one.pk, actor=world.nobody)
    with pytest.raises(errors.NotAllowed):
        agreements.draft(one.pk, actor=world.town_reviewer)


def test_a_household_has_one_live_agreement_and_the_same_key_gives_the_same_one(world: World) -> None:
    one = families.household(world)
    made = agreements.draft(one.pk, actor=world.clerk, key="k")
    assert agreements.draft(one.pk, actor=world.clerk, key="k").pk == made.pk
    with pytest.raises(errors.AlreadyLive, match=made.reference):
        agreements.draft(one.pk, actor=world.clerk_2, key="k")
    with pytest.raises(errors.KeyReused):
        agreements.draft(families.household(world).pk, actor=world.clerk, key="k")


def test_two_clerks_starting_at_once_make_one_agreement(live_world: World) -> None:
    one = families.household(live_world)
    results = together(
        [
            lambda: agreements.draft(one.pk, actor=live_world.clerk, key="a"),
            lambda: agreements.draft(one.pk, actor=live_world.clerk_2, key="b"),
        ]
    )
    assert {type(result) for result in results} == {Agreement, errors.AlreadyLive}
    assert Agreement.objects.filter(household=one).count() == 1


def test_after_a_withdrawal_a_household_starts_anew(world: World) -> None:
    case = families.draft(world)
    with pytest.raises(errors.CommentRequired):
        lifecycle.withdraw(case.pk, actor=world.clerk, reason=" ")
    lifecycle.withdraw(case.pk, actor=world.clerk, reason="户主要求另选安置地", key="w", now=families.later(case))
    ended = families.again(case)
    assert ended.state == "withdrawn" and ended.closed_at
    assert not Round.objects.filter(case=case, closed_at=None).exists()
    assert Ending.objects.get(agreement=case).reason == "户主要求另选安置地"
    second = agreements.draft(case.household_id, actor=world.clerk)
    assert second.reference == f"{case.reference}-2"


def test_a_household_without_destination_cannot_start(world: World) -> None:
    with pytest.raises(errors.InvalidInput):
        agreements.draft(families.household(world, destination=None).pk, actor=world.clerk)


@pytest.mark.parametrize(
    ("fields", "amounts", "name"),
    [
        ({"homestead_m2": "0"}, None, "homestead_m2"),
        ({"production_land_mu": "a"}, None, "production_land_mu"),
        ({"move_by": "2027-02-30"}, None, "move_by"),
        ({"move_by": "1999-01-01"}, None, "move_by"),
        ({"move_by": "2026-03-01"}, None, "move_by"),  # the day before the agreement was begun
        ({"move_by": "2999-01-01"}, None, "move_by"),
        ({"copies": "0"}, None, "copies"),
        ({"party_a": "x" * 121}, None, "party_a"),
        ({"authorisation_no": "a\x00b"}, None, "authorisation_no"),
        ({}, {"house": "-1"}, "amount_house"),
        ({}, {"house": "1.005"}, "amount_house"),
        ({}, {"house": "NaN"}, "amount_house"),
        ({}, {"house": "9999999999999"}, "amount_house"),
    ],
)
def test_bad_content_is_refused_by_field_and_nothing_is_changed(
    world: World, fields: dict[str, str], amounts: dict[str, str] | None, name: str
) -> None:
    case = families.draft(world)
    with pytest.raises(errors.InvalidInput) as caught:
        agreements.edit(case.pk, actor=world.clerk, fields=fields, amounts=amounts, key="k")
    assert caught.value.at == name and caught.value.detail["expected"]
    assert families.again(case).version == case.version
    assert not Receipt.objects.filter(key="k").exists()


def test_what_is_possible_but_unusual_is_saved_and_said_to_drafter_and_reviewer(world: World) -> None:
    case = families.draft(world)
    assert doubts.doubts(families.again(case)) == []
    fields = {"homestead_m2": "15000", "production_land_mu": "99999", "move_by": "2027-07-01"}
    agreements.edit(case.pk, actor=world.clerk, fields=fields)
    said = doubts.doubts(families.again(case))
    assert [part in sentence for part, sentence in zip(("15000", "99999", "2027-07-01"), said, strict=True)] == [
        True
    ] * 3
    for path in (f"/agreements/{case.reference}/edit/", f"/cases/{case.reference}/"):
        page = signed_in(world.clerk).get(path).content.decode()
        assert all(sentence in page for sentence in said)
    drawer = signed_in(world.town_reviewer).get(f"/cases/{case.reference}/", headers={"HX-Request": "true"})
    assert all(sentence in drawer.content.decode() for sentence in said)
    for value in ("20", "1000"):
        agreements.edit(case.pk, actor=world.clerk, fields={"homestead_m2": value})
        assert len(doubts.doubts(families.again(case))) == 2
    agreements.edit(case.pk, actor=world.clerk, fields={"has_homestead": False, "homestead_m2": "15000"})
    assert len(doubts.doubts(families.again(case))) == 2


def test_a_day_that_has_passed_is_not_copied_from_the_schedule(world: World) -> None:
    late = builders.at("2027-05-01")  # the last move was due 90 days before the water
    assert agreements.draft(families.household(world).pk, actor=world.clerk, now=world.now).move_by
    assert agreements.draft(families.household(world).pk, actor=world.clerk, now=late).move_by is None


def test_amounts_and_members_are_replaced_as_a_whole(world: World) -> None:
    case = families.draft(world)
    head = case.members.order_by("id").first()
    outcome = agreements.edit(
        case.pk,
        actor=world.clerk,
        fields={"has_homestead": False},
        amounts={"trees": "８０.5", "house": ""},
        members=[head.person_id],
        now=families.later(case),
    )
    stored = families.again(case)
    assert set(outcome["changed"]) == {"members", "amounts", "text"}
    assert [(line.item, line.amount) for line in stored.amounts.all()] == [("trees", Decimal("80.50"))]
    assert stored.facts["persons"] == 1 and stored.facts["has_homestead"] is False
    other = families.household(world).persons.first()
    for members in ([], [other.pk]):
        with pytest.raises(errors.InvalidInput):
            agreements.edit(case.pk, actor=world.clerk, fields={}, members=members)


def test_content_can_be_edited_in_draft_only_and_by_the_clerk_only(world: World) -> None:
    case = families.draft(world)
    for person in (world.town_reviewer, world.contact_cadre, world.county_officer):
        with pytest.raises(errors.NotAllowed):
            agreements.edit(case.pk, actor=person, fields={"copies": 5})
    with pytest.raises(errors.NotFound):
        agreements.edit(case.pk, actor=world.receiving_town, fields={"copies": 5})
    families.walk(world, case, "in_review")
    with pytest.raises(errors.IllegalMove):
        agreements.edit(case.pk, actor=world.clerk, fields={"copies": 5})


def test_a_second_form_opened_earlier_cannot_overwrite_unnoticed(world: World) -> None:
    case = families.draft(world)
    seen = {aspect: case.hashes[aspect] for aspect in agreements.CONTENT}
    agreements.edit(case.pk, actor=world.clerk, fields={"copies": 5}, seen=seen, now=families.later(case))
    with pytest.raises(errors.Stale) as caught:
        agreements.edit(case.pk, actor=world.clerk_2, fields={"copies": 6}, seen=seen)
    assert caught.value.detail["aspects"] == ["text"]


def test_signing_freezes_the_text_and_ends_withdrawing(world: World) -> None:
    case = families.walk(world, families.draft(world), "signatures")
    page = families.paper(case, "signed_agreement", world.clerk)
    given = {"method": "ink", "signed_on": "2026-03-02", "paper_id": page.pk, "actor": world.clerk}
    with pytest.raises(errors.InvalidInput, match="授权"):
        signing.sign(case.pk, party="household", signer="别人", **given)
    signing.sign(case.pk, party="household", signer=case.household.head_name, now=families.later(case), **given)
    with pytest.raises(errors.InvalidInput):
        signing.sign(case.pk, party="household", signer=case.household.head_name, **given)
    stored = families.again(case)
    assert (
        stored.text_hash
        and not stored.signed_on
        and stored.facts["missing_signatures"]
        == [
            "origin_town",
            "receiving_town",
        ]
    )
    with pytest.raises(errors.IllegalMove):
        lifecycle.withdraw(case.pk, actor=world.clerk, reason="反悔")


def test_the_county_ends_and_reopens_with_a_document_number_only(world: World) -> None:
    case = families.walk(world, families.draft(world))
    with pytest.raises(errors.NotAllowed):
        lifecycle.reopen(case.pk, actor=world.chair, document_no="云移〔2026〕9号")
    with pytest.raises(errors.DocumentRequired):
        lifecycle.reopen(case.pk, actor=world.county_officer, document_no="")
    lifecycle.reopen(case.pk, actor=world.county_officer, document_no="云移〔2026〕9号", now=families.later(case))
    assert Case.objects.get(pk=case.pk).state == "final_check"
    assert set(Step.objects.filter(case=case, state="open").values_list("plan", flat=True)) == {
        "move_in",
        "land_handed_over",
    }
    lifecycle.terminate(case.pk, actor=world.county_officer, document_no="云移〔2026〕10号", now=families.later(case))
    assert Case.objects.get(pk=case.pk).state == "terminated"
    assert Agreement.objects.get(pk=case.pk).endings.count() == 2
    assert builders.today_of(world)


def test_a_household_number_with_signs_of_an_address_still_gives_a_page(world: World) -> None:
    one = families.household(world, household_no="3/5?#组 一")
    made = agreements.draft(one.pk, actor=world.clerk, now=world.now)
    assert made.reference == "P1-3-5--组-一"
    client = Client()
    client.force_login(world.clerk)
    assert client.get(f"/cases/{made.reference}/").status_code == 200
