"""The number that approving asks for has its own name at its field; the step's name does not carry it."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client

from agreements.vocabulary import NUMBERS
from tests import builders
from workflow.queries import actions

ROUTE = Path(__file__).resolve().parents[2] / "agreements" / "policies" / "default.yaml"


def plans() -> list[dict[str, Any]]:
    route = yaml.safe_load(ROUTE.read_text("utf-8"))
    tracks = [track for stage in route["stages"] for track in stage["tracks"]]
    return [plan for track in tracks for group in track["groups"] for plan in group["plans"]]


def test_every_number_of_the_default_routes_has_a_name_and_no_step_is_called_after_one() -> None:
    assert {plan["key"] for plan in plans() if plan.get("attest")} == set(NUMBERS)
    names = [name for plan in plans() for name in plan["names"].values()]
    assert [name for name in names if "（" in name or "(" in name or name.endswith("号") or "number" in name] == []


@pytest.mark.parametrize(("language", "label"), [("zh-hans", "纪要文号"), ("en", "Number of the minutes")])
def test_whoever_approves_is_asked_for_the_number_by_its_name(
    client: Client, world: builders.World, language: str, label: str
) -> None:
    case = builders.agreement(world)
    for plan in ("draft", "group_opinion", "village_opinion", "public_notice", "town_review"):
        builders.approve(world, case, plan)
    step = builders.open_step(case, "vice_approval")
    client.force_login(world.vice_leader)
    client.cookies["django_language"] = language
    assert label in client.get(f"/cases/{case.reference}/").content.decode()
    (asked,) = [verb for verb in actions.for_step(world.vice_leader, step.pk) if verb.verb == "approve"]
    assert next(field.label for field in asked.fields) == "纪要文号"
