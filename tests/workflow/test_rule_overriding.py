"""What an override may pass and what it never replaces: enumerated against plain sentences."""

from datetime import date, timedelta
from functools import partial
from itertools import product

import pytest

from workflow.rules import overriding
from workflow.rules.overriding import Bar, Live

TODAY = date(2026, 3, 2)
YES_NO = (False, True)
ROUNDS = [
    Live(key, group, child, drafting) for key, (group, child, drafting) in enumerate(product("ab", YES_NO, YES_NO))
]


@pytest.mark.parametrize("named", ["", "a", "b", "no such group"])
def test_one_live_group_past_drafting_is_passed_and_where_two_are_live_it_is_named(named: str) -> None:
    tried = 0
    for there in product(YES_NO, repeat=len(ROUNDS)):
        tried += 1
        live = [one for one, here in zip(ROUNDS, there, strict=True) if here]
        groups = {one.group for one in live if one.child is False and one.drafting is False}
        wanted = groups if named == "" else groups & {named}
        found = overriding.one_group(live, named)
        assert ({found.group} if found else set()) == (wanted if len(wanted) == 1 else set())
        assert found is None or (found in live and not found.child and not found.drafting)
    assert tried == 2 ** len(ROUNDS)


def test_four_eyes_then_facts_then_waiting_times_are_never_replaced() -> None:
    days = (None, TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=1), TODAY + timedelta(days=9))
    codes, lacks = ("", "wrote_it", "duties"), ((), ("one",), ("one", "two"))
    for excluded, missing, waits in product(product(codes, repeat=2), lacks, product(days, repeat=2)):
        barred = [code for code in excluded if code != ""]
        future = [day for day in waits if day is not None and (day - TODAY).days > 0]
        expected = None
        if future:
            expected = Bar("early", until=future[0])
        if missing:
            expected = Bar("unmet", missing=missing)
        if barred:
            expected = Bar("recused", why=barred[0])
        assert overriding.why_not(excluded, partial(list, missing), waits, TODAY) == expected


def test_nothing_in_the_way_of_a_group_without_plans_or_steps() -> None:
    assert overriding.why_not((), list, (), TODAY) is None


def test_ten_characters_are_a_reason_and_blanks_are_none() -> None:
    for before, size, after in product(("", "  ", "\n"), range(13), ("", "\t  ")):
        assert overriding.is_reason(before + "因" * size + after) == (size >= 10)


def test_somebody_else_at_the_county_learns_of_it_and_missing_papers_are_named_once() -> None:
    everyone = (1, 2, 3)
    for here, acts in product(product(YES_NO, repeat=3), repeat=2):
        holders = [pk for pk, is_so in zip(everyone, here, strict=True) if is_so]
        acting = {pk for pk, is_so in zip(everyone, acts, strict=True) if is_so}
        told = overriding.witnesses(holders, acting)
        assert set(told) | (acting & set(holders)) == set(holders)
        assert not set(told) & acting
    for asked, on_file in product(product(("map", "deed"), repeat=3), ([], ["map"], ["deed", "map"])):
        assert overriding.waived(asked, on_file) == [
            one for one in ("deed", "map") if one in asked and one not in on_file
        ]
