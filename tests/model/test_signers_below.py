"""P2: signers of signers take back, in every order of asking; engine beside model."""

from itertools import product

import pytest

from tests import builders
from tests.model.county import MODES, SEATED
from tests.model.model import Node
from tests.model.pair import Pair, steps_of
from tests.model.test_table import decide, first, go_on, settled

__all__ = ["settled"]
BEFORE_OR_AFTER = ("before", "after")


def ask(pair: Pair, seat: Node, who: str, where: str) -> Node:
    """Another signs before, after or beside that step: the first who can be asked. Their step."""
    user = next(user for user in SEATED if pair.model.candidate(seat, user, who))
    assert pair.both("ask", who, seat, user, where), pair.told()
    return steps_of(pair.model)[-1]


@pytest.mark.parametrize("more", [False, True])
@pytest.mark.parametrize("verdict", ["approved", "refused"])
@pytest.mark.parametrize(("outer", "inner"), list(product(BEFORE_OR_AFTER, repeat=2)))
@pytest.mark.parametrize("rule", ["any", "all", "k_of_n"])
def test_a_signers_own_signer_takes_back(
    settled: builders.World, rule: str, outer: str, inner: str, verdict: str, more: bool
) -> None:
    """`more`: another signer stands beside the one who is asked to sign first, and one beside the last of all."""
    pair = Pair(settled, MODES[rule], 5)
    decide(pair, "approved")
    step, who = first(pair)
    signer = ask(pair, step, who, outer)
    others = [ask(pair, signer, signer.holder, "beside")] if more else []
    own = ask(pair, signer, signer.holder, inner)
    others += [ask(pair, own, own.holder, "beside")] if more else []
    if verdict == "approved":
        for one in others[1:]:
            assert pair.both("decide", one.holder, one, "approved")
    assert pair.both("decide", own.holder, own, verdict)
    pair.both("take_back", own.holder, own)
    for one in (signer, *others):
        if one in pair.model.asked() and pair.model.may(one.holder, one):
            pair.both("decide", one.holder, one, "approved")
    pair.both("take_back", own.holder, own)
    go_on(pair, lambda pair: "panel" in pair.model.passed)
    pair.finish()


@pytest.mark.parametrize("rule", ["any", "k_of_n"])
def test_a_refusal_after_an_approval_is_taken_back_and_who_had_approved_beside_it_is_not_asked_again(
    settled: builders.World, rule: str
) -> None:
    """Beside the signer who refuses, another has approved and waits for a signer of their own, who is let go."""
    pair = Pair(settled, MODES[rule], 5)
    decide(pair, "approved")
    step, who = first(pair)
    signer = ask(pair, step, who, "after")
    other = ask(pair, signer, signer.holder, "beside")
    ask(pair, other, other.holder, "after")
    third = ask(pair, signer, signer.holder, "beside")
    assert pair.both("decide", third.holder, third, "refused")
    assert pair.both("take_back", third.holder, third)
    assert {one.holder for one in pair.model.asked() if one.by} == {signer.holder, third.holder}
    go_on(pair, lambda pair: "panel" in pair.model.passed)
    pair.finish()
