"""What changed since an official looked: read from the events, so that a stale approval shows it field by field."""

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements import fields, labels
from agreements.models.household import Person
from workflow.models import Event

NAMES: dict[str, Any] = {
    "area_changes": gettext_lazy("Registration area changes"),
    "has_homestead": gettext_lazy("House plot"),
    "copies": gettext_lazy("Copies"),
    "move_by": gettext_lazy("Move by"),
    "homestead_m2": gettext_lazy("Homestead (m²)"),
    "production_land_mu": gettext_lazy("Production land (mu)"),
    "party_a": gettext_lazy("Party A"),
    "authorisation_no": gettext_lazy("Authorisation document"),
    "terms": gettext_lazy("Terms"),
}
ACTS: dict[str, Any] = {
    "paper.filed": gettext_lazy("Paper filed."),
    "paper.withdrawn": gettext_lazy("Paper withdrawn."),
    "wish.recorded": gettext_lazy("Record the wish form"),
    **{f"transfer.{move}": name for move, name in fields.TRANSFER_MOVES.items()},
    **{f"plot.{move}": name for move, name in fields.PLOT_MOVES.items()},
}
Row = tuple[str, str, str]  # label, before, after


def since(case_id: int, seen: Mapping[str, str]) -> list[Row]:
    """Changes to the aspects of `seen` made after they had the hashes seen; empty when those were never the content."""
    bodies = Event.objects.filter(case_id=case_id, kind="subject.changed").order_by("sequence").values_list("body")
    events = [json.loads(body)["facts"] for (body,) in bodies]
    current: dict[str, str] = {}
    shown = -1
    for place, facts in enumerate(events):
        current |= facts.get("hashes", {})
        if all(current.get(aspect) == digest for aspect, digest in seen.items()):
            shown = place
    if shown < 0:
        return []
    later = [facts for facts in events[shown + 1 :] if set(facts.get("hashes", ())) & set(seen)]
    return [row for facts in later for row in rows(facts)]


def rows(facts: Mapping[str, Any]) -> list[Row]:
    """The lines of one recorded change, in the reader's language."""
    if "changes" not in facts:
        act = facts.get("act", "")
        return [(str(ACTS.get(act, act)), "", facts.get("state", ""))]
    return [_row(name, before, after) for name, before, after in facts["changes"]]


def _row(name: str, before: str, after: str) -> Row:
    kind, _dot, code = name.partition(".")
    if kind == "amount":
        return labels.of(labels.ITEMS, code), before or "0.00", after or "0.00"
    if kind == "member":
        person = Person.objects.filter(pk=code).values_list("name", flat=True).first()
        return person or code, _("listed") if before else _("not listed"), _("listed") if after else _("not listed")
    if before in ("True", "False"):
        before, after = (_("yes") if value == "True" else _("no") for value in (before, after))
    if not before and not after:
        after = _("reworded")
    return str(NAMES.get(name, name)), before, after
