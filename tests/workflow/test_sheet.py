"""The sheet's answers: what is done in the drawer, in a run or on a row is shown there; undo is taking back."""

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from tests import builders
from tests.workflow.test_pages import signed_in
from tests.workflow.test_signers import ask, at_town_review
from workflow import clock
from workflow.models import Case, Decision, Step

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/queue/"}


def post(client: Client, address: str, **form: Any) -> HttpResponse:
    """A form of the drawer, as the desk's script sends it."""
    return client.post(address, {"sheet": "drawer"} | form, headers=HTMX)  # type: ignore[return-value]


def approve(client: Client, case: Case, step: Step, **form: Any) -> HttpResponse:
    seen = {f"seen-{aspect}": digest for aspect, digest in case.hashes.items()}
    return post(client, f"/steps/{step.pk}/decide", verdict="approve", key=f"k{step.pk}", **seen | form)


def undo_form(page: str) -> dict[str, str]:
    """The fields of the toast's form."""
    form = page.split("data-undo>")[1].split("</form>")[0]
    return {
        part.split('name="')[1].split('"')[0]: unescape(part.split('value="')[1].split('"')[0])
        for part in form.split("<input")[1:]
    }


def test_undo_in_the_drawer_takes_the_decision_back_and_the_item_is_there_again(world: builders.World) -> None:
    case, step = at_town_review(world)
    client = signed_in(world.town_reviewer)
    decided = approve(client, case, step, row=[step.pk])
    page = decided.content.decode()
    assert f'id="row-{step.pk}" hx-swap-oob="delete"' in page
    assert f'hx-post="/steps/{step.pk}/take_back" hx-target="#drawer"' in page
    undone = client.post(f"/steps/{step.pk}/take_back", undo_form(page), headers=HTMX)
    again = builders.open_step(case, "town_review")
    assert undone.status_code == 200 and "HX-Redirect" not in undone.headers
    assert (undone.headers["HX-Retarget"], undone.headers["HX-Reswap"]) == ("#drawer", "innerHTML")
    assert f"/steps/{again.pk}/decide" in undone.content.decode() and "data-list-changed" in undone.content.decode()
    assert (again.pk != step.pk, again.holder) == (True, world.town_reviewer)
    assert f'id="row-{again.pk}"' in client.get("/queue/").content.decode()
    assert Decision.objects.get(step=step).step.taken_back_at


def test_undo_in_a_run_brings_the_item_back_to_its_place(world: builders.World) -> None:
    (first, one), (_second, two) = at_town_review(world), at_town_review(world)
    client = signed_in(world.town_reviewer)
    here, ahead = f"ids={one.pk}-{two.pk}&at=0", f"ids={one.pk}-{two.pk}&at=1"
    page = approve(client, first, one, sheet="work", here=here, ahead=ahead).content.decode()
    undone = client.post(f"/steps/{one.pk}/take_back", undo_form(page), headers=HTMX)
    again = builders.open_step(first, "town_review")
    assert undone.headers["HX-Push-Url"] == f"/queue/work/?ids={again.pk}-{two.pk}&at=0"
    assert "1 / 2" in undone.content.decode() and f"/steps/{again.pk}/decide" in undone.content.decode()
    end = client.get(f"/queue/work/?ids={again.pk}-{two.pk}&at=2").content.decode()
    assert end.split('class="tally">')[1].split("</p>")[0].count("<span>") == 1  # nothing decided, two left
    assert "<b>2</b>" in end


def test_undo_on_the_case_page_stands_on_the_page_that_follows(world: builders.World) -> None:
    case, step = at_town_review(world)
    client, page = signed_in(world.town_reviewer), f"/cases/{case.reference}/"
    seen = {f"seen-{aspect}": digest for aspect, digest in case.hashes.items()}
    form = {"verdict": "approve", "key": "k", "next": page} | seen
    shown = client.post(f"/steps/{step.pk}/decide", form, follow=True).content.decode()
    assert f'action="/steps/{step.pk}/take_back"' in shown and "hx-post" not in shown.split("data-undo")[0][-90:]
    back = client.post(f"/steps/{step.pk}/take_back", undo_form(shown))
    assert (back.status_code, back.headers["Location"]) == (302, page)
    assert builders.open_step(case, "town_review").holder == world.town_reviewer
    assert "data-undo" not in client.get(page).content.decode()  # what was undone is not offered again


def test_undo_is_refused_in_words_once_somebody_acted(world: builders.World) -> None:
    case, step = at_town_review(world)
    client = signed_in(world.town_reviewer)
    page = approve(client, case, step).content.decode()
    builders.approve(world, case, "vice_approval")
    refused = client.post(f"/steps/{step.pk}/take_back", undo_form(page), headers=HTMX)
    assert (refused.status_code, refused.headers["HX-Retarget"]) == (409, "#toasts")
    assert "vice_leader" in refused.content.decode()


def test_a_step_given_away_in_the_drawer_leaves_the_list_and_the_next_item_is_there(world: builders.World) -> None:
    other = builders.user("town_reviewer_2", "town_reviewer", world.units[builders.HOME_TOWN])
    (_case, step), (second, _two) = at_town_review(world), at_town_review(world)
    client = signed_in(world.town_reviewer)
    done = post(
        client, f"/steps/{step.pk}/reassign", to=other.pk, key="r", row=[step.pk], following=second.reference
    ).content.decode()
    assert f'id="row-{step.pk}" hx-swap-oob="delete"' in done
    assert f'data-reference="{second.reference}"' in done and "data-undo" not in done


def test_what_stays_is_shown_again_with_its_row(world: builders.World) -> None:
    case, step = at_town_review(world)
    client, page = signed_in(world.town_reviewer), f"/cases/{case.reference}"
    for address, form in (
        (f"/steps/{step.pk}/claim", {}),
        (f"/steps/{step.pk}/release", {}),
        (f"/steps/{step.pk}/promise", {"promised_on": (clock.today() + timedelta(days=5)).isoformat()}),
        (f"/steps/{step.pk}/delegate", {"to": world.clerk_2.pk, "question": "问", "days": "2"}),
        (f"{page}/cc", {"to": [world.vice_leader.pk]}),
        (f"{page}/hold", {"cause": "dispute"}),
        (f"{page}/resume", {}),
    ):
        done = post(client, address, key=address, row=[step.pk], **form)
        text = done.content.decode()
        assert done.status_code == 200 and f'data-reference="{case.reference}"' in text, address
        assert f'<tr id="row-{step.pk}" hx-swap-oob="true"' in text, address
        assert "data-toast" in text and "HX-Redirect" not in done.headers


def test_urging_from_the_drawer_stays_there(world: builders.World) -> None:
    case, step = at_town_review(world)
    done = post(signed_in(world.vice_leader), f"/steps/{step.pk}/nudge", key="n")
    assert done.status_code == 200 and f'data-reference="{case.reference}"' in done.content.decode()


@pytest.mark.parametrize("sheet", ["", "nonsense"])
def test_outside_a_sheet_the_page_is_loaded_anew(world: builders.World, sheet: str) -> None:
    _case, step = at_town_review(world)
    done = post(signed_in(world.town_reviewer), f"/steps/{step.pk}/claim", key="c", sheet=sheet)
    assert (done.status_code, done.headers["HX-Redirect"]) == (204, "/queue/")


def test_the_answer_says_what_the_button_said(world: builders.World) -> None:
    case = builders.agreement(world)
    client = signed_in(world.clerk)
    client.cookies["django_language"] = "en"
    page = approve(client, case, builders.open_step(case, "draft")).content.decode()
    assert "Submitted." in page and "Approved." not in page


def test_who_cannot_decide_is_led_to_whom_it_waits_for(world: builders.World) -> None:
    case, step = at_town_review(world)
    signer = ask(world, step, world.clerk_2, "before")
    page = signed_in(world.town_reviewer).get(f"/cases/{case.reference}/", headers=HTMX).content.decode()
    said = page.split('class="verdict"')[1].split("</a>")[0]
    assert f'href="#waits-{signer.pk}"' in said and "clerk_2" in said
    row = page.split(f'id="waits-{signer.pk}"')[1].split("</tr>")[0]
    assert f"/steps/{signer.pk}/nudge" in row
