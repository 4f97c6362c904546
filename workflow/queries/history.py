"""What happened: by person, by case, by day; who held which post on a day; whether history is whole."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q

from workflow import clock, policies
from workflow.models import Case, Event, Heartbeat, Posting, User

PAGE = 50


@dataclass(frozen=True)
class Entry:
    """One event; the title of its case only for readers who may see that case."""

    at: datetime
    kind: str
    actor: str
    on_behalf_of: str
    reference: str
    title: str
    body: str
    stream: str
    sequence: int


@dataclass(frozen=True)
class Trail:
    """A page of events, newest first."""

    rows: list[Entry]
    page: int
    has_next: bool


def trail(
    user: User, today: date, *, person: str = "", reference: str = "", day: date | None = None, page: int = 1
) -> Trail:
    """Events of the cases in the reader's scope, and (for audit roles) of the chains that are no case's."""
    in_scope = Case.objects.filter(policies.in_scope(user, today))
    events = Event.objects.filter(Q(case__in=in_scope) | Q(case=None) | Q(kind__in=()))
    if policies.has_role(user, today, "audit_admin"):
        events = Event.objects.all()  # sees that something happened, never whose family it was
    events = _narrowed(events, person, reference, day).select_related("actor", "on_behalf_of", "case")
    start = (max(1, page) - 1) * PAGE
    found = list(events.order_by("-at", "-id")[start : start + PAGE + 1])
    titles = set(in_scope.filter(pk__in=[e.case_id for e in found if e.case_id]).values_list("pk", flat=True))
    return Trail([_entry(event, titles) for event in found[:PAGE]], max(1, page), len(found) > PAGE)


def _narrowed(events: Any, person: str, reference: str, day: date | None) -> Any:
    if person:
        named = User.objects.filter(Q(username=person) | Q(full_name=person)).values("pk")
        events = events.filter(Q(actor__in=named) | Q(on_behalf_of__in=named))
    if reference:
        events = events.filter(case__reference=reference)
    if day:
        start = datetime.combine(day, datetime.min.time(), tzinfo=clock.SHANGHAI)
        events = events.filter(at__gte=start, at__lt=start + timedelta(days=1))
    return events


def _entry(event: Event, titles: set[int]) -> Entry:
    case = event.case if event.case_id in titles else None
    return Entry(
        at=event.at,
        kind=event.kind,
        actor=str(event.actor or ""),
        on_behalf_of=str(event.on_behalf_of or ""),
        reference=case.reference if case else "",
        title=case.title if case else "",
        body=event.body,
        stream=event.stream,
        sequence=event.sequence,
    )


def postings_on(day: date, role: str = "") -> list[Posting]:
    """Who held which post that day."""
    found = Posting.objects.filter(policies.valid_on(day)).select_related("user", "unit")
    return list((found.filter(role=role) if role else found).order_by("unit__code", "role", "user__full_name")[:300])


def last_verification() -> Heartbeat | None:
    """Result of the last walk over the chains."""
    return Heartbeat.objects.filter(name="audit").first()
