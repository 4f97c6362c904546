"""P2: the engine equals the reference model for every sequence of commands."""

import os

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests import builders
from tests.model.machine import Machine, county

PROVE = os.environ.get("PROVE") == "1"
RUNS, STEPS = (2000, 50) if PROVE else (40, 30)
RUNS = int(os.environ.get("RUNS", RUNS))
SEED = int(os.environ.get("SEED", "2012"))


def test_engine_and_model_agree(live_world: builders.World) -> None:
    county(live_world)
    Machine.world = live_world
    chosen = settings(
        max_examples=RUNS,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
        report_multiple_bugs=False,
    )
    run_state_machine_as_test(seed(SEED)(Machine), settings=chosen)
    print(sorted(Machine.tried.items()))
