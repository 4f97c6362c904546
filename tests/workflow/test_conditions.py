"""Conditions on facts: validated, explained in both languages, and never executed as code."""

import pytest
from django.utils import translation

from agreements.vocabulary import FACTS
from workflow.rules import conditions

BIG = {"all": [{"fact": "amount", "at_least": 500000}, {"fact": "crosses_county", "is": True}]}


@pytest.mark.parametrize(
    ("condition", "facts", "wanted"),
    [
        (None, {}, True),
        ({"fact": "has_homestead", "is": True}, {"has_homestead": True}, True),
        ({"fact": "has_homestead", "is": True}, {}, False),
        ({"fact": "mode", "in": ["pension", "kin_reliance"]}, {"mode": "pension"}, True),
        ({"fact": "amount", "at_least": 500000}, {"amount": "500000.00"}, True),
        ({"fact": "amount", "at_least": 500000}, {"amount": "499999.99"}, False),
        ({"fact": "persons", "is": 4}, {"persons": 4}, True),
        ({"fact": "amount", "is": 100}, {"amount": "100.00"}, True),
        ({"fact": "persons", "at_most": 3}, {"persons": 4}, False),
        ({"not": {"fact": "persons", "at_most": 3}}, {"persons": 4}, True),
        (BIG, {"amount": "600000.00", "crosses_county": True}, True),
        (BIG, {"amount": "600000.00", "crosses_county": False}, False),
        ({"any": BIG["all"]}, {"amount": "1.00", "crosses_county": True}, True),
    ],
)
def test_a_condition_is_read_from_facts(condition: dict | None, facts: dict, wanted: bool) -> None:
    assert conditions.holds(condition, facts) is wanted
    assert conditions.faults(condition, FACTS) == []


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("amount > 5", "比较"),
        ({"fact": "colour", "is": "red"}, "colour"),
        ({"fact": "amount"}, "at_least"),
        ({"fact": "amount", "at_least": 1, "at_most": 2}, "at_least"),
        ({"fact": "amount", "at_least": "__import__('os')"}, "数"),
        ({"fact": "amount", "in": [1, 2]}, "补偿金额"),
        ({"fact": "has_homestead", "is": "yes"}, "是"),
        ({"fact": "has_homestead", "at_least": 1}, "宅基地"),
        ({"fact": "mode", "is": "castle"}, "投亲靠友"),
        ({"fact": "mode", "in": []}, "投亲靠友"),
        ({"all": []}, "all"),
        ({"any": [{"fact": "nothing", "is": 1}]}, "nothing"),
        ({"not": {"all": [{"fact": "amount", "eval": "1"}]}}, "at_least"),
        ({"all": [{"fact": "amount", "at_least": 1}], "fact": "amount"}, "all"),
    ],
)
def test_what_is_wrong_with_a_condition_is_told_in_words(condition: object, told: str) -> None:
    found = conditions.faults(condition, FACTS)
    assert len(found) == 1
    assert told in found[0]


def test_nesting_without_end_is_refused() -> None:
    deep: dict = {"fact": "amount", "at_least": 1}
    for _level in range(50):
        deep = {"not": deep}
    assert conditions.faults(deep, FACTS) != []


def test_a_condition_explains_itself_in_both_languages() -> None:
    assert conditions.explain(BIG, FACTS) == "补偿金额不少于500,000 元，且该户跨县搬迁"
    with translation.override("en"):
        assert (
            conditions.explain(BIG, FACTS)
            == "compensation amount is at least 500,000 yuan and the household moves across the county line"
        )
        either = {"any": [BIG, {"fact": "mode", "in": ["pension", "kin_reliance"]}]}
        assert conditions.explain(either, FACTS) == (
            "(compensation amount is at least 500,000 yuan and the household moves across the county line)"
            " or resettlement mode is one of Pension, With relatives"
        )
        assert conditions.explain({"not": {"fact": "has_homestead", "is": True}}, FACTS) == (
            "it is not so that the household gets a house plot"
        )
        assert conditions.explain({"fact": "persons", "is": 4}, FACTS) == "number of persons is 4 persons"
    assert conditions.explain(None, FACTS) == ""


def test_probes_stand_on_both_sides_of_every_figure() -> None:
    amounts = {probe["amount"] for probe in conditions.probes([{"fact": "amount", "at_least": 500000}], FACTS)}
    assert {499999.99, 500000.0, 500000.01} <= amounts
    found = list(conditions.probes([BIG, {"fact": "persons", "at_most": 3}], FACTS))
    assert {probe["persons"] for probe in found} >= {2, 3, 4}
    assert {probe["crosses_county"] for probe in found} == {True, False}
