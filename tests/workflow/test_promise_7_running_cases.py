"""P7: a running case keeps its route version; publishing changes no open case."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import connection

from agreements.commands import policies
from tests import builders
from workflow.models import Case, Route, Step


def _publish(world: builders.World, folder: Path, lead: int) -> None:
    """A new version of every mode: another lead time, and one more group in review."""
    document = yaml.safe_load(policies.DEFAULT.read_text(encoding="utf-8"))
    document["stages"][0]["tracks"][0]["groups"][0]["plans"][0]["lead"] = lead
    review = document["stages"][1]["tracks"][0]["groups"]
    plan = review[2]["plans"][0] | {"key": f"more_{lead}"}
    review.insert(3, {"key": f"more_{lead}", "names": review[2]["names"], "plans": [plan]})
    path = folder / "policy.yaml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    assert len(policies.publish(world.units[builders.COUNTY], now=world.now, path=path)) == 5


def _rows(table: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY id")
        return cursor.fetchall()


def _many(world: builders.World, number: int, publishes: int, folder: Path) -> None:
    cases = [builders.agreement(world) for _ in range(number)]
    for index, case in enumerate(cases):
        for plan in ("draft", "group_opinion", "village_opinion", "public_notice")[: index % 5]:
            builders.approve(world, case, plan)
    tables = ("workflow_case", "workflow_round", "workflow_step", "workflow_decision")
    before = {table: _rows(table) for table in tables}
    for publish in range(publishes):
        _publish(world, folder, lead=6 + publish)
    assert {table: _rows(table) for table in tables} == before
    for case in cases[:2]:  # and they go on under what they began with
        done = builders.walk(world, case)
        assert not Step.objects.filter(case=case, plan__startswith="more_").exists()
        assert done.route_id == case.route_id
    newest = builders.agreement(world)
    assert newest.route_id == Route.objects.get(mode=newest.mode, status=Route.PUBLISHED).pk
    assert Case.objects.get(pk=newest.pk).route_id != cases[0].route_id


def test_publishing_changes_no_running_case(world: builders.World, tmp_path: Path) -> None:
    _many(world, 10, 4, tmp_path)


@pytest.mark.prove
def test_twenty_publishes_change_none_of_a_thousand_running_cases(world: builders.World, tmp_path: Path) -> None:
    _many(world, 1000, 20, tmp_path)
