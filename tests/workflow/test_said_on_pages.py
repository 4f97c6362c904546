"""Before the click every page says what a return or a refusal does to the others, for the point and way chosen."""

import re

import pytest
from django.utils import translation
from django.utils.html import format_html

from tests import builders
from tests.workflow.test_aftermath import asked, at_panel, who
from tests.workflow.test_pages import signed_in
from workflow.models import Case
from workflow.templatetags.desk import told

HOWS = ("with_me", "again")
LINE = re.compile(r'data-to="(\w+)" data-resume="(\w+)"(?: hidden)?>(.*?)</p>', re.S)


def lines(page: str) -> dict[tuple[str, str], str]:
    """What is said of each way back, without the marks and the line breaks."""
    return {(to, resume): " ".join(text.split()) for to, resume, text in LINE.findall(page)}


def form_of(world: builders.World, case: Case, plan: str, drawer: bool) -> str:
    step = next(one for one in asked(case, plan.partition("-")[0]) if one.plan.endswith(plan.partition("-")[2]))
    headers = {"HX-Request": "true"} if drawer else {}
    page = signed_in(who(world, step)).get(f"/cases/{case.reference}/", headers=headers).content.decode()
    return page.partition(f'data-plan="{step.plan}"')[2].partition("</form>")[0]


@pytest.mark.parametrize("drawer", [False, True])
def test_every_way_back_says_whom_it_ends_and_what_counts_no_more(world: builders.World, drawer: bool) -> None:
    case = at_panel(world, "all", "signing")
    said = lines(form_of(world, case, "signing-town", drawer))
    assert set(said) == {(to, how) for to in ("draft", "in_review", "approval", "side", "receiving") for how in HOWS}
    back = said["approval", "with_me"]
    assert "<b>approval</b>" in back and "村民小组长" in back and "村委会审核人" in back
    assert "<b>money</b>" in back  # the other track opened with signing: it ends too
    assert "<b>receiving</b>" in back and "仍有效" in back
    again = said["receiving", "again"]
    assert "<b>prepared</b>" in again and "作废" in again and "仍有效" not in again


def test_a_refusal_says_that_a_step_beside_in_another_track_ends(world: builders.World) -> None:
    case = at_panel(world, "all", "in_review")
    refused = form_of(world, case, "in_review-town", drawer=True).partition("如不同意")[2]
    assert "<b>draft</b>" in refused and "<b>side</b> (云江县 县搬迁安置办经办人)" in refused


def test_where_nothing_can_be_gone_back_to_one_can_still_refuse(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world), "account_transfer")
    page = signed_in(world.police_liaison).get(f"/cases/{case.reference}/").content.decode()
    assert 'value="refuse"' in page and 'value="return"' not in page
    assert "<b>户口迁移办理</b>" in page


def test_returning_several_says_in_numbers_what_ends(world: builders.World) -> None:
    case = at_panel(world, "all", "in_review")
    step = asked(case, "in_review")[2]
    client = signed_in(who(world, step))
    page = client.post("/steps/bulk/preview", {"step": [step.pk], "verb": "return"}).content.decode()
    said = lines(page)
    assert "不再需要办理的事项：3 项" in said["draft", "with_me"]
    assert "作废的环节同意：1 项" in said["previous", "again"]


def test_sentences_run_on_as_the_language_does() -> None:
    with translation.override("zh-hans"):
        assert told("如退回：", ["甲。", format_html("<b>{}</b>。", "乙")]) == "如退回：甲。<b>乙</b>。"
    with translation.override("en"):
        assert told("If so:", ["One.", "A < B."]) == "If so: One. A &lt; B."
