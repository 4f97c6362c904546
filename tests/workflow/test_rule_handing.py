"""Who may be asked, given a step or lent a post, and who drops a signer: enumerated against lists of sentences."""

from functools import partial
from itertools import chain, combinations, product

import pytest

from workflow import candidates
from workflow.rules import dropping, handing
from workflow.rules.dropping import Beside
from workflow.rules.handing import Asking

NOBODY_OR = (None, 1, 2)
PERSONS = (1, 2, 3)
YES_NO = (False, True)
CIRCLES = ((), (1,), (2,), (1, 2))


def _first(sentences: list[tuple[str, bool]]) -> str:
    return next((code for code, is_so in sentences if is_so), "")


@pytest.mark.parametrize("purpose", ["reassign", "sign", "advise"])
def test_whoever_is_asked_is_somebody_else_and_free_of_the_case(purpose: str) -> None:
    tried = 0
    for actor, holder, adder, mine, beside in product(NOBODY_OR, NOBODY_OR, NOBODY_OR, YES_NO, CIRCLES):
        asking = Asking(purpose, actor, holder, adder, mine, beside)
        for person, barred, sees in product(PERSONS, ("", "wrote_it"), YES_NO):
            tried += 1
            handed = [
                ("holder", person == holder),
                ("yourself", person == actor and mine),
                ("asked_it", person == adder),
                ("asked", adder is not None and person in beside),
            ]
            joined = [("yourself", person == actor), ("asked", person in beside)]
            last = [("wrote_it", barred != ""), ("out_of_sight", not sees)]
            expected = _first((handed if purpose == "reassign" else joined) + last)
            found = handing.why_not(asking, person, excluded=partial(str, barred), sees=partial(bool, sees))
            assert found == expected, (asking, person)
            assert not found or found in candidates.WHY
    assert tried == 3 * 3 * 3 * 2 * 4 * 3 * 2 * 2


def test_a_step_of_a_desk_goes_to_nobody_who_signs_beside_it_and_past_no_four_eyes() -> None:
    for holder, adder, beside, person, barred in product(NOBODY_OR, NOBODY_OR, CIRCLES, PERSONS, ("", "same_stage")):
        asking = Asking("reassign", holder=holder, added_by=adder, beside=beside)
        plain = _first(
            [
                ("asked_it", person == adder),
                ("asked", adder is not None and person in beside),
                ("same_stage", barred != ""),
            ]
        )
        assert handing.why_not_given(asking, person, excluded=partial(str, barred)) == plain
        # a leaver's desk asks no more than a reassignment by a stranger to somebody who does not hold it does
        if person != holder:
            as_handed = handing.why_not(asking, person, excluded=partial(str, barred), sees=lambda: True)
            assert as_handed == plain


def test_four_eyes_and_sight_are_asked_only_where_nothing_simpler_stands_in_the_way() -> None:
    asked: list[str] = []

    def excluded() -> str:
        asked.append("four eyes")
        return ""

    def sees() -> bool:
        asked.append("sight")
        return True

    assert handing.why_not(Asking("reassign", holder=1), 1, excluded=excluded, sees=sees) == "holder"
    assert handing.why_not(Asking("sign", actor=1), 1, excluded=excluded, sees=sees) == "yourself"
    assert handing.why_not(Asking("sign", beside={1}), 1, excluded=excluded, sees=sees) == "asked"
    assert asked == []
    assert handing.why_not(Asking("sign", actor=1), 2, excluded=excluded, sees=sees) == ""
    assert asked == ["four eyes", "sight"]


def test_every_code_has_its_words() -> None:
    simple = {handing.HOLDER, handing.YOURSELF, handing.ASKED_IT, handing.ASKED}
    assert simple | {handing.OUT_OF_SIGHT, handing.OUT_OF_SCOPE} < candidates.WHY.keys()


ROLES = ("clerk", "auditor", "route_keeper")
NEVER = frozenset({"auditor", "route_keeper"})


def test_a_post_goes_to_who_decides_anyway_or_holds_the_same() -> None:
    for held in chain.from_iterable(combinations(ROLES, size) for size in range(len(ROLES) + 1)):
        for post in (*ROLES, "chair"):
            expected = "" if "clerk" in held or post in held else ("never_decides" if held else "out_of_scope")
            assert handing.why_not_lent(held, post, NEVER) == expected, (held, post)


# --- dropping --------------------------------------------------------------------------------------------------------
def test_an_open_step_of_ones_own_drops_any_signer_a_decided_one_only_those_one_added() -> None:
    may = set()
    for is_open, anothers, decider, me, adder in product(YES_NO, YES_NO, NOBODY_OR, NOBODY_OR, NOBODY_OR):
        if dropping.holds(Beside(is_open, anothers, decider), me, adder):
            may.add((is_open, anothers, decider, me, adder))
    open_ones = {(True, False, *rest) for rest in product(NOBODY_OR, NOBODY_OR, NOBODY_OR)}
    decided = {(False, anothers, pk, pk, pk) for anothers in YES_NO for pk in (1, 2)}
    assert may == open_ones | decided


def test_whom_the_route_asks_stays_and_nobody_without_a_step_beside_drops() -> None:
    may = []
    for added, closed, beside in product(YES_NO, repeat=3):
        code = dropping.why_not(added=added, closed=partial(bool, closed), holds_beside=partial(bool, beside))
        assert code == _first([("not_added", not added), ("closed", closed), ("not_yours", not beside)])
        may += [] if code else [(added, closed, beside)]
    assert may == [(True, False, True)]
