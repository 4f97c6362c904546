"""The diagram of a route gives every name whole: what is too long for one line goes on in the next."""

import re
from html import unescape

import pytest
from django.utils import translation

from tests import builders
from workflow.models import Case
from workflow.models.plan import spec
from workflow.queries import routedrawing
from workflow.queries.words import name
from workflow.routechecks import vocabulary


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_no_name_is_cut(world: builders.World, language: str) -> None:
    case = Case.objects.get(pk=builders.agreement(world).pk)
    route = spec(case.route_id)
    with translation.override(language):
        words = vocabulary(case.route.kind, case.route.mode)
        for size in (routedrawing.NARROW, routedrawing.wide()):
            drawn = routedrawing.svg(route, words, size)
            shown = re.sub(r"<title>.*?</title>", "", drawn, flags=re.DOTALL)
            said = re.sub(
                r"\s", "", unescape("".join(re.findall(r"<text[^>]*class=\"(?!rd-d)[^>]*>(.*?)</text>", shown)))
            )
            assert "…" not in said
            for place in route.places.values():
                assert re.sub(r"\s", "", name(place.group.names)) in said
                for plan in place.group.plans:
                    assert re.sub(r"\s", "", str(words.roles[plan.role])) in said


def test_lines_fit_their_room_and_lose_nothing() -> None:
    for text in ("Notice posted on the board of the village for ten days", "接收镇移民办公室联络员（户籍，转移）会签"):
        lines = routedrawing._wrapped(text, 120)
        assert "".join("".join(lines).split()) == "".join(text.split()) and len(lines) > 1
        assert all(routedrawing._width(line) * 13 <= 120 for line in lines)
