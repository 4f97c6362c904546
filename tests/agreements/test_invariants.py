"""The subject's part of the hourly check: facts derived anew equal what is stored; no household on nobody's list."""

from agreements.models import Member
from agreements.queries import register
from tests import builders
from tests.agreements import families
from workflow import hourly
from workflow.models import Finding, Posting
from workflow.queries import invariants


def test_facts_stored_on_the_way_equal_those_derived_anew(world: builders.World) -> None:
    for until in ("in_review", "signing", "final_check"):
        families.walk(world, families.draft(world), until)
    assert invariants.drift(0, 100) == ([], 0)


def test_a_row_changed_behind_the_engines_back_is_found(world: builders.World) -> None:
    agreement = families.draft(world)
    first = Member.objects.filter(agreement=agreement).order_by("-pk").first()
    assert first is not None
    first.delete()
    hourly.run()
    found = Finding.objects.get(code="facts_differ", case_id=agreement.pk)
    assert "persons" in found.detail["facts"]
    assert "members" in found.detail["aspects"]


def test_every_registered_household_has_an_agreement_or_is_on_somebodys_list(world: builders.World) -> None:
    waiting, started = families.household(world), families.draft(world)
    assert register.unaccounted() == []
    Posting.objects.filter(role="clerk", unit__code=builders.HOME_TOWN).update(valid_until=builders.date(2021, 1, 1))
    assert register.unaccounted() == [waiting.pk]
    hourly.run()
    assert Finding.objects.get(code="unaccounted").detail == {"count": 1, "ids": [waiting.pk]}
    assert started.household_id != waiting.pk
