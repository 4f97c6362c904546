"""Anchors outside the database: what the heads of all chains were, so that a chain cut short or deleted is noticed.

Once a day a full anchor, and one of the changed chains after every 500 events, under var/anchors/ (promise P16). Copy
that folder away regularly: whoever can change the database and this folder can still hide.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.utils.translation import gettext_noop as _

from workflow import audit, clock
from workflow.audit import VerifyResult
from workflow.commands import heartbeats
from workflow.models import Case, Event, StreamHead, User, Verification
from workflow.rules import merkle

EVERY = 500  # events
Heads = dict[str, list[Any]]  # stream: [sequence, hash]


def folder() -> Path:
    """Where anchors lie."""
    return Path(settings.VAR) / "anchors"


def files() -> list[Path]:
    """Anchors, oldest first."""
    return sorted(folder().glob("[0-9]*.json")) if folder().is_dir() else []


def verify_all(*, now: datetime | None = None, by: User | None = None) -> VerifyResult:
    """Walk every chain and the newest anchors, record the result, and anchor the heads when all is well."""
    moment = now or clock.now()
    found = audit.verify()
    bad = _first_missing() if found.ok else None
    if bad:
        found = VerifyResult(False, found.checked, bad, _("an anchored event is missing or was changed"))
    written = write(moment, full=True) if found.ok else ""
    Verification.objects.create(
        at=moment, ok=found.ok, checked=found.checked, first_bad=found.first_bad, why=found.why, root=written, by=by
    )
    heartbeats.beat("audit", moment, ok=found.ok, checked=found.checked, first_bad=found.first_bad)
    return found


def write(now: datetime, *, full: bool) -> str:
    """Write an anchor and return its root; "" when nothing has changed since the last one."""
    last = _last()
    newest = Event.objects.aggregate(newest=Max("id"))["newest"] or 0
    if newest == last.get("events", 0):
        return ""
    heads = _all_heads() if full else _changed_since(last.get("events", 0))
    previous = last.get("root", "")
    root = merkle.root([previous, *(f"{stream} {seq} {digest}" for stream, (seq, digest) in sorted(heads.items()))])
    number = last.get("number", 0) + 1
    body = {
        "number": number,
        "at": now.isoformat(),
        "full": full,
        "events": newest,
        "previous": previous,
        "root": root,
        "heads": heads,
    }
    folder().mkdir(parents=True, exist_ok=True)
    path = folder() / f"{number:08}.json"
    fresh = path.with_suffix(".part")
    fresh.write_text(json.dumps(body, sort_keys=True), encoding="utf-8")
    fresh.rename(path)
    return root


def due() -> bool:
    """Whether 500 events have come since the last anchor."""
    newest = Event.objects.aggregate(newest=Max("id"))["newest"] or 0
    return bool(newest - _last().get("events", 0) >= EVERY)


def _last() -> dict[str, Any]:
    found = files()
    return dict(json.loads(found[-1].read_text(encoding="utf-8"))) if found else {}


def _all_heads() -> Heads:
    cases = Case.objects.filter(events__gt=0).values_list("pk", "events", "head")
    others = StreamHead.objects.filter(events__gt=0).values_list("stream", "events", "head")
    return {f"case:{pk}": [n, head] for pk, n, head in cases} | {stream: [n, head] for stream, n, head in others}


def _changed_since(event_id: int) -> Heads:
    rows = (
        Event.objects.filter(pk__gt=event_id).order_by("stream", "sequence").values_list("stream", "sequence", "hash")
    )
    return {stream: [sequence, digest] for stream, sequence, digest in rows.iterator(chunk_size=5000)}


def _first_missing() -> str:
    """The first anchored head that the database no longer has; anchors from the newest full one on are compared."""
    for anchor in _to_compare():
        rows = [(stream, seq, digest) for stream, (seq, digest) in sorted(anchor["heads"].items())]
        lines = (f"{stream} {seq} {digest}" for stream, seq, digest in rows)
        if merkle.root([anchor["previous"], *lines]) != anchor["root"]:
            return f"anchor {anchor['number']}"
        missing = _not_in_database(rows)
        if missing:
            return missing
    return ""


def _to_compare() -> Iterator[dict[str, Any]]:
    chosen: list[dict[str, Any]] = []
    for path in reversed(files()):
        anchor = json.loads(path.read_text(encoding="utf-8"))
        chosen.append(anchor)
        if anchor["full"]:
            break
    yield from reversed(chosen)


def _not_in_database(rows: list[tuple[str, int, str]]) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.stream, a.sequence FROM unnest(%s::text[], %s::int[], %s::text[]) AS a(stream, sequence, hash)"
            " LEFT JOIN workflow_event e ON e.stream = a.stream AND e.sequence = a.sequence AND e.hash = a.hash"
            " WHERE e.id IS NULL ORDER BY 1 LIMIT 1",
            [[row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]],
        )
        found = cursor.fetchone()
    return f"{found[0]}#{found[1]}" if found else ""
