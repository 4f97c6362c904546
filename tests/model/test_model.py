"""P2: the engine equals the reference model for every sequence of commands."""

import ast
import os
import traceback
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connections
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from psycopg import sql

from tests import builders, light, servers
from tests.model import county
from tests.model.machine import Machine
from tests.model.model import Model, Node
from tests.model.pair import Pair
from tests.model.route import STATES

RUNS, STEPS = (2000, 50) if os.environ.get("PROVE") == "1" else (300, 30)
RUNS = int(os.environ.get("RUNS", RUNS))
SEED = int(os.environ.get("SEED", "2012"))  # another one tries other sequences; SHRINK=1 makes a failing one short
PHASES = (Phase.generate, Phase.shrink) if os.environ.get("SHRINK") else (Phase.generate,)


def test_engine_and_model_agree(live_world: builders.World) -> None:
    """Half of the runs in a process of their own: the sequences do not know each other, and there are two cores."""
    county.settle_in(live_world)
    Machine.world = live_world
    connections.close_all()
    copy = copied_database()
    child = os.fork()
    if child == 0:
        os._exit(other_half(copy))
    run(SEED)
    assert os.waitpid(child, 0)[1] == 0, "the other half of the runs failed; see above"
    print(sorted(Pair.tried.items()))


def run(number: int) -> None:
    """Half of the runs, from one seed."""
    chosen = settings(
        max_examples=RUNS // 2,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=PHASES,
        report_multiple_bugs=False,
    )
    run_state_machine_as_test(seed(number)(Machine), settings=chosen)


def copied_database() -> str:
    """A database with the same people for the other half: each run is one long transaction, and two of them in one
    database would wait for each other's stream heads in different orders."""
    name = connections["owner"].settings_dict["NAME"]
    with psycopg.connect(servers.owner_dsn("postgres"), autocommit=True) as owner:
        owner.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(f"{name}_half")))
        owner.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(f"{name}_half"), sql.Identifier(name))
        )
    return f"{name}_half"


def other_half(database: str) -> int:
    """In the child: its own database, connections, numbers and seed; 1 when engine and model differ."""
    for alias in ("default", "owner"):
        connections[alias].settings_dict["NAME"] = database
    light._numbers = count(500_000)
    try:
        run(SEED + 1)
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        connections.close_all()
    return 0


REFERENCE = ("route", "people", "model", "rights", "office")  # each may know those before it


def test_the_reference_knows_nothing_of_the_product() -> None:
    for place, name in enumerate(REFERENCE):
        source = ast.parse(Path(__file__).with_name(f"{name}.py").read_text(encoding="utf-8"))
        imported = {node.module for node in ast.walk(source) if isinstance(node, ast.ImportFrom)}
        imported |= {one.name for node in ast.walk(source) if isinstance(node, ast.Import) for one in node.names}
        below = {f"tests.model.{one}" for one in REFERENCE[:place]}
        assert imported <= below | {"dataclasses", "typing"}, name


class Alone(Model):
    """With nothing but a route; two hold every post."""

    def whom(self, live: Node, plan: Any) -> list[dict[str, Any]]:
        (asked,) = super().whom(live, plan)
        return [asked | {"holder": who} for who in (("one", "two") if plan.get("each_holder") else [""])]


@pytest.mark.parametrize("rule", county.MODES)
def test_the_model_moves_a_case_by_itself(rule: str) -> None:
    """Nobody tells it who may: every step is asked as the route is written, and whoever acts acts for themselves."""
    model = Alone(county.places(rule), {"persons": 5})
    model.settle()
    while asked := model.asked():
        model.do("decide", "anybody", asked[0], "approved", frozenset({"anybody"}))
    assert STATES[model.state] == "completed"
    assert model.passed.keys() == {key for key, one in model.route.items() if one.plans(model.facts)}


def test_the_model_can_be_read_at_a_sitting() -> None:
    """How a case moves and what every command does to it: two hundred lines, everything counted."""
    lines = Path(__file__).with_name("model.py").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 200
    assert max(map(len, lines)) <= 120
