"""A part of a page that is kept says the same for the same values, and knows nothing but these and the language."""

import pytest
from django.template import Context, Template
from django.utils import translation

from workflow.templatetags import keep

PART = (
    "{% load i18n keep %}{% keep tab=page.tab %}{{ tab }} {{ page.secret }}{{ secret }}{% trans 'Done' %}{% endkeep %}"
)


def said(part: Template, tab: str, secret: str) -> str:
    return part.render(Context({"page": {"tab": tab, "secret": secret}, "secret": secret}))


def test_a_kept_part_knows_its_values_and_nothing_of_who_reads() -> None:
    part = Template(PART)
    with translation.override("en"):
        assert said(part, "mine", "household of another") == "mine Done"
        assert said(part, "<b>", "") == "&lt;b&gt; Done"
    with translation.override("zh-hans"):
        assert said(part, "mine", "") not in ("", "mine Done")


def test_the_same_values_are_rendered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    part = Template("{% load keep %}{% keep n=n %}{% for i in n %}{{ i }}{% endfor %}{% endkeep %}")
    node = part.nodelist[1]
    assert isinstance(node, keep.KeepNode)
    monkeypatch.setattr(keep, "MOST", 3)
    for number in range(5):
        assert part.render(Context({"n": (number, number)})) == f"{number}{number}"
        assert len(node.kept) <= 3
    monkeypatch.setattr(node, "nodelist", None)  # what is kept is not rendered again
    assert part.render(Context({"n": (4, 4)})) == "44"


def test_a_value_that_could_change_behind_its_back_is_refused() -> None:
    with pytest.raises(TypeError):
        Template("{% load keep %}{% keep n=n %}{% endkeep %}").render(Context({"n": [1]}))
