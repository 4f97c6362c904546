"""The verbs' forms: shown with what they do, refused with what to change, nothing typed lost; JSON on request."""

import json

import pytest
from django.test import Client

from tests import builders
from tests.workflow.test_pages import signed_in
from tests.workflow.test_signers import ask, at_town_review
from workflow.commands import steps
from workflow.models import Decision, Opinion, Step
from workflow.views.verbs import DOING

JSON = "application/problem+json"


def test_every_verb_has_a_page_and_a_fragment(world: builders.World) -> None:
    _case, step = at_town_review(world)
    client = signed_in(world.town_reviewer)
    for verb in DOING:
        page = client.get(f"/steps/{step.pk}/{verb}")
        assert page.status_code == 200
        assert "<html" in page.content.decode()
        part = client.get(f"/steps/{step.pk}/{verb}", headers={"HX-Request": "true"}).content.decode()
        assert "<html" not in part and "verbform" in part
    assert client.get(f"/steps/{step.pk}/nonsense").status_code == 404
    assert client.get("/steps/999999/reassign").status_code == 404


def test_reassigning_by_post(world: builders.World) -> None:
    other = builders.user("town_reviewer_2", "town_reviewer", world.units[builders.HOME_TOWN])
    _case, step = at_town_review(world)
    client = signed_in(world.town_reviewer)
    assert "town_reviewer_2" in client.get(f"/steps/{step.pk}/reassign").content.decode()
    done = client.post(f"/steps/{step.pk}/reassign", {"to": other.pk, "note": "开会", "key": "k"})
    assert done.status_code == 302
    again = client.post(f"/steps/{step.pk}/reassign", {"to": other.pk, "note": "开会", "key": "k"})
    assert again.status_code == 302
    step.refresh_from_db()
    assert step.holder == other


def test_a_refused_form_keeps_what_was_typed_and_says_why(world: builders.World) -> None:
    _case, step = at_town_review(world)
    client = signed_in(world.town_reviewer)
    form = {"users": [world.clerk.pk], "where": "beside", "question": "这句话不能丢", "days": "7", "key": "k"}
    refused = client.post(f"/steps/{step.pk}/add_signer", form)
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "这句话不能丢" in page and 'value="7"' in page and 'value="beside" checked' in page
    assert "起草了待审批的内容" in page
    nobody = client.post(f"/steps/{step.pk}/delegate", {"question": "问", "days": "2"}, headers={"HX-Request": "true"})
    assert (nobody.status_code, nobody.headers["HX-Reswap"]) == (422, "innerHTML")
    wrong = client.post(f"/steps/{step.pk}/delegate", {"to": world.clerk_2.pk, "days": "many"})
    assert wrong.status_code == 422


def test_the_whole_way_by_pages(world: builders.World) -> None:
    case, step = at_town_review(world)
    mine, hers = signed_in(world.town_reviewer), signed_in(world.clerk_2)
    asked = mine.post(
        f"/steps/{step.pk}/delegate",
        {"to": world.clerk_2.pk, "question": "面积对吗", "days": "2"},
        headers={"HX-Request": "true"},
    )
    assert (asked.status_code, "HX-Redirect" in asked.headers) == (204, True)
    opinion = Step.objects.get(case=case, holder=world.clerk_2, state="open")
    page = hers.get(f"/cases/{case.reference}/").content.decode()
    assert "面积对吗" in page and f"/steps/{opinion.pk}/give_opinion" in page
    assert f"/steps/{opinion.pk}/decide" not in page
    hers.post(f"/steps/{opinion.pk}/give_opinion", {"leaning": "doubt", "text": "少量了一间"})
    assert Opinion.objects.get(step=opinion).text == "少量了一间"
    assert "少量了一间" in mine.get(f"/cases/{case.reference}/").content.decode()
    form = {"users": [world.clerk_2.pk], "where": "before", "days": "2"}
    mine.post(f"/steps/{step.pk}/add_signer", form)
    signer = Step.objects.get(case=case, holder=world.clerk_2, state="open")
    assert f"/steps/{signer.pk}/drop_signer" in mine.get(f"/cases/{case.reference}/").content.decode()
    mine.post(f"/steps/{signer.pk}/drop_signer", {"reason": "不必"})
    seen = {f"seen-{aspect}": digest for aspect, digest in case.hashes.items()}
    mine.post(f"/steps/{step.pk}/decide", {"verdict": "approve", **seen})
    assert Decision.objects.filter(step=step).exists()
    assert f"/steps/{step.pk}/take_back" in mine.get(f"/cases/{case.reference}/").content.decode()
    assert mine.post(f"/steps/{step.pk}/take_back", {}).status_code == 302
    assert "已拿回" in mine.get(f"/cases/{case.reference}/").content.decode()


def test_a_question_is_dropped_as_a_question_and_not_as_a_signer(world: builders.World) -> None:
    case, step = at_town_review(world)
    mine = signed_in(world.town_reviewer)
    mine.post(f"/steps/{step.pk}/delegate", {"to": world.clerk_2.pk, "question": "面积对吗", "days": "2"})
    opinion = Step.objects.get(case=case, holder=world.clerk_2, state="open")
    page = mine.get(f"/cases/{case.reference}/").content.decode()
    assert "取消征询" in page and "减签" not in page
    assert "取消征询" in mine.get(f"/steps/{opinion.pk}/drop_signer").content.decode()
    said = mine.post(f"/steps/{opinion.pk}/drop_signer", {"reason": "已问清"}, follow=True).content.decode()
    assert "已取消征询" in said and "已减签" not in said


@pytest.mark.parametrize("accept", [JSON, "application/json"])
def test_a_refusal_is_a_problem_document_for_those_who_ask(world: builders.World, accept: str) -> None:
    _case, step = at_town_review(world)
    client = signed_in(world.town_reviewer)
    answer = client.post(f"/steps/{step.pk}/reassign", {"to": world.clerk_2.pk}, headers={"accept": accept})
    told = json.loads(answer.content)
    assert (answer.status_code, answer.headers["Content-Type"]) == (422, JSON)
    assert told["type"] == "urn:problem:no-such-candidate"
    assert (told["status"], told["instance"]) == (422, f"/steps/{step.pk}/reassign")
    assert told["title"] and "clerk_2" in told["detail"]
    other = signed_in(world.stranger).post(f"/steps/{step.pk}/reassign", {}, headers={"accept": accept})
    assert (other.status_code, json.loads(other.content)["type"]) == (404, "urn:problem:not-found")
    decided = client.post(f"/steps/{step.pk}/decide", {"verdict": "return"}, headers={"accept": accept})
    assert json.loads(decided.content)["type"] == "urn:problem:comment-required"
    done = client.post(f"/steps/{step.pk}/delegate", {"to": world.clerk_2.pk, "days": "2"}, headers={"accept": accept})
    assert json.loads(done.content)["asked"] == world.clerk_2.pk


def test_an_ordinary_browser_gets_a_page(world: builders.World) -> None:
    _case, step = at_town_review(world)
    client = signed_in(world.town_reviewer)
    answer = client.post(f"/steps/{step.pk}/decide", {"verdict": "return"}, headers={"accept": "text/html,*/*;q=0.8"})
    assert answer.headers["Content-Type"].startswith("text/html")
    assert answer.status_code == 422


def test_posting_needs_the_token_and_sight(world: builders.World) -> None:
    _case, step = at_town_review(world)
    signer = ask(world, step, world.clerk_2, "before")
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.town_reviewer)
    for verb in DOING:
        assert client.post(f"/steps/{step.pk}/{verb}", {}).status_code == 403
        assert signed_in(world.stranger).post(f"/steps/{signer.pk}/{verb}", {}).status_code == 404
        assert signed_in(world.stranger).get(f"/steps/{signer.pk}/{verb}").status_code == 404
    signer.refresh_from_db()
    assert signer.state == "open"


def test_the_form_of_a_verb_that_is_not_possible_says_why(world: builders.World) -> None:
    _case, step = at_town_review(world)
    steps.claim(step.pk, actor=world.town_reviewer)
    page = signed_in(world.chair).get(f"/steps/{step.pk}/delegate").content.decode()
    assert "town_reviewer" in page and '<button class="btn p">' not in page
