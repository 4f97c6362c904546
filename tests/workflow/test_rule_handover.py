"""A desk handed over: every judgement of it enumerated against plain sentences."""

from functools import partial
from itertools import chain, combinations, product

from workflow.rules import handover

YES_NO = (False, True)
LEAVER, STANDIN, COLLEAGUE = 1, 2, 3


def test_the_office_hands_any_desk_over_and_a_leader_over_all_its_units_any_but_their_own() -> None:
    for office, own, size in product(YES_NO, YES_NO, range(4)):
        for led in product(YES_NO, repeat=size):
            unled = [one for one in led if one is False]
            leader = size > 0 and unled == [] and not own
            expected = "office" if office else ("leader" if leader else "")
            assert handover.by_whom(office=office, own=own, led=led) == expected


def test_it_goes_to_another_who_is_here_and_posts_only_by_the_office() -> None:
    allowed = set()
    for another, active, with_posts, office in product(YES_NO, repeat=4):
        code = handover.why_not(another=another, active=active, with_posts=with_posts, office=office)
        told = {"not_another": not another or not active, "no_posts": with_posts and not office}
        assert code == next((word for word, is_so in told.items() if is_so), "")
        allowed |= set() if code else {(with_posts, office)}
    assert allowed == {(False, False), (False, True), (True, True)}


def test_on_the_desk_lies_what_nobody_else_could_do() -> None:
    """Every set of posts over a step: somebody else could do it where one of them is without the leaver's name."""
    posts = [frozenset(names) for size in (1, 2) for names in combinations((LEAVER, STANDIN, COLLEAGUE), size)]
    sets = list(chain.from_iterable(combinations(posts, size) for size in range(len(posts) + 1)))
    for holder, could in product((None, LEAVER, STANDIN, COLLEAGUE), sets):
        others = [persons for persons in could if LEAVER not in persons]
        expected = holder == LEAVER or (holder is None and others == [])
        assert handover.is_on_desk(holder, LEAVER, partial(list, could)) == expected
    assert len(sets) == 2**6


def test_whoever_holds_it_is_known_without_asking_who_else_could() -> None:
    asked: list[int] = []

    def could() -> list[frozenset[int]]:
        asked.append(1)
        return []

    assert handover.is_on_desk(LEAVER, LEAVER, could) and not handover.is_on_desk(COLLEAGUE, LEAVER, could)
    assert asked == []


def test_what_somebody_did_meanwhile_stays_theirs() -> None:
    moved = {
        (is_open, holder)
        for is_open, holder in product(YES_NO, (None, LEAVER, COLLEAGUE))
        if handover.is_still_there(is_open=is_open, holder=holder, leaver=LEAVER)
    }
    assert moved == {(True, None), (True, LEAVER)}


def test_no_post_is_invented_and_four_eyes_holds_for_who_has_one() -> None:
    for covered, barred in product(YES_NO, ("", "wrote_it", "asked")):
        expected = barred if covered else "no_post"
        assert handover.why_not_given(covered=covered, barred=partial(str, barred)) == expected


def test_the_leavers_posts_end_when_every_line_is_done_and_not_before() -> None:
    for with_posts, size in product(YES_NO, range(4)):
        for done in product(YES_NO, repeat=size):
            expected = with_posts and done.count(True) == size
            assert handover.posts_end(with_posts=with_posts, done=done) == expected
