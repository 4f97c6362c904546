"""What can be done with an open step now: the one judgement by which lists, counts, sheets and runs go. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

HELD, BARRED, EARLY, WAITS, OPINION = "held", "barred", "early", "waits", "opinion"
MISSING, NUMBER, READY = "missing", "number", "ready"
IDLE = (HELD, BARRED, EARLY, WAITS)  # its reader can only look
DECIDABLE = (MISSING, NUMBER, READY)
APPROVABLE = (NUMBER, READY)  # a number is given with the approval itself


@dataclass(frozen=True)
class Readiness:
    """`state`: what stands first in the way of an approval. The rest, whatever is first: what is missing in words, who
    is waited for, and whether an approval has to give a document number."""

    state: str
    missing: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()
    number: bool = False

    @property
    def idle(self) -> bool:
        """The step waits, and nobody who is asked for it can do anything about it here."""
        return self.state in IDLE

    @property
    def decidable(self) -> bool:
        """It can be decided one way or another: at least returned."""
        return self.state in DECIDABLE

    @property
    def approvable(self) -> bool:
        """It can be approved."""
        return self.state in APPROVABLE


def judge(
    *,
    held: bool,
    barred: bool,
    early: bool,
    waits: Sequence[str] = (),
    opinion: bool = False,
    missing: Sequence[str] = (),
    number: bool = False,
) -> Readiness:
    """The first that applies, in the order in which the command refuses.

    held: its clock is stopped; barred: another's, or excluded by four eyes; early: a notice runs; waits: who was asked
    before it; opinion: a word is asked for and no decision; number: a document number is due with the approval.
    """
    first = {
        HELD: held,
        BARRED: barred,
        EARLY: early,
        WAITS: bool(waits),
        OPINION: opinion,
        MISSING: bool(missing),
        NUMBER: number,
        READY: True,
    }
    return Readiness(next(state for state, applies in first.items() if applies), tuple(missing), tuple(waits), number)
