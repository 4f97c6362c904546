"""Which worker gets which tests: whole files, so that what a file sets up is set up once, and tests of files that say
they may be spread one by one. Ours, because xdist's `loadgroup` writes its groups into a private name of pytest's
that pytest 9.2 no longer has: every test went to any worker, and nothing said so."""

from functools import cache
from pathlib import Path

from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).resolve().parents[1]
MARK = "pytest.mark.spread"
# single short tests at the end, so that no worker waits for the other; then what takes somebody's desk away
LAST = ("tests/journeys/test_roles.py", "tests/journeys/test_leaving.py")


@cache
def spread(file: str) -> bool:
    """Whether a file says of itself that its tests are independent of each other."""
    return MARK in (ROOT / file).read_text(encoding="utf-8")


def at_the_end(nodeid: str) -> int:
    """Where a test stands among those that come last; 0: it does not."""
    file = nodeid.partition("::")[0]
    return LAST.index(file) + 1 if file in LAST else 0


def unit_of_work(nodeid: str) -> str:
    """What goes to one worker together with this test."""
    file = nodeid.partition("::")[0]
    return nodeid if spread(file) else file


class WholeFiles(LoadScopeScheduling):
    """Hands out units of work in the order of the collection; see `conftest.py` for that."""

    def _split_scope(self, nodeid: str) -> str:
        return unit_of_work(nodeid)
