"""P28a: hostile text in every field that people type stays text on every page, for everyone who may open it."""

import os

import pytest

from tests import builders
from tests.agreements import families
from tests.security import addresses, hostile, town
from tests.security.payloads import ALL, FIRST, MARK

READERS = ("clerk", "county_officer", "security_admin")
ROTATIONS = 2


def test_the_reader_sees_what_would_run() -> None:
    assert all(hostile.runs(text) for text in FIRST if text.startswith("<") and not text.startswith("</"))
    assert hostile.runs("<p title='&lt;script&gt;'>&lt;script&gt;</p>") == []


def poisoned_pages(world: builders.World, payloads: tuple[str, ...], shifts: range) -> tuple[list[str], int]:
    """(what ran where, on how many pages some payload was shown)."""
    place = town.build(world)
    step = builders.open_step(families.draft(world), "draft")
    place.parts |= {"step_id": step.pk}
    ran, shown = [], 0
    paths = [address.path(place.parts) for address in addresses.every()]
    for shift in shifts:
        assert hostile.poison(payloads, shift) > 50
        for reader in READERS:
            for path in paths:
                answer = place.client(reader).get(path)
                if not answer.headers.get("Content-Type", "").startswith("text/html"):
                    continue
                text = answer.content.decode()
                shown += MARK in text or "pwned" in text
                ran += [f"{path} as {reader}: {one}" for one in hostile.runs(text)]
    return ran, shown


def test_twelve_hostile_texts_stay_text_on_every_page(world: builders.World) -> None:
    ran, shown = poisoned_pages(world, FIRST, range(ROTATIONS))
    assert ran == []
    assert shown > 20 * ROTATIONS, "the hostile text has to reach the pages, or this proves nothing"


@pytest.mark.prove
def test_sixty_hostile_texts_stay_text_on_every_page(world: builders.World) -> None:
    assert os.environ["PROVE"] == "1"
    ran, shown = poisoned_pages(world, ALL, range(len(ALL)))
    assert (ran, shown > 20 * len(ALL)) == ([], True)


def test_typed_comments_and_reasons_stay_text(world: builders.World) -> None:
    case = builders.agreement(world)
    for text in FIRST:
        step = builders.open_step(case, "draft")
        builders.approve(world, case, step.plan, comment=text)
        opinion = builders.open_step(case, "group_opinion")
        builders.steps.decide(
            opinion.pk,
            actor=world.village_group_leader,
            verdict="return",
            to="draft",
            comment=text,
            reason_code="other",
        )
    client = town.Client()
    client.force_login(world.town_reviewer)
    page = client.get(f"/cases/{case.reference}/").content.decode()
    assert hostile.runs(page) == [] and page.count("pwned") >= len(FIRST)
