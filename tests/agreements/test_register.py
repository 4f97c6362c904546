"""The register: filters, chosen columns, totals and exports; and drafts that keep what is typed by themselves."""

import json
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from agreements.models import Person, TypedDraft
from agreements.queries import doubles
from tests.agreements import families
from tests.agreements.test_pages import _form, _members, sign_in
from tests.builders import World
from workflow.models import Event, Look


def test_columns_are_chosen_once_and_kept_by_the_browser(world: World) -> None:
    families.draft(world)
    client = sign_in(world.clerk)
    assert "高程（米）</th>" not in client.get("/households/").content.decode()
    answer = client.post(
        "/households/columns", {"column": ["elevation", "amount", "nonsense"], "query": "status=draft"}
    )
    assert answer.headers["Location"] == "/households/?status=draft"
    page = client.get("/households/").content.decode()
    assert "高程（米）</th>" in page and "村民小组</th>" not in page


@pytest.mark.parametrize(
    ("query", "listed"), [("below=600", 2), ("below=1", 0), ("status=draft", 1), ("q=没有这人", 0)]
)
def test_filters_narrow_the_list_and_its_totals(world: World, query: str, listed: int) -> None:
    families.draft(world)
    families.household(world)
    page = sign_in(world.clerk).get(f"/households/?{query}").content.decode()
    assert page.count('data-label="户主"') + page.count('data-label="移民户"') == listed
    assert ("合计" in page) == bool(listed)


def test_an_export_has_the_filter_the_columns_and_a_stamp_and_is_recorded_per_family(world: World) -> None:
    case = families.draft(world)
    families.household(world)
    client = sign_in(world.clerk)
    client.post("/households/columns", {"column": ["amount"]})
    book = client.post("/households/export", {"query": "status=draft", "kind": "xlsx"})
    rows = CalamineWorkbook.from_filelike(BytesIO(book.content)).get_sheet_by_index(0).to_python()
    assert "clerk" in rows[0][0] and len(rows) == 3
    assert rows[2][2:4] == [120000.5, case.reference]
    assert Look.objects.filter(case=case, what="export", user=world.clerk).count() == 1
    assert json.loads(Event.objects.get(kind="data.exported").body)["facts"]["asked"] == {"status": "draft"}


def test_a_csv_opens_in_the_office_program_and_calculates_nothing(world: World) -> None:
    one = families.household(world)
    type(one).objects.filter(pk=one.pk).update(head_name="=1+1")
    content = sign_in(world.clerk).post("/households/export", {"query": "", "kind": "csv"}).content
    assert content.startswith(b"\xef\xbb\xbf") and "'=1+1" in content.decode()


def test_a_stranger_exports_nothing_of_ours(world: World) -> None:
    one = families.household(world)
    content = sign_in(world.stranger).post("/households/export", {"query": "", "kind": "csv"}).content.decode()
    assert one.household_no not in content and one.head_name not in content


# --- drafts --------------------------------------------------------------------------------------------------------
def test_what_is_typed_is_kept_shown_again_and_dropped_when_saved(world: World) -> None:
    case = families.draft(world)
    client, path = sign_in(world.clerk), f"/agreements/{case.reference}/edit/"
    sent = _form(client.get(path).content.decode()) | {"party_a": "写了一半", "members": _members(case)}
    kept = client.post(f"/agreements/{case.reference}/autosave", sent | {"amount_house": "12x", "evil": "1"})
    assert "暂存" in kept.json()["said"]
    again = client.get(path).content.decode()
    assert "写了一半" in again and 'value="12x"' in again
    assert "evil" not in TypedDraft.objects.get().fields
    families.again(case)
    assert families.again(case).party_a != "写了一半"
    assert client.post(path, sent).status_code == 302
    assert families.again(case).party_a == "写了一半" and not TypedDraft.objects.exists()


def test_kept_text_does_not_overwrite_what_somebody_saved_meanwhile(world: World) -> None:
    case = families.draft(world)
    mine, theirs = sign_in(world.clerk), sign_in(world.clerk_2)
    path = f"/agreements/{case.reference}/edit/"
    sent = _form(mine.get(path).content.decode()) | {"party_a": "我的", "members": _members(case)}
    mine.post(f"/agreements/{case.reference}/autosave", sent)
    other = _form(theirs.get(path).content.decode()) | {"party_a": "同事的", "members": _members(case)}
    assert theirs.post(path, other).status_code == 302
    resumed = _form(mine.get(path).content.decode()) | {"members": _members(case)}
    assert mine.post(path, resumed | {"party_a": "我的"}).status_code == 409
    assert families.again(case).party_a == "同事的"


def test_kept_text_is_seen_by_its_writer_only_and_can_be_thrown_away(world: World) -> None:
    case = families.draft(world)
    client, path = sign_in(world.clerk), f"/agreements/{case.reference}/edit/"
    sent = _form(client.get(path).content.decode()) | {"party_a": "秘密草稿"}
    client.post(f"/agreements/{case.reference}/autosave", sent)
    assert "秘密草稿" not in sign_in(world.clerk_2).get(path).content.decode()
    assert sign_in(world.stranger).post(f"/agreements/{case.reference}/autosave", sent).status_code == 404
    client.post(f"/agreements/{case.reference}/discard")
    assert "秘密草稿" not in client.get(path).content.decode()


def test_everything_wrong_is_told_at_once(world: World) -> None:
    case = families.draft(world)
    client, path = sign_in(world.clerk), f"/agreements/{case.reference}/edit/"
    sent = _form(client.get(path).content.decode())
    wrong = {"amount_house": "12x", "copies": "99", "move_by": "soon", "homestead_m2": "-1"}
    text = client.post(path, sent | wrong | {"members": _members(case)}).content.decode()
    for name in wrong:
        assert f'aria-describedby="f-{name}-e"' in text, name


def test_a_person_who_may_stand_in_two_households_is_warned_about(world: World) -> None:
    one, other = families.household(world), families.household(world)
    mine, theirs = one.persons.first(), other.persons.first()
    assert mine and theirs
    Person.objects.filter(pk=theirs.pk).update(name=mine.name, id_index=None, last4_index="")
    found = doubles.doubles(one, [other.pk])
    assert [(d.person, d.where, d.why) for d in found] == [(mine.name, other.household_no, "number_missing")]
    assert doubles.doubles(one, [])[0].where == ""
