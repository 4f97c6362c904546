"""A line of the queue out of its mould is what its template says, for every kind of line, and in both languages."""

from dataclasses import replace

import pytest
from django.template import Context
from django.template.loader import get_template
from django.test import RequestFactory
from django.urls import reverse
from django.utils import translation

from tests import builders
from tests.workflow.test_queue_head import town as town
from workflow import clock
from workflow.models import Case, Nudge, Step, User
from workflow.queries import queue
from workflow.queries.filters import TABS, Asked
from workflow.queries.rows import QueueRow
from workflow.templatetags import lines

HOSTILE = "<b>100 % %(id)s \"'&amp;</b>"
BARE = {"papers": [], "wish_signed": False, "notice_posted": False, "party_a_authorised": False, "all_signed": False}


def shown(row: QueueRow, tab: str, oob: bool) -> tuple[str, str]:
    """The line as the page has it, and the template with the same words in it."""
    context = Context({"tab": tab, "request": RequestFactory().get("/queue/"), "csrf_token": "token"})
    context["request"].user = User.objects.get(username="clerk")
    words = lines.words_of(row, tab) | lines._of_page(context, row, tab)
    given = {"line": lines.kind_of(row, tab, oob), "say": words, "csrf_token": "token"}
    return lines.queue_line(context, row, oob), get_template(lines.TEMPLATE).render(given)


def test_a_line_of_every_kind_is_what_the_template_says(town: builders.World) -> None:
    for number, case in enumerate(Case.objects.order_by("pk")):
        facts = case.facts | (BARE if number % 4 else {})
        Case.objects.filter(pk=case.pk).update(title=HOSTILE, overrides=number % 3, facts=facts)
    Nudge.objects.create(step=Step.objects.filter(state="open")[0], day=clock.today(), by=town.chair, at=town.now)
    kinds = set()
    for language in ("zh-hans", "en"):
        with translation.override(language):
            for user in User.objects.all() if language == "zh-hans" else [town.clerk, town.town_reviewer]:
                for tab in TABS:
                    for row in queue.page(user, Asked(tab=tab)).rows:
                        quick, slow = shown(row, tab, oob=bool(row.step.pk % 2))
                        assert quick == slow
                        kinds.add(lines.kind_of(row, tab, oob=False))
    assert len(kinds) > 30
    for name in (
        "missing",
        "override",
        "was_late",
        "lost",
        "amount",
        "lender",
        "holder",
        "urge",
        "urged",
        "ok",
        "waits",
    ):
        assert len({getattr(kind, name) for kind in kinds}) == 2 + (name == "urge"), name


def test_what_people_typed_is_shown_and_not_obeyed(town: builders.World) -> None:
    Case.objects.update(title=HOSTILE)
    quick, _slow = shown(queue.page(town.clerk).rows[0], "mine", oob=False)
    assert HOSTILE not in quick and "&lt;b&gt;100 % %(id)s &quot;&#x27;&amp;amp;&lt;/b&gt;" in quick


@pytest.mark.parametrize("reference", ["T-00001", "移 2026(1)", "a%20b?c#d&e='f'"])
def test_an_address_put_together_is_the_address(reference: str) -> None:
    row = lines.quote(reference, safe=lines.RFC3986_SUBDELIMS + "/~:@")
    assert lines.address("case", row) == reverse("case", args=[reference])
    assert lines.address("step_why", "12") == reverse("step_why", args=[12])


def test_slack_is_said_with_its_unit(town: builders.World) -> None:
    rows = queue.page(town.clerk).rows
    left = next(row for row in rows if row.slack is not None)
    assert lines.words_of(left, "mine")["slack_unit"] == "个工作日"
    with translation.override("en"):
        assert {lines.words_of(replace(left, slack=n), "mine")["slack_unit"] for n in (1, -1)} == {"working day"}
        assert lines.words_of(replace(left, slack=2), "mine")["slack_unit"] == "working days"
    assert lines.words_of(replace(left, slack=None), "mine")["slack_unit"] == ""
