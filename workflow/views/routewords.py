"""Words of the route editor's choices and fields."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from workflow.rules import conditions
from workflow.rules import words as sentences
from workflow.rules.codes import DUTY_NAMES
from workflow.rules.vocabulary import Vocabulary

RULES: dict[str, Any] = {
    "all": _("all must agree"),
    "any": _("any one decides"),
    "k_of_n": _("k of n must agree"),
    "weighted": _("weights must reach a sum"),
    "in_order": _("one after another, all must agree"),
}
LEAD_UNITS: dict[str, Any] = {"working": _("working days"), "calendar": _("calendar days")}
ASKING: dict[str, Any] = {
    "repeats": (
        _("The same person would decide twice in a row"),
        {"ask": _("ask again"), "carry": _("carry the earlier decision forward, with a visible mark")},
    ),
    "self_approval": (
        _("The only one who could approve wrote it"),
        {"superior": _("a superior is asked"), "stop_publish": _("the route may not be published")},
    ),
    "nobody": (
        _("Nobody holds the post"),
        {"superior": _("a superior is asked"), "stop_publish": _("the route may not be published")},
    ),
}
FIELD_NAMES: dict[str, Any] = {
    "names": _("Name"),
    "role": _("Post"),
    "unit": _("Unit"),
    "duty": _("Duty"),
    "lead": _("Lead time"),
    "lead_unit": _("Days counted as"),
    "source": _("Document"),
    "not_before": _("Not before"),
    "aspects": _("What is approved"),
    "needs": _("What must hold"),
    "papers": _("Papers on file"),
    "condition": _("Condition"),
    "attest": _("Document number asked"),
    "each_holder": _("Every holder is asked"),
    "bulk": _("May be approved in bulk"),
    "weight": _("Weight"),
    "supervisor": _("Supervisor"),
    "excludes": _("Excluded duties"),
    "rule": _("Rule"),
    "threshold": _("Threshold"),
    "on_refuse": _("A refusal leads to"),
    "opens_in": _("Opens in"),
    "point": _("Schedule point"),
    "after_storage": _("After storage"),
    "state": _("State"),
    "repeats": _("Repeated approver"),
    "self_approval": _("Own approval"),
    "nobody": _("Nobody posted"),
}


def shown(field: str, value: Any, words: Vocabulary) -> str:
    """A value of a document for people: before and after, mine and theirs."""
    if value in (None, "", [], {}):
        return "—"
    if field == "source":
        return sentences.source(value)
    if field == "condition":
        return conditions.explain(value, words.facts)
    if field == "names":
        return f"{value.get('zh-hans', '')} / {value.get('en', '')}"
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    known = _known(field, words)
    parts = value if isinstance(value, list) else [value]
    return gettext(", ").join(str(known.get(one, one)) for one in parts)


def _known(field: str, words: Vocabulary) -> Mapping[Any, Any]:
    tables: dict[str, Mapping[Any, Any]] = {
        "role": words.roles,
        "supervisor": words.roles,
        "unit": words.resolvers,
        "duty": DUTY_NAMES,
        "excludes": DUTY_NAMES,
        "lead_unit": LEAD_UNITS,
        "aspects": words.aspects,
        "needs": words.needs,
        "papers": words.papers,
        "rule": RULES,
        "opens_in": words.states,
        "state": words.states,
        "point": words.points,
    }
    return ASKING[field][1] if field in ASKING else tables.get(field, {})
