"""The subject's pages over HTTP: what each role is offered, what is refused, and that nothing typed is lost."""

import re

import pytest
from django.test import Client

from agreements.models import Agreement, Household, Paper
from tests.agreements import families
from tests.builders import World
from workflow.models import Look, User

KEY = re.compile(r'name="key" value="([0-9a-f]{32})"')


def sign_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_register_lists_those_without_an_agreement_first_and_offers_clerks_to_start(world: World) -> None:
    started = families.draft(world)
    waiting = families.household(world)
    page = sign_in(world.clerk).get("/households/").content.decode()
    assert page.index(waiting.household_no) < page.index(started.reference)
    assert f"/households/{waiting.pk}/start" in page
    assert "/start" not in sign_in(world.town_reviewer).get("/households/").content.decode()


@pytest.mark.parametrize("role", ["stranger", "system_admin", "receiving_town", "nobody"])
def test_the_register_shows_nothing_to_those_it_does_not_concern(world: World, role: str) -> None:
    one = families.household(world)
    answer = sign_in(world.people[role]).get("/households/")
    assert answer.status_code == 200 and one.head_name not in answer.content.decode()


def test_starting_twice_leads_to_the_same_draft(world: World) -> None:
    one = families.household(world)
    client = sign_in(world.clerk)
    first = client.post(f"/households/{one.pk}/start", {"key": "k1"})
    again = client.post(f"/households/{one.pk}/start", {"key": "k1"})
    other = client.post(f"/households/{one.pk}/start", {"key": "k2"})
    made = Agreement.objects.get(household=one)
    assert first.url == again.url == f"/agreements/{made.reference}/edit/"
    assert other.url == f"/cases/{made.reference}/"


def test_a_bad_amount_is_named_and_everything_typed_stands(world: World) -> None:
    case = families.draft(world)
    client = sign_in(world.clerk)
    shown = client.get(f"/agreements/{case.reference}/edit/")
    sent = _form(shown.content.decode()) | {"party_a": "河口镇人民政府（新）", "amount_house": "12x"}
    answer = client.post(f"/agreements/{case.reference}/edit/", sent)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "河口镇人民政府（新）" in text and 'value="12x"' in text and 'aria-describedby="f-amount_house-e"' in text
    sent = _form(text) | {"party_a": "河口镇人民政府（新）", "amount_house": "99,000.10", "members": _members(case)}
    assert client.post(f"/agreements/{case.reference}/edit/", sent).status_code == 302
    saved = families.again(case)
    assert saved.party_a == "河口镇人民政府（新）" and saved.facts["amount"] == "119000.60"


def test_two_open_forms_do_not_overwrite_each_other_unnoticed(world: World) -> None:
    case = families.draft(world)
    client = sign_in(world.clerk)
    old = _form(client.get(f"/agreements/{case.reference}/edit/").content.decode()) | {"members": _members(case)}
    client.post(f"/agreements/{case.reference}/edit/", old | {"copies": "6"})
    answer = client.post(f"/agreements/{case.reference}/edit/", old | {"key": "another", "copies": "7"})
    assert answer.status_code == 409 and 'value="7"' in answer.content.decode()
    assert families.again(case).copies == 6


def _members(case: Agreement) -> list[str]:
    return [str(m.person_id) for m in case.members.all()]


def _form(text: str) -> dict[str, str]:
    """Text inputs and hidden fields of the page, as a browser would send them."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", text):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and 'type="checkbox"' not in tag and name[1] not in ("language", "next", "csrfmiddlewaretoken"):
            found[name[1]] = value[1] if value else ""
    body = re.search(r'<textarea[^>]*name="terms"[^>]*>(.*?)</textarea>', text, re.S)
    return found | ({"terms": body[1]} if body else {}) | {"area_changes": "on", "has_homestead": "on"}


def test_a_wish_form_is_recorded_with_its_scan_in_one_go_and_a_paper_survives_a_refusal(world: World) -> None:
    case = families.draft(world)
    client, address = sign_in(world.contact_cadre), f"/agreements/{case.reference}/record/wish/"
    key = KEY.search(client.get(address).content.decode())
    assert key
    sent = {"key": key[1], "mode": "kin_reliance", "signed_on": "2026-03-01", "paper_id_upload": families.upload()}
    refused = client.post(address, sent)
    paper = Paper.objects.get(agreement=case)
    assert refused.status_code == 422
    assert f'<option value="{paper.pk}" selected>' in refused.content.decode()
    fresh = KEY.search(refused.content.decode())
    assert fresh and fresh[1] != key[1]
    good = {"key": fresh[1], "mode": "agri_dispersed", "signed_on": "2026-03-01", "paper_id": paper.pk}
    assert client.post(address, good).url == f"/cases/{case.reference}/"
    assert families.again(case).facts["wish_signed"]


def test_a_wrong_file_is_named_beside_its_own_field(world: World) -> None:
    case = families.draft(world)
    sent = {"mode": "agri_dispersed", "signed_on": "2026-03-01", "paper_id_upload": families.upload(b"<html>")}
    text = sign_in(world.clerk).post(f"/agreements/{case.reference}/record/wish/", sent).content.decode()
    assert 'id="f-paper_id-e"' in text and 'value="2026-03-01"' in text


def test_forms_are_for_those_who_may(world: World) -> None:
    case = families.draft(world)
    wish = f"/agreements/{case.reference}/record/wish/"
    assert sign_in(world.town_reviewer).get(wish).status_code == 403
    assert sign_in(world.stranger).get(wish).status_code == 404
    assert sign_in(world.clerk).get(f"/agreements/{case.reference}/record/plot-select/").status_code == 403
    assert sign_in(world.clerk).get(f"/agreements/{case.reference}/record/signature/").status_code == 409
    assert Client().get(wish).url.startswith("/login/")


def test_a_paper_is_shown_to_those_in_sight_only_and_it_is_recorded_who_opened_which(world: World) -> None:
    case = families.walk(world, families.draft(world), "account_transfer")
    paper = Paper.objects.get(agreement=case, type="inventory_sheet")
    address = f"/papers/{paper.uid}/"
    assert sign_in(world.clerk).get(address).status_code == 405  # reading by a GET would leave no trace
    answer = sign_in(world.clerk).post(address)
    assert answer.status_code == 200 and b"".join(answer.streaming_content).startswith(b"%PDF-")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Content-Disposition"].startswith("inline")
    saved = sign_in(world.clerk).post(address, {"as": "file"})
    assert saved.headers["Content-Disposition"].startswith("attachment")
    Paper.objects.filter(pk=paper.pk).update(content_type="text/html")  # nothing of ours files such a thing
    assert sign_in(world.clerk).post(address).headers["Content-Disposition"].startswith("attachment")
    for stranger in (world.stranger, world.receiving_town, world.system_admin, world.nobody):
        assert sign_in(stranger).post(address).status_code == 404
    found = Look.objects.filter(what=Look.PAPER).values_list("user", "case", "detail")
    assert list(found) == [(world.clerk.pk, case.pk, str(paper.uid))] * 3
    page = sign_in(world.auditor).get(f"/audit/?tab=looks&case={case.reference}").content.decode()
    assert "打开了材料" in page and "clerk" in page and "实物指标调查表" in page
    assert f'action="{address}"' in sign_in(world.clerk).get(f"/cases/{case.reference}/").content.decode()


@pytest.mark.parametrize("state", ["draft", "in_review", "account_transfer", "homestead_adjustment", "completed"])
def test_the_case_page_tells_each_side_its_own(world: World, state: str) -> None:
    case = families.walk(world, families.draft(world), state)
    page = sign_in(world.clerk).get(f"/cases/{case.reference}/").content.decode()
    assert case.household.head_name in page and "120,000.50" in page
    if state in ("draft", "in_review"):
        assert sign_in(world.receiving_town).get(f"/cases/{case.reference}/").status_code == 404
        return
    theirs = sign_in(world.receiving_town).get(f"/cases/{case.reference}/").content.decode()
    assert "120,000.50" not in theirs and case.household.head_name in theirs
    assert not re.search(r"index-\d+", theirs)


def test_the_police_liaison_records_a_move_from_the_page(world: World) -> None:
    case = families.walk(world, families.draft(world), "account_transfer")
    client = sign_in(world.police_liaison)
    member = case.members.first()
    address = f"/agreements/{case.reference}/members/{member.pk}/permit/"
    assert address in client.get(f"/cases/{case.reference}/").content.decode()
    empty = client.post(address, {"permit_no": "", "permit_on": "2026-03-02"})
    assert empty.status_code == 422 and 'value="2026-03-02"' in empty.content.decode()
    assert client.post(address, {"permit_no": "准〔2026〕3号", "permit_on": "2026-03-02"}).status_code == 302
    member.transfer.refresh_from_db()
    assert member.transfer.state == "permit"
    assert Household.objects.count() == 1


def test_a_paper_is_opened_from_the_list_by_which_one_decides(world: World) -> None:
    case = families.draft(world)
    families.paper(case, "household_booklet", world.clerk)
    newest = families.paper(case, "household_booklet", world.clerk)
    Agreement.objects.filter(pk=case.pk).update(state="in_review")  # the review asks for papers
    sheet = sign_in(world.clerk).get(f"/cases/{case.reference}/", headers={"HX-Request": "true"}).content.decode()
    listed = sheet.split('<ul class="chk">')[1].split("</ul>")[0]
    assert listed.count(f'action="/papers/{newest.uid}/"') == listed.count("<form") == 2  # shown, or saved
