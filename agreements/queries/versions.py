"""The versions of an agreement side by side: what each hand-in changed, read from the events, after which return."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from agreements.models import Agreement, changes
from workflow.models import Event, Round


@dataclass
class Version:
    """One hand-in of the draft; `returned` says who sent the one before back and why."""

    number: int
    at: datetime
    by: str
    returned: str
    values: dict[str, tuple[str, str]] = field(default_factory=dict)  # label: before, after


@dataclass(frozen=True)
class Comparison:
    """Versions as columns; rows are (label, value in each version)."""

    versions: list[Version]
    rows: list[tuple[str, list[str]]]


def compare(case: Agreement, rounds: Iterable[Round]) -> Comparison | None:
    """None while there is only one version, or while none differs from the one before. `rounds`: all of the case."""
    versions = _versions(case, rounds)
    labels = list(dict.fromkeys(label for version in versions for label in version.values))
    if len(versions) < 2 or not labels:
        return None
    return Comparison(versions, [(label, _across(versions, label)) for label in labels])


def _versions(case: Agreement, rounds: Iterable[Round]) -> list[Version]:
    wanted = ("step.decided", "subject.changed")
    events = Event.objects.filter(case_id=case.pk, kind__in=wanted).select_related("actor").order_by("sequence")
    reasons = {(r.group, r.number): r.reason for r in rounds if r.outcome in Round.SENT_BACK}
    found: list[Version] = []
    pending: dict[str, tuple[str, str]] = {}
    returned = ""
    for event in events:
        facts: dict[str, Any] = json.loads(event.body)["facts"]
        if event.kind == "subject.changed":
            _merge(pending, changes.rows(facts) if found and "changes" in facts else [])
        elif facts.get("verdict") in ("return", "refuse"):
            reason = reasons.get((facts.get("group", ""), facts.get("number", 0)), "")
            returned = f"{event.actor}: {reason}" if reason else str(event.actor)
        elif facts.get("plan") == "draft":
            found.append(Version(len(found) + 1, event.at, str(event.actor), returned, pending))
            pending, returned = {}, ""
    return found


def _merge(pending: dict[str, tuple[str, str]], rows: list[changes.Row]) -> None:
    """Several changes of one field between two hand-ins are one: the first before, the last after."""
    for label, before, after in rows:
        pending[label] = (pending[label][0] if label in pending else before, after)


def _across(versions: list[Version], label: str) -> list[str]:
    """The field's value in each version: what a change says it was before holds for all versions before it."""
    values: list[str | None] = [version.values[label][1] if label in version.values else None for version in versions]
    for place in range(1, len(versions)):
        if values[place] is None:
            values[place] = values[place - 1]
    for place in range(len(versions) - 1, 0, -1):
        if values[place - 1] is None:
            change = versions[place].values.get(label)
            values[place - 1] = change[0] if change else values[place]
    return [value or "" for value in values]
