"""P3 and P4: whatever dies at whatever point, an acknowledged decision is there, an unanswered one is whole or absent,
and the same request sent again gives the one result."""

import os
import random
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from config.embedded.places import Places
from tests.faults.clicks import DONE, NOT_YET, Clicks, decided, prepare, rows
from tests.faults.failing import POINTS
from tests.faults.test_the_product_survives import eventually
from tests.product import Site, start, stop

PROVE = os.environ.get("PROVE") == "1"
KILLS = 1000 if PROVE else len(POINTS)
STOPS = 100 if PROVE else 5
COMMITTED = ("after the commit", "before the answer")


@pytest.fixture(scope="module")
def failing() -> Iterator[Site]:
    """The product with settings that know failpoints."""
    before = os.environ["DJANGO_SETTINGS_MODULE"]
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.faults.failing"
    try:
        found = start("--bare")
    finally:
        os.environ["DJANGO_SETTINGS_MODULE"] = before
    yield found
    stop(found)


@pytest.fixture(scope="module")
def desk(failing: Site) -> Clicks:
    """Drafts enough for every fault."""
    return prepare(failing, KILLS + 4 * STOPS + 8)


def answered(desk: Clicks, step: int) -> bool:
    """Click until the product answers; it comes back without a human."""
    return eventually(lambda: desk.approve(step) == 302)


def history_is_whole(site: Site) -> bool:
    """The chains of all cases."""
    return "first broken" not in site.manage("verify_audit")


def test_the_web_process_killed_at_every_point_of_a_decision(failing: Site, desk: Clicks) -> None:
    for kill in range(KILLS):
        point, step = POINTS[kill % len(POINTS)], desk.steps.pop()
        desk.arm(point)
        assert desk.approve(step) == 0, f"no kill at: {point}"
        assert not desk.armed
        assert decided(failing, step) == (DONE if point in COMMITTED else NOT_YET), point
        assert answered(desk, step)
        assert decided(failing, step) == DONE, point
    assert history_is_whole(failing)


def test_a_killed_database_session_is_an_error_for_one_click_only(failing: Site, desk: Clicks) -> None:
    for _kill in range(STOPS):
        step = desk.steps.pop()
        ids = rows(failing, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'")
        assert ids is not None
        assert answered(desk, step)
        assert decided(failing, step) == DONE


def test_postgresql_stopped_at_once_in_the_middle_of_clicks(failing: Site, desk: Clicks) -> None:
    dice = random.Random(2012)
    for _stop in range(STOPS):
        mine = [desk.steps.pop() for _ in range(3)]
        with ThreadPoolExecutor(len(mine)) as officials:
            clicks = [officials.submit(desk.approve, step) for step in mine]
            if dice.random() < 0.5:  # some stops come after the first answer, some in the middle
                clicks[0].result()
            os.kill(postmaster(failing), signal.SIGQUIT)
            said = {step: click.result() for step, click in zip(mine, clicks, strict=True)}
        assert all(answered(desk, step) for step in mine)
        assert {step: decided(failing, step) for step in mine} == dict.fromkeys(mine, DONE), said
    assert history_is_whole(failing)


def postmaster(site: Site) -> int:
    """The server's first process."""
    return int((Places(site.var).pg_data / "postmaster.pid").read_text().split()[0])
