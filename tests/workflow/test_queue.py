"""The queue: every list is cut the same way whatever the order, and says nothing of what is out of sight."""

import json
from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from tests import builders
from workflow import clock
from workflow.commands import desk as commands
from workflow.commands.calendar import seed
from workflow.errors import NotFound
from workflow.models import Case, Copy, Event, Look, Participant, Step, User
from workflow.queries import desk, filters, queue
from workflow.queries.filters import Asked, asked


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def titles(user: User, **what: str) -> list[str]:
    return [row.title for row in queue.page(user, Asked(**what)).rows]


def copy(case: Case, user: User) -> None:
    """The case is copied to a colleague."""
    Participant.objects.create(case=case, user=user, role="copied", valid_from=clock.today())
    Copy.objects.create(case=case, user=user, by=case.drafter, at=clock.now())


def spread(world: builders.World, number: int = 7) -> list[Step]:
    """Drafts of the clerk's with different dates, two of them alike, one without a backward date."""
    made = []
    for place in range(number):
        step = builders.open_step(builders.agreement(world), "draft")
        due = builders.today_of(world) + timedelta(days=place // 2)
        backward = None if place == 3 else due + timedelta(days=20 - place)
        Step.objects.filter(pk=step.pk).update(due=due, backward=backward, opened_at=world.now - timedelta(days=place))
        made.append(step)
    return made


@pytest.mark.parametrize("order", ["due", "slack", "waiting"])
def test_paging_forwards_and_backwards_shows_every_step_once_in_one_order(world: builders.World, order: str) -> None:
    seed([2026, 2027])
    spread(world)
    whole = [row.step.pk for row in queue.page(world.clerk, Asked(sort=order), limit=50).rows]
    seen: list[int] = []
    page = queue.page(world.clerk, Asked(sort=order), limit=3)
    pages = [page]
    while page.after:
        page = queue.page(world.clerk, Asked(sort=order, after=page.after), limit=3)
        pages.append(page)
    seen = [row.step.pk for one in pages for row in one.rows]
    assert seen == whole and len(whole) == 7
    back = queue.page(world.clerk, Asked(sort=order, before=pages[-1].before), limit=3)
    assert [row.step.pk for row in back.rows] == [row.step.pk for row in pages[1].rows]
    assert queue.page(world.clerk, Asked(sort=order, before=back.before), limit=3).before == ""


def test_a_page_continues_although_the_step_that_names_it_was_decided_meanwhile(world: builders.World) -> None:
    spread(world)
    first = queue.page(world.clerk, limit=3)
    builders.approve(world, first.rows[-1].case, "draft")
    following = queue.page(world.clerk, Asked(after=first.after), limit=3)
    assert len(following.rows) == 3
    assert not {row.step.pk for row in first.rows} & {row.step.pk for row in following.rows}


def test_a_step_out_of_sight_names_no_page(world: builders.World) -> None:
    spread(world)
    foreign = builders.open_step(builders.agreement(world), "draft")
    assert titles(world.stranger, after=str(foreign.pk)) == titles(world.stranger)


def test_severity_follows_the_due_day_and_slack_is_a_sort_of_its_own(world: builders.World) -> None:
    seed([2026, 2027])
    steps = spread(world, 4)
    today = clock.today()
    for step, days in zip(steps, (-30, -2, 1, 60), strict=True):
        Step.objects.filter(pk=step.pk).update(due=today + timedelta(days=days), backward=today - timedelta(days=days))
    rows = queue.page(world.clerk).rows
    assert [row.severity for row in rows] == ["severe", "late", "soon", "fine"]
    assert [row.light for row in rows] == ["red", "red", "amber", "green"]
    by_slack = queue.page(world.clerk, Asked(sort="slack")).rows
    slacks = [row.slack for row in by_slack]
    assert slacks == sorted(slacks, key=lambda one: one or 0) and len(set(slacks)) > 1


def test_filters_narrow_and_the_address_carries_only_what_was_asked(world: builders.World) -> None:
    steps = spread(world, 4)
    due = steps[2].__class__.objects.get(pk=steps[2].pk).due.isoformat()
    assert {row.due.isoformat() for row in queue.page(world.clerk, Asked(due=due)).rows} == {due}
    assert titles(world.clerk, town="990199101") == []
    assert len(titles(world.clerk, town=builders.HOME_TOWN)) == 4
    assert titles(world.clerk, state="signing") == []
    assert len(titles(world.clerk, plan="draft")) == 4
    assert asked({"tab": "nonsense", "due": "2026-99-99", "light": "blue", "after": "1;drop", "q": " x "}) == Asked(
        q="x"
    )
    assert Asked(q="李", sort="slack", after="7").query(light="red") == "light=red&q=%E6%9D%8E&sort=slack"


def test_what_was_late_stays_amber_when_its_day_moves(world: builders.World) -> None:
    step = builders.open_step(builders.agreement(world), "draft")
    later = clock.today() + timedelta(days=60)
    Step.objects.filter(pk=step.pk).update(due=later)
    assert queue.page(world.clerk).rows[0].light == "green"
    Step.objects.filter(pk=step.pk).update(was_late=True)
    row = queue.page(world.clerk).rows[0]
    assert (row.light, row.was_late) == ("amber", True)
    assert titles(world.clerk, light="amber") == [row.title]
    assert titles(world.clerk, light="green") == []


def test_tabs_show_copies_and_the_whole_unit(world: builders.World) -> None:
    case = builders.agreement(world)
    assert titles(world.town_reviewer, tab="section") == [case.title]
    assert titles(world.chair, tab="copied") == []
    copy(case, world.chair)
    assert titles(world.chair, tab="copied") == [case.title]
    copy(case, world.stranger)
    Participant.objects.filter(user=world.stranger).update(valid_until=builders.date(2020, 1, 1))
    assert titles(world.stranger, tab="copied") == []


def test_views_and_phrases_are_shared_with_the_role_in_its_division_only(world: builders.World) -> None:
    posting = world.clerk.postings.get()
    commands.save_view(actor=world.clerk, name="超期", query="light=red", posting=posting.pk)
    commands.save_phrase(actor=world.clerk, text="请补户口簿", posting=posting.pk)
    commands.save_phrase(actor=world.clerk, text="自用")
    for person, expected in ((world.clerk_2, 1), (world.town_reviewer, 0), (world.stranger, 0)):
        mine = filters_of(person)
        assert len(desk.views(person, mine)) == len(desk.phrases(person, mine)) == expected
    kept = desk.views(world.clerk_2, filters_of(world.clerk_2))[0]
    with pytest.raises(NotFound):
        commands.drop_view(kept.id, actor=world.clerk_2)
    with pytest.raises(NotFound):
        commands.save_phrase(actor=world.clerk_2, text="越权", posting=posting.pk)
    assert desk.chips(world.clerk, filters_of(world.clerk)) == ["请补户口簿", "自用"]


def filters_of(user: User) -> list[queue.Authority]:
    return queue.policies.postings_of(user, clock.today())


def test_an_export_is_stamped_neutral_and_recorded(world: builders.World) -> None:
    case = builders.agreement(world)
    type(case).objects.filter(pk=case.pk).update(title="=HYPERLINK(1)")
    answer = signed_in(world.clerk).post("/queue/export", {"query": "tab=mine&q=HYPER"})
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert "clerk" in rows[0][0]
    assert rows[2][1] == "'=HYPERLINK(1)"
    event = Event.objects.get(kind="data.exported")
    facts = json.loads(event.body)["facts"]
    assert (facts["what"], facts["cases"], facts["asked"]["tab"]) == ("queue", 1, "mine")
    assert "HYPER" not in event.body and Look.objects.filter(case=case, what="export", user=world.clerk).exists()
    assert signed_in(world.clerk).get("/queue/export").status_code == 405


def test_an_export_holds_what_the_reader_may_see(world: builders.World) -> None:
    builders.walk(world, builders.agreement(world, amount="987654.32"), "signing")
    book = signed_in(world.receiving_village).post("/queue/export", {"query": ""}).content
    rows = CalamineWorkbook.from_filelike(BytesIO(book)).get_sheet_by_index(0).to_python()
    assert len(rows) == 3 and rows[2][11] == ""
    stranger = signed_in(world.stranger).post("/queue/export", {"query": "tab=section"}).content
    assert len(CalamineWorkbook.from_filelike(BytesIO(stranger)).get_sheet_by_index(0).to_python()) == 2


def test_polling_answers_not_modified_until_something_changes(world: builders.World) -> None:
    client = signed_in(world.clerk)
    first = client.get("/queue/pulse")
    tag = first.headers["ETag"]
    assert client.get("/queue/pulse", headers={"If-None-Match": tag}).status_code == 304
    builders.agreement(world)
    again = client.get("/queue/pulse", headers={"If-None-Match": tag})
    assert again.status_code == 200 and again.json()["mine"] == 1


def test_a_decision_by_htmx_answers_with_the_next_item(world: builders.World) -> None:
    one, two = builders.agreement(world), builders.agreement(world)
    step = builders.open_step(one, "draft")
    form = {"verdict": "approve", "key": "k1", "sheet": "drawer", "row": [step.pk], "following": two.reference}
    seen = {f"seen-{aspect}": digest for aspect, digest in one.hashes.items()}
    answer = signed_in(world.clerk).post(f"/steps/{step.pk}/decide", form | seen, headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f'id="row-{step.pk}" hx-swap-oob="delete"' in page
    assert two.title in page and page.count(one.title) == 1  # in the words that say what was done
    assert f"{one.title}：已提交。" in page.split('id="toasts"')[1]
    refused = signed_in(world.clerk).post(
        f"/steps/{step.pk}/decide", form | seen | {"key": "k2"}, headers={"HX-Request": "true"}
    )
    assert (refused.status_code, refused.headers["HX-Retarget"]) == (409, "#sheet-note")


def test_the_next_item_is_not_shown_to_who_may_not_see_it(world: builders.World) -> None:
    one, foreign = builders.agreement(world), builders.agreement(world)
    step = builders.open_step(one, "draft")
    type(foreign).objects.filter(pk=foreign.pk).update(home_unit=world.units["990199101"], drafter=world.stranger)
    form = {"verdict": "approve", "key": "k1", "sheet": "drawer", "row": [step.pk], "following": foreign.reference}
    seen = {f"seen-{aspect}": digest for aspect, digest in one.hashes.items()}
    answer = signed_in(world.clerk).post(f"/steps/{step.pk}/decide", form | seen, headers={"HX-Request": "true"})
    assert answer.status_code == 200 and foreign.title not in answer.content.decode()


def test_working_through_counts_what_was_decided_and_what_was_left(world: builders.World) -> None:
    steps = [builders.open_step(builders.agreement(world), "draft") for _number in range(3)]
    client = signed_in(world.clerk)
    first = client.get("/queue/work/").content.decode()
    assert "1 / 3" in first
    ids = "-".join(str(step.pk) for step in steps)
    for place, step in enumerate(steps[:2]):
        case = step.case
        seen = {f"seen-{aspect}": digest for aspect, digest in case.hashes.items()}
        form = {"verdict": "approve", "key": f"w{place}", "sheet": "work", "ahead": f"ids={ids}&at={place + 1}"}
        answer = client.post(f"/steps/{step.pk}/decide", form | seen, headers={"HX-Request": "true"})
        assert f"{place + 2} / 3" in answer.content.decode()
        assert answer.headers["HX-Push-Url"] == f"/queue/work/?ids={ids}&at={place + 1}"
    end = client.get(f"/queue/work/?ids={ids}&at=3").content.decode()
    assert "<b>2</b> 同意" in end or "<b>2</b>" in end
    assert "<b>1</b>" in end


def test_finding_opens_a_single_hit_and_never_what_is_out_of_scope(world: builders.World) -> None:
    case = builders.agreement(world)
    answer = signed_in(world.clerk).get("/find/", {"q": case.reference})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/cases/{case.reference}/")
    for person in (world.stranger, world.nobody, world.audit_admin):
        hidden = signed_in(person).get("/find/", {"q": case.reference})
        assert hidden.status_code == 200 and case.title not in hidden.content.decode()


def test_an_empty_queue_says_what_comes_next(world: builders.World) -> None:
    case = builders.agreement(world)
    page = signed_in(world.town_reviewer).get("/queue/").content.decode()
    assert case.title in page
    assert filters.choices(filters_of(world.clerk)).plans


@pytest.mark.usefixtures("steady_calendars")
@pytest.mark.parametrize(
    ("path", "headers", "most"),
    [
        ("/queue/", {}, 20),
        ("/queue/pulse", {"X-List": "1"}, 12),
    ],
)
def test_a_page_of_the_desk_needs_few_statements(
    world: builders.World, path: str, headers: dict[str, str], most: int
) -> None:
    case = builders.walk(world, builders.agreement(world), "account_transfer")
    client, address = signed_in(world.police_liaison), path.format(case.reference)
    client.get(address, headers=headers)
    with CaptureQueriesContext(connection) as asked_for:
        assert client.get(address, headers=headers).status_code == 200
    assert len(asked_for) <= most, [q["sql"][:90] for q in asked_for.captured_queries]
