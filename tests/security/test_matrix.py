"""P20: every address x GET and POST x twelve people has a reviewed answer; outsiders learn nothing from any of them.

The table is matrix.txt. After a change of addresses run `WRITE_MATRIX=1 pytest tests/security/test_matrix.py`, and
read the difference before committing it: every new line is a decision about who may open what.
"""

import os
import re
from pathlib import Path

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from tests import builders
from tests.security import addresses, canaries, town
from tests.security.reading import read_only
from tests.security.town import IDENTITIES, OUTSIDERS, Town

pytestmark = pytest.mark.spread
TABLE = Path(__file__).with_name("matrix.txt")
METHODS = ("GET", "POST")
TOKEN = re.compile(r'(name="csrfmiddlewaretoken" value="|X-CSRFToken": ")[^"]+')


class Undo(Exception):
    """Takes back whatever a request wrote."""


@pytest.fixture
def our_town(world: builders.World) -> Town:
    return town.build(world)


def ask(place: Town, identity: str, method: str, path: str) -> HttpResponse:
    """One request: a POST whose writing is undone, a GET to which PostgreSQL allows none (promise P24)."""
    answer = _ask(place.client(identity), method, path)
    assert answer.streaming or canaries.hits(answer.content) == [], (identity, method, path)  # promise P21
    return answer


def _ask(client: Client, method: str, path: str) -> HttpResponse:
    if method == "GET":
        with read_only() as refused:
            answer = client.get(path)
        assert refused == [], path
        return answer
    posted: HttpResponse | None = None
    try:
        with transaction.atomic():
            posted = client.post(path)
            raise Undo
    except Undo:
        pass
    assert posted is not None
    return posted


def word(answer: HttpResponse) -> str:
    """The answer in one word: its status, and for a redirect whether it leads to the sign-in."""
    if answer.status_code == 302:
        return "login" if answer.headers["Location"].startswith("/login/") else "302"
    return str(answer.status_code)


def column(place: Town, identity: str) -> dict[str, str]:
    """What every address answers one person: "address | method" -> word."""
    return {
        f"{address.name} | {method}": word(ask(place, identity, method, address.path(place.parts)))
        for address in addresses.every()
        for method in METHODS
    }


def write(place: Town) -> None:
    """The table anew, for somebody to read."""
    columns = [column(place, identity) for identity in IDENTITIES]
    lines = [f"{name} | {' '.join(one[name] for one in columns)}" for name in columns[0]]
    TABLE.write_text("\n".join(["# address | method | " + " ".join(IDENTITIES), *lines]) + "\n", encoding="utf-8")


def reviewed(identity: str) -> dict[str, str]:
    """The same as the table has it."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()[1:]
    rows = [line.rsplit(" | ", 1) for line in lines]
    return {name: words.split()[IDENTITIES.index(identity)] for name, words in rows}


@pytest.mark.parametrize("identity", IDENTITIES)
def test_every_address_answers_everybody_as_reviewed(our_town: Town, identity: str) -> None:
    if os.environ.get("WRITE_MATRIX") == "1" and identity == IDENTITIES[0]:
        write(our_town)
    found = column(our_town, identity)
    assert found == reviewed(identity)
    assert "500" not in found.values()


def test_no_outsider_gets_through_to_anything_of_the_family(our_town: Town) -> None:
    ours = ("reference", "step_id", "household_id", "member_id", "objection_id", "uid")
    for address in addresses.every():
        if not any(part in ours for part in address.parts):
            continue
        for method in METHODS:
            for identity in OUTSIDERS:
                answer = ask(our_town, identity, method, address.path(our_town.parts))
                # 422: refused for what was typed before anybody looked; the next test sees that it tells nothing
                assert answer.status_code in (404, 405, 422), (address.name, method, identity, answer.status_code)


def test_a_refusal_does_not_tell_whether_there_is_something(our_town: Town) -> None:
    nothing = our_town.parts | {
        "reference": "T-99999",
        "step_id": 10**8,
        "household_id": 10**8,
        "member_id": 10**8,
        "objection_id": 10**8,
        "uid": "00000000-0000-4000-8000-000000000000",
    }
    for address in addresses.every():
        path, empty = address.path(our_town.parts), address.path(nothing)
        if path == empty:
            continue
        for method in METHODS:
            here, there = (ask(our_town, "stranger", method, one) for one in (path, empty))
            told = [
                TOKEN.sub("", one.content.decode()).replace(where, "") for one, where in ((here, path), (there, empty))
            ]
            assert (here.status_code, told[0]) == (there.status_code, told[1]), (address.name, method)


def test_lists_counts_searches_and_exports_of_outsiders_hold_nothing_of_the_family(our_town: Town) -> None:
    case = our_town.case
    secret = (case.reference, case.title, case.household.household_no)
    searches = [f"/find/?q={secret[0]}", f"/queue/?tab=section&q={secret[1]}", f"/households/?q={secret[2]}"]
    for identity in OUTSIDERS:
        client = our_town.client(identity)
        for path in (
            "/queue/",
            "/queue/?tab=section",
            "/inbox/",
            "/households/",
            "/board/",
            "/audit/?tab=looks",
            *searches,
        ):
            text = client.get(path).content.decode()
            asked = path.split("q=")[-1]
            assert not [one for one in secret if one in text.replace(asked, "")], (identity, path)
        for path in ("/queue/export", "/households/export"):
            content = client.post(path, {"query": "tab=section", "kind": "csv"}).content
            assert not [one for one in secret if one.encode() in content], (identity, path)
