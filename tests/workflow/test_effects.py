"""The effect of every act under every rule: enumerated against a second, plainer way to count."""

from itertools import product

import pytest

from workflow.rules import effects
from workflow.rules.effects import RULES, VERDICTS, Seat, Table
from workflow.rules.route import FAILED, OPEN, PASSED

STATES = ("open", "approved", "refused")
THRESHOLDS = {"any": (0,), "all": (0,), "in_order": (0,), "k_of_n": (1, 2, 3, 4), "weighted": (1, 3, 4, 5)}
WEIGHTS = (1, 2, 1)


def _tables(rule: str, added: bool) -> list[Table]:
    found = []
    for states in product(STATES, repeat=3):
        for threshold in THRESHOLDS[rule]:
            for waiting in (0, 1) if rule == "in_order" else (0,):
                seats = [Seat(i, state, WEIGHTS[i]) for i, state in enumerate(states)]
                extra = [[]] if not added else [[Seat(3, state, added=True)] for state in STATES]
                found += [Table(rule, threshold, (*seats, *more), waiting) for more in extra]
    return found


def _could_pass(table: Table, hopeful: bool) -> bool:
    """Whether the rule is met when every open seat approves (hopeful), or when none does."""
    yes = {"approved", "open"} if hopeful else {"approved"}
    planned = [s for s in table.seats if not s.added]
    agreed = [s for s in planned if s.state in yes]
    must = all(s.state in yes for s in table.seats if s.added)
    if table.rule == "any":
        met = bool(agreed)
    elif table.rule == "all":
        met = len(agreed) == len(planned)
    elif table.rule == "in_order":
        met = len(agreed) == len(planned) and (hopeful or not table.waiting)
    elif table.rule == "k_of_n":
        met = len(agreed) >= table.threshold
    else:
        met = sum(s.weight for s in agreed) >= table.threshold
    return met and must


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("added", [False, True])
def test_a_group_stands_as_the_plain_count_says(rule: str, added: bool) -> None:
    for table in _tables(rule, added):
        unrefused = all(seat.state != "refused" for seat in table.seats)  # too few are asked: nobody has failed it
        undecided = OPEN if _could_pass(table, hopeful=True) or unrefused else FAILED
        assert effects.standing(table) == (PASSED if _could_pass(table, hopeful=False) else undecided), table


@pytest.mark.parametrize(("rule", "verdict"), list(product(RULES, VERDICTS)))
def test_the_effect_of_every_act_under_every_rule_is_what_then_stands(rule: str, verdict: str) -> None:
    tried = 0
    for added in (False, True):
        for table in _tables(rule, added):
            for seat in [s for s in table.seats if s.state == "open"]:
                if effects.standing(table) != OPEN or seat.key in effects.unneeded(table):
                    continue
                tried += 1
                said = effects.effect(table, seat.key, verdict, on_refuse="draft", return_to="town_review")
                after = effects.decided(table, seat.key, verdict)
                still = {s.key for s in after.seats if s.state == "open"}
                if verdict == "return":
                    assert (said.result, said.goes_to, said.resume) == ("sent_back", "town_review", "with_me")
                    assert set(said.cancelled) == still
                    continue
                assert said.result == effects.standing(after)
                assert set(said.cancelled) | set(said.asked) == still
                assert not set(said.cancelled) & set(said.asked)
                if said.result == FAILED:
                    assert (said.goes_to, said.resume, set(said.cancelled)) == ("draft", "again", still)
                if said.result == PASSED:
                    assert (said.goes_to, said.needed, set(said.cancelled)) == ("", 0, still)
                if said.result == OPEN:
                    assert said.needed > 0
                    assert said.asked or said.opens_next or not _could_pass(after, hopeful=True), (table, said)
    assert tried > 5


def test_one_refusal_ends_all_and_in_order_but_not_any_k_of_n_or_a_vote() -> None:
    seats = (Seat("a", "open"), Seat("b", "open"), Seat("c", "open"))
    results = {rule: effects.effect(Table(rule, 2, seats), "a", "refuse", on_refuse="draft").result for rule in RULES}
    assert results == {"in_order": FAILED, "all": FAILED, "any": OPEN, "k_of_n": OPEN, "weighted": OPEN}


def test_a_signer_beside_leaves_k_unchanged_and_must_approve_too() -> None:
    seats = (Seat("a", "open"), Seat("b", "open"), Seat("c", "open"), Seat("d", "open", added=True))
    table = Table("k_of_n", 2, seats)
    assert effects.needed(table) == 3
    two = effects.decided(effects.decided(table, "a", "approve"), "b", "approve")
    assert effects.standing(two) == OPEN
    assert effects.unneeded(two) == ("c",)
    assert effects.standing(effects.decided(two, "d", "approve")) == PASSED
    assert effects.standing(effects.decided(two, "d", "refuse")) == FAILED
    assert effects.standing(effects.without(two, "d")) == PASSED


def test_in_order_opens_the_next_only_when_all_before_have_approved() -> None:
    table = Table("in_order", 0, (Seat("a", "open"),), waiting=2)
    assert effects.effect(table, "a", "approve", on_refuse="").opens_next
    assert not effects.next_is_due(table)
    assert effects.effect(table, "a", "refuse", on_refuse="x").result == FAILED


@pytest.mark.parametrize("rule", RULES)
def test_leavers_put_a_rule_out_of_reach_exactly_when_the_rest_cannot_meet_it(rule: str) -> None:
    for table in _tables(rule, added=True):
        if effects.standing(table) != OPEN:
            continue
        keys = [seat.key for seat in table.seats if seat.state == "open"]
        for present in product((True, False), repeat=len(keys)):
            manned = {key for key, here in zip(keys, present, strict=True) if here}
            left = tuple(
                Seat(s.key, "refused", s.weight, s.added) if s.state == "open" and s.key not in manned else s
                for s in table.seats
            )
            rest = Table(table.rule, table.threshold, left, table.waiting)
            assert effects.out_of_reach(table, manned) == (not _could_pass(rest, hopeful=True)), (table, manned)
