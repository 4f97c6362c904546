"""Pages: scoped, light on the database, and refusing as they should."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import builders
from workflow import clock
from workflow.commands import cases, steps
from workflow.models import Case, Decision, Posting, Step, User

LIMIT = 30
PAGES = ("/queue/", "/queue/?tab=done", "/queue/?tab=started", "/inbox/", "/board/", "/households/", "/substitutions/")


def signed_in(user: User) -> Client:
    """A browser of this person."""
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("path", PAGES)
def test_a_page_needs_few_statements_whatever_it_lists(world: builders.World, path: str) -> None:
    for _number in range(6):
        builders.walk(world, builders.agreement(world), "in_review")
    client = signed_in(world.vice_leader)
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(path).status_code == 200
    assert len(asked) <= LIMIT, [q["sql"][:90] for q in asked.captured_queries]


def gone_a_long_way(world: builders.World) -> Case:
    """A case with everything a page shows: returned and handed in again, three tracks open, a hold that is over."""
    case = builders.walk(world, builders.agreement(world), "signing")
    step = builders.open_step(case, "receiving_village")
    steps.decide(
        step.pk, actor=world.receiving_village, verdict="return", reason_code="other", comment="改", to="draft"
    )
    builders.walk(world, case, "account_transfer")
    for cause in ("funds_short", "other"):
        cases.hold(case.pk, actor=world.clerk, cause=cause, text="等", party="funds")
        cases.resume(case.pk, actor=world.clerk)
    return case


@pytest.mark.usefixtures("steady_calendars")
@pytest.mark.parametrize("who", ["clerk", "chair", "vice_leader", "town_reviewer", "police_liaison", "land_officer"])
@pytest.mark.parametrize(
    ("path", "headers", "most"),
    [
        ("/cases/{}/", {}, LIMIT),
        ("/cases/{}/", {"HX-Request": "true", "HX-Target": "drawer"}, 22),
        ("/queue/work/", {}, LIMIT),
    ],
)
def test_a_case_needs_few_statements_however_it_is_shown(
    world: builders.World, who: str, path: str, headers: dict[str, str], most: int
) -> None:
    case = gone_a_long_way(world)
    client, address = signed_in(world.people[who]), path.format(case.reference)
    client.get(address, headers=headers)
    with CaptureQueriesContext(connection) as asked:
        page = client.get(address, headers=headers)
    assert page.status_code == 200 and ("work" in path or case.title in page.content.decode())
    assert len(asked) <= most, [q["sql"][:90] for q in asked.captured_queries]


def test_deciding_by_post_and_the_same_form_again(world: builders.World) -> None:
    case = builders.agreement(world)
    step = builders.open_step(case, "draft")
    client = signed_in(world.clerk)
    form = {"verdict": "approve", "key": "abc", **{f"seen-{k}": v for k, v in case.hashes.items()}}
    first = client.post(f"/steps/{step.pk}/decide", form)
    again = client.post(f"/steps/{step.pk}/decide", form)
    other = client.post(f"/steps/{step.pk}/decide", form | {"key": "another"})
    assert (first.status_code, again.status_code, other.status_code) == (302, 302, 409)
    assert "clerk" in other.content.decode()
    assert Decision.objects.filter(step=step).count() == 1


def test_unexpected_fields_change_nothing(world: builders.World) -> None:
    case = builders.agreement(world)
    step = builders.open_step(case, "draft")
    form = {
        "verdict": "approve",
        "key": "k",
        "state": "completed",
        "actor": "1",
        "holder": "1",
        "now": "2001-01-01",
    } | {f"seen-{k}": v for k, v in case.hashes.items()}
    signed_in(world.clerk).post(f"/steps/{step.pk}/decide", form)
    case.refresh_from_db()
    assert case.state == "in_review"
    assert Decision.objects.get(step=step).actor == world.clerk


@pytest.mark.parametrize("person", ["stranger", "nobody", "security_admin", "audit_admin", "system_admin"])
def test_who_has_no_sight_meets_the_same_404_as_for_nothing(world: builders.World, person: str) -> None:
    case = builders.walk(world, builders.agreement(world), "in_review")
    client = signed_in(world.people[person])
    for verb in ("", "print/"):
        assert client.get(f"/cases/{case.reference}/{verb}").status_code == 404
    for verb in ("hold", "resume"):
        assert client.post(f"/cases/{case.reference}/{verb}", {"cause": "dispute"}).status_code == 404
    step = builders.open_step(case, "group_opinion")
    assert client.post(f"/steps/{step.pk}/decide", {"verdict": "approve"}).status_code == 404
    assert client.post("/steps/999999/decide", {"verdict": "approve"}).status_code == 404
    assert case.title not in client.get("/queue/").content.decode()


def test_a_lost_role_is_refused_on_the_next_request(world: builders.World) -> None:
    case = builders.agreement(world)
    client = signed_in(world.clerk)
    assert client.get(f"/cases/{case.reference}/").status_code == 200
    Posting.objects.filter(user=world.clerk).update(valid_until=builders.date(2020, 1, 2))
    assert client.get(f"/cases/{case.reference}/").status_code == 404


def test_unsafe_methods_need_the_token_and_reading_writes_nothing(world: builders.World) -> None:
    case = builders.agreement(world)
    step = builders.open_step(case, "draft")
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.clerk)
    assert client.post(f"/steps/{step.pk}/decide", {"verdict": "approve"}).status_code == 403
    assert client.get(f"/steps/{step.pk}/decide").status_code == 405
    assert not Decision.objects.exists()


def test_the_receiving_side_sees_no_amounts(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world, amount="987654.32"), "signing")
    page = signed_in(world.receiving_village).get(f"/cases/{case.reference}/").content.decode()
    queue = signed_in(world.receiving_village).get("/queue/").content.decode()
    assert case.title in queue
    assert "987,654.32" not in page + queue
    assert "987,654.32" in signed_in(world.clerk).get("/queue/?tab=started").content.decode()


def test_what_is_first_today_is_said_only_of_ones_own_work(world: builders.World) -> None:
    for until in ("draft", "in_review"):
        builders.walk(world, builders.agreement(world), until)
    Step.objects.filter(state="open").update(due=clock.today())
    client = signed_in(world.clerk)
    for tab, said in (("mine", True), ("started", False), ("claimable", False)):
        page = client.get(f"/queue/?tab={tab}").content.decode()
        assert "data-row" in page, tab
        assert ('data-count="first"' in page) is said, tab


def test_the_days_of_a_stage_say_that_they_hold_what_was_asked_again(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world), "in_review")
    page, words = signed_in(world.clerk), "（含退回重办）"
    assert words not in page.get(f"/cases/{case.reference}/").content.decode()
    step = builders.open_step(case, "village_opinion")
    steps.decide(step.pk, actor=world.village_reviewer, verdict="return", reason_code="other", comment="改", to="draft")
    assert words in page.get(f"/cases/{case.reference}/").content.decode()


def test_sample_users_stay_on_this_machine(world: builders.World) -> None:
    User.objects.filter(pk=world.clerk.pk).update(is_sample=True)
    client = signed_in(world.clerk)
    assert client.get("/queue/").status_code == 200
    assert client.get("/queue/", REMOTE_ADDR="192.0.2.7").status_code == 302
    again = signed_in(world.clerk)
    assert again.get("/queue/", HTTP_X_FORWARDED_FOR="192.0.2.7").status_code == 302


def test_strict_headers_on_every_page(world: builders.World) -> None:
    answer = Client().get("/login/")
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_hostile_text_is_shown_as_text(world: builders.World) -> None:
    case = builders.agreement(world)
    hostile = "<script>alert(1)</script>'\"><img src=x onerror=alert(1)>{{7*7}}"
    builders.approve(world, case, "draft", comment=hostile)
    page = signed_in(world.clerk).get(f"/cases/{case.reference}/").content.decode()
    assert "<script>alert(1)" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)" in page
