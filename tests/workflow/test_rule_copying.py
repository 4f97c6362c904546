"""Copies and receipts: every person in every part, against plain sentences."""

from datetime import UTC, datetime
from itertools import chain, combinations, permutations, product

from workflow.rules import copying

PEOPLE = (1, 2, 3)
READ = datetime(2026, 3, 2, 9, tzinfo=UTC)


def _subsets(people: tuple[int, ...]) -> list[tuple[int, ...]]:
    return list(chain.from_iterable(combinations(people, size) for size in range(len(people) + 1)))


def test_who_drafted_or_manages_copies_and_nobody_else() -> None:
    parts = product((False, True), repeat=2)
    refused = [part for part in parts if not copying.may_copy(drafted=part[0], managing=part[1])]
    assert refused == [(False, False)]


def test_all_who_are_named_are_colleagues_or_none_gets_a_copy() -> None:
    for wanted, near in product(_subsets(PEOPLE), repeat=2):
        strangers = [person for person in wanted if person not in near]
        assert copying.are_colleagues(wanted, near) == (len(wanted) > 0 and strangers == [])


def test_everybody_ends_with_one_copy_and_only_who_had_none_is_told() -> None:
    for chosen, have in product(_subsets(PEOPLE), _subsets(PEOPLE)):
        for people in permutations(chosen):
            found = copying.split((*people, *people[:1]), have)  # the same person named twice
            for person in PEOPLE:
                assert (person in found.fresh) == (person in people and person not in have)
                assert (person in found.already) == (person in people and person in have)
            assert list(found.fresh) == [person for person in people if person in found.fresh]
            assert sorted(found.already) == list(found.already)
            assert len(found.fresh) + len(found.already) == len(people)
            again = copying.split(people, {*have, *found.fresh})
            assert (again.fresh, set(again.already)) == ((), set(people))


def test_a_receipt_is_given_for_the_first_reading_only() -> None:
    assert not copying.is_unread([])  # nothing was copied to them
    for size in (1, 2, 3):
        for times in product((None, READ), repeat=size):
            assert copying.is_unread(times) == (times.count(READ) < size)
