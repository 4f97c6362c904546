"""Who leads, manages and chairs by a post, and who urges whom how often: enumerated against plain tables."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product

from workflow.models import Role
from workflow.rules import leading, urging

YES_NO = (False, True)
COUNTY, TOWN, VILLAGE, OTHER = "420528", "420528101", "420528101203", "420528102"
REACHES = {COUNTY: {COUNTY, TOWN, VILLAGE, OTHER}, TOWN: {TOWN, VILLAGE}, VILLAGE: {VILLAGE}, OTHER: {OTHER}}
LEADERS = {"vice_leader", "chair", "county_officer", "town_reviewer"}


@dataclass(frozen=True)
class Post:
    role: str
    division: str


POSTS = [Post(role, division) for role, division in product(Role.values, REACHES)]


def test_the_leaders_are_roles_that_exist_and_so_are_the_managers() -> None:
    assert leading.LEADING == LEADERS
    assert leading.MANAGING.difference(LEADERS) == {"clerk"}
    assert set(Role.values) > leading.MANAGING
    assert leading.CHAIR == Role.CHAIR


def test_a_post_leads_manages_and_chairs_what_lies_under_its_unit() -> None:
    for post, unit in product(POSTS, REACHES):
        under = unit in REACHES[post.division]
        assert leading.leads_unit(post, unit) == (under and post.role in LEADERS)
        assert leading.manages(post, unit) == (under and post.role in LEADERS | {"clerk"})
        assert leading.chairs(post, unit) == (under and post.role == "chair")


def test_a_step_is_led_by_its_supervisor_over_its_unit_and_by_leaders_over_either() -> None:
    for post, supervisor, unit, home in product(POSTS, ("village_reviewer", "chair"), REACHES, REACHES):
        reached = REACHES[post.division]
        ways = [
            post.role == supervisor and unit in reached,
            post.role in LEADERS and unit in reached,
            post.role in LEADERS and home in reached,
        ]
        found = leading.leads_step(post, supervisor=supervisor, unit=unit, home=home)
        assert found == any(ways), (post, supervisor, unit, home)


def test_an_open_step_whose_clock_runs_is_urged_by_drafter_or_leader_only() -> None:
    may = set()
    for is_open, held, entitled in product(YES_NO, repeat=3):
        code = urging.why_not(is_open=is_open, held=held, entitled=entitled)
        told = [("closed", not is_open), ("held", held), ("not_allowed", not entitled), ("", True)]
        assert code == next(word for word, is_so in told if is_so)
        may |= set() if code else {(is_open, held, entitled)}
    assert may == {(True, False, True)}


def test_a_page_offers_what_the_command_allows_except_to_who_could_do_it_themselves() -> None:
    offered = {key for key in product(YES_NO, repeat=3) if urging.is_offered(entitled=key[0], mine=key[1], held=key[2])}
    assert offered == {(True, False, False)}


def test_everybody_asked_but_oneself_is_reached_once_a_day() -> None:
    for asked in ([], [1], [2], [1, 2], [3, 1, 2]):
        reached = urging.reached(asked, 1)
        assert 1 not in reached
        assert sorted([*reached, *([1] if 1 in asked else [])]) == sorted(asked)
    today = date(2026, 3, 2)
    days = [today + timedelta(days=shift) for shift in range(-2, 3)]
    assert [day for day in days if urging.is_used(day, today)] == [today]
    assert not urging.is_used(None, today)
