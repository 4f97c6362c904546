"""When a decision may be taken back: enumerated against a list, by hand, of what lies behind each point."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from workflow.rules import taking_back
from workflow.rules.route import GroupSpec, RouteSpec, StageSpec, TrackSpec
from workflow.rules.taking_back import Bar, Own, Ran, Seat

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
BEFORE, AFTER = AT - timedelta(hours=1), AT + timedelta(hours=1)
ME, LENDER, OTHER = 1, 2, 3
OWN = Own(step=50, number=500, actor=ME, on_behalf_of=LENDER, at=AT)
BEHIND = {  # by the point a decision left: the groups in which nobody may have acted since
    "draft": {"draft", "village", "town", "papers", "plot", "pay"},
    "village": {"village", "town", "pay"},
    "town": {"town", "pay"},
    "papers": {"papers", "pay"},
    "plot": {"plot"},
    "pay": {"pay"},
}
# what can be found in a round, and the code with which it bars a taking back (none: it does not)
ACTS: dict[str, tuple[dict[str, object], str]] = {
    "nothing": ({}, ""),
    "an open step": ({"seats": (Seat(60),)}, ""),
    "passed by override before": ({"closed": True, "overridden": BEFORE}, ""),
    "passed by override since": ({"closed": True, "overridden": AFTER}, taking_back.OVERRIDDEN),
    "ended by an earlier decision": ({"closed": True, "ended_by_step": 40, "ended_by": 400}, ""),
    "ended by a later decision": ({"closed": True, "ended_by_step": 60, "ended_by": 600}, taking_back.ENDED),
    "ended by a later decision that was undone": ({"closed": True, "ended_by_step": 60, "ended_by": 0}, ""),
    "decided before": ({"seats": (Seat(40, decided=400),)}, ""),
    "decided since": ({"seats": (Seat(40, decided=600),)}, taking_back.DECIDED),
    "another asked somebody before": ({"seats": (Seat(40, added_by=OTHER),)}, ""),
    "another asked somebody since": ({"seats": (Seat(60, added_by=OTHER),)}, taking_back.ASKED),
    "I asked somebody since": ({"seats": (Seat(60, added_by=ME),)}, ""),
    "whom I asked has answered since": ({"seats": (Seat(60, added_by=ME, answered=AFTER),)}, taking_back.ANSWERED),
    "answered before": ({"seats": (Seat(40, added_by=OTHER, answered=BEFORE),)}, ""),
    "passed by override at the same moment": ({"closed": True, "overridden": AT}, ""),
    "answered at the same moment": ({"seats": (Seat(40, added_by=OTHER, answered=AT),)}, ""),
    "the very step was asked for by another": ({"seats": (Seat(50, decided=500, added_by=OTHER),)}, ""),
    "waits for whom it asked": ({"seats": (Seat(40, asks=True),)}, ""),
}


def _track(key: str, stage: str, opens_in: str, *groups: str) -> TrackSpec:
    return TrackSpec(key, stage, opens_in, tuple(GroupSpec(group, {}, "any", 0, "", ()) for group in groups))


def _route() -> RouteSpec:
    review = (_track("main", "review", "review", "village", "town"), _track("side", "review", "review", "papers"))
    signed = (_track("early", "signed", "review", "plot"), _track("main", "signed", "signed", "pay"))
    stages = {"draft": (_track("main", "draft", "draft", "draft"),), "review": review, "signed": signed}
    return RouteSpec(1, "k", "m", 1, tuple(StageSpec(state, "", False, tracks) for state, tracks in stages.items()))


ROUTE = _route()


def _live(group: str, how: str, to: str | None) -> Ran:
    ends = {"open": (False, None, 0), "by me": (True, 50, 500), "by another": (True, 51, 501)}
    closed, step, number = ends[how]
    return Ran(5, group, closed, step, number, to, seats=(Seat(50, decided=500), Seat(49)))


@pytest.mark.parametrize("group", BEHIND)
def test_an_act_since_bars_it_exactly_where_the_decision_is_built_on(group: str) -> None:
    backs = [None, *(key for key in BEHIND if group in BEHIND[key])]
    for to, where, (said, (fields, code)) in product(backs, BEHIND, ACTS.items()):
        live, other = _live(group, "by me", to), Ran(6, where, **fields)  # type: ignore[arg-type]
        found = taking_back.built_on(OWN, live, [live, other], ROUTE, final=False)
        expected = code if where in BEHIND[to or group] else ""
        assert (found.code if found else "") == expected, (group, to, where, said)
        assert found is None or found.round == 6


def test_of_several_acts_the_first_round_and_the_first_in_it_is_named() -> None:
    live = _live("village", "by me", None)
    barring = [(fields, code) for fields, code in ACTS.values() if code]
    for (one, code), (two, _code) in product(barring, repeat=2):
        rounds = [live, Ran(6, "town", **one), Ran(7, "town", **two)]  # type: ignore[arg-type]
        found = taking_back.built_on(OWN, live, rounds, ROUTE, final=False)
        assert found and (found.code, found.round) == (code, 6)
    both = Ran(6, "town", True, 60, 600, overridden=AFTER, seats=(Seat(61, decided=601),))
    assert taking_back.built_on(OWN, live, [live, both], ROUTE, final=False) == Bar(taking_back.OVERRIDDEN, 6)


def test_how_the_group_itself_stands_is_asked_before_what_lies_behind_it() -> None:
    hows, finals, lost, asks = ("open", "by me", "by another"), (False, True), (False, True), (False, True)
    for how, final, gone, unknown, acted, asking in product(hows, finals, lost, lost, lost, asks):
        live = _live("gone" if gone else "town", how, "no such group" if unknown else None)
        seats = (Seat(50, decided=500, asks=True), Seat(49, asks=asking))  # that my own step waits bars nothing
        live = Ran(5, live.group, live.closed, live.ended_by_step, 0, live.return_to, seats=seats)
        rounds = [live, *([Ran(6, "pay", seats=(Seat(60, decided=600),))] if acted else [])]
        plain = [
            (taking_back.PAST, gone or final),
            (taking_back.SETTLED, how == "by another"),
            (taking_back.PAST, unknown),
            (taking_back.DECIDED, acted),
            (taking_back.WAITED_FOR, how == "open" and asking),
        ]
        found = taking_back.built_on(OWN, live, rounds, ROUTE, final=final)
        assert (found.code if found else "") == next((code for code, is_so in plain if is_so), "")


def test_only_who_decided_or_in_whose_name_tries_and_not_while_it_is_held_or_without_the_post() -> None:
    undone = Own(50, 500, ME, LENDER, AT, undone=True)
    for own, me, held, posted in product((None, OWN, undone), (None, ME, LENDER, OTHER), (True, False), (True, False)):
        theirs = own is OWN and me in (ME, LENDER)
        expected = taking_back.NOT_YOURS
        if theirs:
            expected = "held" if held else ("" if posted else "no_post")
        assert taking_back.why_not_yours(own, me, held=held, posted=posted) == expected
    alone = Own(50, 500, ME, None, AT)
    assert taking_back.why_not_yours(alone, None, held=False, posted=True) == taking_back.NOT_YOURS
