"""P24 over every address: unsafe methods need token and origin, reading writes nothing, a lost post counts at once.

That guessing a password locks one account at one address and no office: tests/workflow/test_accounts.py.
"""

from contextlib import suppress
from datetime import timedelta
from itertools import product

import pytest
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client

from tests import builders
from tests.security import addresses, town, writing
from tests.security.reading import read_only
from tests.security.test_matrix import Undo, ask, reviewed, word
from tests.security.town import Town
from tests.security.writing_county import READING, draft_of_a_route
from workflow import clock
from workflow.models import Phrase, Posting, User

pytestmark = pytest.mark.spread
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
FOREIGN = "https://evil.example"
MARK = "X-Refused"
POSTED = ("clerk", "receiving_town", "contact_cadre", "county_officer", "auditor", "system_admin", "security_admin")
# one's own things stay one's own without a post
OWN = ("phrase_drop", "view_drop", "session_end", "substitution_revoke")
ONLY_ON = frozenset({"home", "programmes", "set_language", "login", "setup"})  # lead on to another page


def refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Instead of the page for a missing token: cannot be mistaken for another refusal."""
    return HttpResponse(status=403, headers={MARK: "1"})


@pytest.fixture
def our_town(world: builders.World) -> Town:
    return town.build(world)


# --- token and origin ---------------------------------------------------------------------------------------------
@pytest.fixture
def strict(our_town: Town, settings: object) -> Client:
    """A clerk's browser whose requests are checked as in the product, with its token in `TOKEN`."""
    settings.CSRF_FAILURE_VIEW = f"{__name__}.refused"  # type: ignore[attr-defined]
    settings.ALLOWED_HOSTS = ["testserver"]  # type: ignore[attr-defined]
    client = our_town.fresh_client("clerk", enforce_csrf_checks=True)
    client.cookies["csrftoken"] = client.get("/desk/").context["csrf_token"][:32]
    return client


def tricks(token: str) -> list[dict[str, object]]:
    """Requests that another site could make a browser send."""
    good = {"X-CSRFToken": token}
    return [
        {"headers": good | {"Origin": FOREIGN}},
        {"headers": good | {"Referer": f"{FOREIGN}/testserver/"}, "secure": True},
        {"headers": good | {"Origin": "null"}},
        {"headers": good | {"Origin": "http://testserver:8001"}},
        {"headers": good, "secure": True},  # neither origin nor referer over https
        {"headers": good | {"Origin": "http://testserver"}, "secure": True},
        {"headers": {"X-CSRFToken": "x" * 32}},
    ]


def test_every_unsafe_request_needs_a_token(our_town: Town, strict: Client) -> None:
    let_in = [
        (address.name, method)
        for address in addresses.every(frozenset())
        for method in UNSAFE
        if MARK not in strict.generic(method, address.path(our_town.parts)).headers
    ]
    assert let_in == []


def test_a_token_sent_from_another_origin_counts_nowhere(our_town: Town, strict: Client) -> None:
    """The first two tricks at every address, all of them at one."""
    every = tricks(strict.cookies["csrftoken"].value)
    let_in = [
        (address.name, trick)
        for address in addresses.every(frozenset())
        for trick in (every if address.name == "phrase_save" else every[:2])
        if MARK not in strict.post(address.path(our_town.parts), {}, **trick).headers  # type: ignore[arg-type]
    ]
    assert let_in == []


def test_the_own_page_with_its_token_gets_through(our_town: Town, strict: Client) -> None:
    headers = {"X-CSRFToken": strict.cookies["csrftoken"].value}
    for secure, origin in ((False, "http://testserver"), (True, "https://testserver")):
        for more in ({"Origin": origin}, {"Referer": f"{origin}/desk/"}):
            sent = {"text": f"常用语 {secure} {more}"[:40]}
            answer = strict.post("/desk/phrases", sent, headers=headers | more, secure=secure)
            assert answer.status_code == 302, (origin, more)
    assert Phrase.objects.count() == 5


# --- reading ------------------------------------------------------------------------------------------------------
def test_a_write_while_reading_is_found_even_if_the_page_swallows_it(our_town: Town) -> None:
    with read_only() as refused_here, pytest.raises(DatabaseError):
        Phrase.objects.update(text="x")
    assert len(refused_here) == 1 and not Phrase.objects.filter(text="x").exists()


def test_every_address_can_be_read_by_somebody_and_writes_nothing(world: builders.World) -> None:
    """HEAD of every address, and GET of what the table of test_matrix.py (read-only, too) opens to nobody."""
    s = writing.scene(world)
    for reader in ("route_keeper", "police_liaison", "vice_leader"):
        s.place.client(reader)  # signing in writes; what follows does not
    shut, wrote = [], []
    for address in addresses.every():
        words, refused_here = opened(s, address)
        wrote += [f"{address.name}: {sql}" for sql in refused_here]
        never_read = "405" in words and words <= {"404", "405"}
        if "200" not in words and not never_read and address.name not in ONLY_ON:
            shut.append((address.name, sorted(words)))
    assert (shut, wrote) == ([], [])


def opened(s: writing.Scene, address: addresses.Address) -> tuple[set[str], list[str]]:
    """Answers to the readers of this address until one gets its page, and what they would have written."""
    words: set[str] = set()
    wrote: list[str] = []
    with suppress(Undo), transaction.atomic():
        path, readers, methods = how(s, address)
        for reader, method in product(readers, methods):
            if "200" not in words:
                with read_only() as refused_here:
                    words.add(word(s.place.client(reader).generic(method, path)))
                wrote += refused_here
        raise Undo
    return words, wrote


def how(s: writing.Scene, address: addresses.Address) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Address with values that exist, who may open it, and the methods: only GET where the table has no 200."""
    parts, readers = s.place.parts, POSTED
    if address.name in READING:
        reader, made = READING[address.name]
        parts, readers = parts | made(s), (reader,)
    elif address.name.startswith("route"):
        parts, readers = parts | {"route_id": draft_of_a_route(s)}, ("route_keeper",)
    opened = any(reviewed(one)[f"{address.name} | GET"] == "200" for one in POSTED)
    return address.path(parts), readers, ("HEAD", "GET") if opened else ("GET",)


# --- the very next request ----------------------------------------------------------------------------------------
def test_whoever_lost_the_post_gets_what_a_former_colleague_gets(our_town: Town) -> None:
    after, yesterday, wrong = reviewed("former"), clock.today() - timedelta(days=1), {}
    for identity in POSTED:
        here = reviewed(identity)
        mattered = {name for name in here if here[name] != after[name] and not name.startswith(OWN)}
        with suppress(Undo), transaction.atomic():
            assert ask(our_town, identity, "GET", "/queue/").status_code == 200 and mattered
            Posting.objects.filter(user=our_town.world.people[identity]).update(valid_until=yesterday)
            found = asked(our_town, identity, mattered)
            wrong |= {(identity, name): got for name, got in found.items() if got != after[name]}
            raise Undo
    assert wrong == {}


def test_whoever_is_disabled_is_signed_out_everywhere_at_once(our_town: Town) -> None:
    assert ask(our_town, "county_officer", "GET", "/queue/").status_code == 200
    User.objects.filter(username="county_officer").update(is_active=False)
    nobody = reviewed("anonymous")
    assert asked(our_town, "county_officer", set(nobody)) == nobody


def asked(place: Town, identity: str, cells: set[str]) -> dict[str, str]:
    """What these cells of the table answer now."""
    known = {address.name: address for address in addresses.every()}
    found = {}
    for cell in cells:
        name, _sep, method = cell.partition(" | ")
        found[cell] = word(ask(place, identity, method, known[name].path(place.parts)))
    return found
