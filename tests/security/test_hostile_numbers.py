"""P28: numbers no browser sends (other scripts' digits, thousands of digits, broken addresses) are refused in words."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.http import QueryDict

from agreements import fields
from agreements.commands import agreements, asked_dates, checks
from agreements.rules import notation
from agreements.views import register
from tests import builders
from tests.security import addresses, town
from tests.security.test_matrix import Undo
from tests.security.town import Town
from workflow import clock, errors
from workflow.rules import numbers
from workflow.views import cases, routeforms

pytestmark = pytest.mark.spread
ODD = ("9" * 4301, "9" * 18)  # more digits than int reads, and the largest that is still a number
FIGURES = ("nan", "inf", "1e400", "1e30")
READERS = {
    "county_officer": ("/",),
    "clerk": ("/agreements/", "/cases/", "/desk/", "/queue/", "/steps/", "/substitutions/"),
    "security_admin": ("/people/", "/units/"),
    "route_keeper": ("/routes/",),
    "auditor": ("/audit/",),
}
# every field of an address or form that is read as a number
FIELDS = """
    at before after below cadre case copies days figure_0 figure_1 finding household id ids lead leaver member members
    milestone month n not_before page paper_id posting row step substitute threshold to user users weight year
    amount area_m2 measured_m2 elevation_m water_level_m homestead_m2 production_land_mu point-clearing
    amount_land ordinary:0:offset severe:0:offset
    """.split()  # noqa: SIM905 - fifty quotes would hide the words


@pytest.fixture
def our_town(world: builders.World) -> Town:
    return town.build(world)


def form(odd: str) -> dict[str, Any]:
    """All of them at once beside what is otherwise needed, so that no earlier refusal hides the number."""
    day = (clock.today() + timedelta(days=3)).isoformat()
    rest = {"until": day, "planned_on": day, "comment": "x", "reason": "x", "document_no": "x", "source": "x"}
    rest |= {"rule": "k_of_n", "fact_0": "amount:at_least:", "fact_1": "persons:at_most:", "joined": "all"}
    return {**dict.fromkeys(FIELDS, odd), **rest, "next": "http://[", "key": "k", "what": "back_plan", "plan": "draft"}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("odd", ODD, ids=["thousands", "largest"])
def test_no_address_falls_over_an_odd_number(our_town: Town, reader: str, odd: str) -> None:
    client, fell = our_town.client(reader), []
    for address in addresses.every():
        path = address.path(our_town.parts)
        if not path.startswith(READERS[reader]):
            continue
        for method, sheet in (("GET", ""), ("POST", "row")):
            asked = form(odd) | ({"sheet": sheet, "here": f"ids={odd}&at={odd}"} if sheet else {})
            headers = {"HX-Request": "true", "HX-Current-URL": "http://["} if sheet else {}
            try:
                with transaction.atomic():
                    answer = (client.get if method == "GET" else client.post)(path, asked, headers=headers)
                    raise Undo
            except Undo:
                pass
            if answer.status_code >= 500:
                fell.append((address.name, method, sheet, answer.status_code))
    assert fell == []


def test_the_sheet_of_a_run_reads_an_odd_address(our_town: Town) -> None:
    case = our_town.case
    for odd in ("²", *ODD):
        sent = {"sheet": "work", "here": f"ids={odd}&at={odd}", "ahead": f"ids={odd}&at={odd}", "cause": "dispute"}
        answer = our_town.client("clerk").post(
            f"/cases/{case.reference}/hold", sent | {"key": odd[:9]}, headers={"HX-Request": "true"}
        )
        assert answer.status_code < 500, odd[:6]


@pytest.mark.parametrize("odd", FIGURES)
def test_what_is_no_figure_is_refused_in_words(odd: str) -> None:
    typed = QueryDict(mutable=True)
    typed.update({"fact_0": "amount:at_least:", "figure_0": odd})
    if odd != "1e30":
        with pytest.raises(errors.InvalidInput):
            routeforms.condition_of(typed)
    with pytest.raises(errors.InvalidInput):
        checks.amount(agreements.amount_field("land"), odd)
    assert notation.amount(odd) is None


def test_only_plain_digits_are_a_number() -> None:
    assert [numbers.number(odd) for odd in ("7", " 12 ", "0", "9" * 18)] == [7, 12, 0, 10**18 - 1]
    assert [numbers.number(odd) for odd in ("", "²", "٣", "一", "9" * 19, "-1", "1.0", "1 2", None)] == [None] * 9
    assert numbers.numbers(["1", "²", "3"]) == [1, 3]
    assert [numbers.page(odd) for odd in (None, "", "0", "-3", "7", "9" * 18)] == [1, 1, 1, 1, 7, numbers.LAST_PAGE]


def test_full_width_digits_are_a_chinese_keyboard_and_no_mistake(world: builders.World) -> None:
    today = clock.today()
    assert (numbers.number(" １２０　"), numbers.folded("－３．５０")) == (120, "-3.50")
    assert cases.day("２０２７－０６－３０") == date(2027, 6, 30)
    assert checks.day(agreements.MOVE_BY, "２０２７-０６-３０", today) == date(2027, 6, 30)
    assert checks.amount(agreements.amount_field("land"), "１２０，５００．５０") == Decimal("120500.50")
    assert checks.area(fields.HOMESTEAD_M2, "１２０。５") == Decimal("120.50")
    assert routeforms.whole(QueryDict("lead=１５"), "lead", "x") == 15
    typed = {"planned_on": "２０２７－０５－３０", "water_level_m": "５６０．５"}
    assert asked_dates._day(typed, "planned_on", "x") == date(2027, 5, 30)
    assert asked_dates._level(typed, True) == "560.50"
    assert register.asked_of(QueryDict("below=６００")).below == "600"
