"""The chain of events: appending to it, and verifying it (promise P16). Facts are ids, enums, amounts and dates."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop as _

from workflow.models import Case, Decision, Event, Opinion, StreamHead
from workflow.rules import canonical


@dataclass(frozen=True)
class VerifyResult:
    """What a verification found: `first_bad` names stream and sequence of the first broken link.

    `why` is the English text: it is kept, and read in another language than that of whoever asked. Show it translated.
    """

    ok: bool
    checked: int
    first_bad: str = ""
    why: str = ""


def append(
    case: Case, kind: str, at: datetime, actor_id: int | None, on_behalf_of_id: int | None, facts: dict[str, Any]
) -> Event:
    """The next event of a locked case's chain, unsaved; moves the head on the case in memory."""
    stream = f"case:{case.pk}"
    event = link(stream, case.events + 1, case.head, kind, at, actor_id, on_behalf_of_id, facts)
    event.case = case
    case.events, case.head, case.last_event_at = event.sequence, event.hash, at
    return event


def append_to_stream(stream: str, kind: str, at: datetime, actor_id: int | None, facts: dict[str, Any]) -> Event:
    """Write one event of a chain that is not a case's (unit, route, programme, system); locks its head."""
    with transaction.atomic(savepoint=False):  # with the caller's change where it has a transaction, else by itself
        StreamHead.objects.get_or_create(stream=stream)
        head = StreamHead.objects.select_for_update(no_key=True).get(stream=stream)
        event = link(stream, head.events + 1, head.head, kind, at, actor_id, None, facts)
        event.save()
        StreamHead.objects.filter(pk=stream).update(events=event.sequence, head=event.hash)
    return event


def link(
    stream: str,
    sequence: int,
    previous: str,
    kind: str,
    at: datetime,
    actor_id: int | None,
    on_behalf_of_id: int | None,
    facts: dict[str, Any],
) -> Event:
    """An event whose hash covers its place, its time, its persons and what it says."""
    at = at.astimezone(UTC)  # the database gives UTC back: the text has to match when verified
    body = canonical.text({"kind": kind, "at": at.isoformat(), "by": actor_id, "for": on_behalf_of_id, "facts": facts})
    return Event(
        stream=stream,
        sequence=sequence,
        kind=kind,
        actor_id=actor_id,
        on_behalf_of_id=on_behalf_of_id,
        at=at,
        body=body,
        previous=previous,
        hash=canonical.link(previous, stream, sequence, body),
    )


def decision_digest(decision: Decision) -> str:
    """Hash of a decision row; its event repeats it, so an edited row is found."""
    return canonical.digest(
        canonical.text(
            [
                decision.step_id,
                decision.actor_id,
                decision.on_behalf_of_id,
                decision.verdict,
                decision.comment,
                decision.document_no,
                decision.seen,
                decision.at.astimezone(UTC).isoformat(),
            ]
        )
    )


def opinion_digest(opinion: Opinion) -> str:
    """Hash of an opinion row; its event repeats it."""
    parts = [opinion.step_id, opinion.actor_id, opinion.on_behalf_of_id, opinion.leaning, opinion.text]
    return canonical.digest(canonical.text([*parts, opinion.at.astimezone(UTC).isoformat()]))


def verify(case_reference: str | None = None, using: str = "default") -> VerifyResult:
    """Walk the chains; stops at the first broken link and names it."""
    events = Event.objects.using(using).order_by("stream", "sequence")
    cases = Case.objects.using(using).all()
    if case_reference:
        cases = cases.filter(reference=case_reference)
        events = events.filter(stream__in=[f"case:{pk}" for pk in cases.values_list("pk", flat=True)])
    heads = {f"case:{pk}": (count, head) for pk, count, head in cases.values_list("pk", "events", "head")}
    if not case_reference:
        rows = StreamHead.objects.using(using).values_list("stream", "events", "head")
        heads |= {stream: (count, head) for stream, count, head in rows}
    checked = 0
    for fault, checked in _walk(events.iterator(chunk_size=5000), heads):
        if fault:
            return VerifyResult(False, checked, *fault)
    bad = _bad_decision(using, case_reference)
    return VerifyResult(False, checked, *bad) if bad else VerifyResult(True, checked)


def _walk(events: Iterator[Event], heads: dict[str, tuple[int, str]]) -> Iterator[tuple[tuple[str, str] | None, int]]:
    left, stream, sequence, previous, checked = dict(heads), "", 0, "", 0
    for event in events:
        if event.stream != stream:
            stream, sequence, previous = event.stream, 0, ""
        where = f"{event.stream}#{event.sequence}"
        sequence, checked = sequence + 1, checked + 1
        if event.sequence != sequence or event.previous != previous:
            yield (where, _("an event is missing or out of order before this one")), checked
        if canonical.link(previous, stream, sequence, event.body) != event.hash:
            yield (where, _("the text does not fit its hash")), checked
        if not _fits_body(event):
            yield (where, _("the columns do not fit the hashed text")), checked
        previous = event.hash
        if left.get(stream) == (sequence, previous):
            left.pop(stream)
    remaining = sorted(name for name, (count, _head) in left.items() if count)
    yield ((remaining[0], _("events are missing at the end of this chain")) if remaining else None), checked


def _fits_body(event: Event) -> bool:
    return event.body.startswith(
        f'{{"at":"{event.at.astimezone(UTC).isoformat()}","by":{_json(event.actor_id)},"facts":'
    ) and event.body.endswith(f'"for":{_json(event.on_behalf_of_id)},"kind":"{event.kind}"}}')


def _json(value: int | None) -> str:
    return "null" if value is None else str(value)


def _bad_decision(using: str, case_reference: str | None) -> tuple[str, str] | None:
    """The first decision or opinion row that no event fits."""
    rows: list[tuple[Any, str, Callable[[Any], str]]] = [
        (Decision, "step.decided", decision_digest),
        (Opinion, "opinion.given", opinion_digest),
    ]
    for model, kind, digest in rows:
        found = model.objects.using(using).order_by("pk")
        if case_reference:
            found = found.filter(case__reference=case_reference)
        told = set(
            Event.objects.using(using).filter(kind=kind).values_list("body", flat=True).iterator(chunk_size=5000)
        )
        digests = {part for body in told for part in body.split('"') if len(part) == 64}
        for row in found.iterator(chunk_size=5000):
            if digest(row) != row.digest or row.digest not in digests:
                name = model._meta.model_name
                return f"{name}:{row.pk}", _("the row does not fit the event that recorded it")
    return None
