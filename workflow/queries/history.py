"""What happened: by person, by case, by day; who held which post on a day; whether history is whole."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q

from workflow import clock, policies
from workflow.models import Case, Event, Heartbeat, Look, Posting, SignIn, User, Verification, kinds

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

    @property
    def chain(self) -> str:
        """What its chain is about, as a code."""
        return self.stream.partition(":")[0]


@dataclass(frozen=True)
class Trail:
    """A page of events, newest first."""

    rows: list[Entry]
    page: int
    has_next: bool


@dataclass(frozen=True)
class Asked:
    """A filter of the audit page: whose deeds, which case, which kind, from and until which day (included)."""

    person: str = ""
    reference: str = ""
    kind: str = ""
    day: date | None = None
    until: date | None = None

    @property
    def words(self) -> dict[str, str]:
        """The filter for a manifest or an event."""
        return {name: str(value) for name, value in vars(self).items() if value}


def events_of(user: User, today: date, asked: Asked) -> Any:
    """Events of the cases in the reader's scope, and (for audit roles) of the chains that are no case's."""
    in_scope = Case.objects.filter(policies.in_scope(user, today))
    events = Event.objects.filter(Q(case__in=in_scope) | Q(case=None))
    if policies.has_role(user, today, "audit_admin"):
        events = Event.objects.all()  # sees that something happened, never whose family it was
    return _narrowed(events, asked).select_related("actor", "on_behalf_of", "case")


def looks_of(user: User, today: date, asked: Asked) -> Any:
    """Who looked at or exported the families in the reader's scope."""
    looks = Look.objects.filter(case__in=Case.objects.filter(policies.in_scope(user, today)))
    if asked.person:
        looks = looks.filter(Q(user__username=asked.person) | Q(user__full_name=asked.person))
    if asked.reference:
        looks = looks.filter(case__reference=asked.reference)
    return _between(looks, asked).select_related("user", "case").order_by("-at", "-id")


def papers_of(looks: Iterable[Look]) -> dict[str, str]:
    """Names of the papers that were opened, by the identity each look kept."""
    opened = {look.detail for look in looks if look.detail}
    return {identity: name for names in kinds.PAPERS for identity, name in names(opened).items()} if opened else {}


def trail(user: User, today: date, asked: Asked, page: int = 1) -> Trail:
    """A page of events, newest first."""
    events = events_of(user, today, asked)
    in_scope = Case.objects.filter(policies.in_scope(user, today))
    start = (max(1, page) - 1) * PAGE
    found = list(events.order_by("-at", "-id")[start : start + PAGE + 1])
    titles = set(in_scope.filter(pk__in=[e.case_id for e in found if e.case_id]).values_list("pk", flat=True))
    return Trail([_entry(event, titles) for event in found[:PAGE]], max(1, page), len(found) > PAGE)


def _narrowed(events: Any, asked: Asked) -> Any:
    if asked.person:
        named = User.objects.filter(Q(username=asked.person) | Q(full_name=asked.person)).values("pk")
        events = events.filter(Q(actor__in=named) | Q(on_behalf_of__in=named))
    if asked.reference:
        events = events.filter(case__reference=asked.reference)
    if asked.kind:
        events = events.filter(kind=asked.kind)
    return _between(events, asked)


def _between(rows: Any, asked: Asked) -> Any:
    """Rows of the asked days, in Shanghai time; one day when no last day is given."""
    if asked.day is None:
        return rows
    start = datetime.combine(asked.day, datetime.min.time(), tzinfo=clock.SHANGHAI)
    end = datetime.combine(asked.until or asked.day, datetime.min.time(), tzinfo=clock.SHANGHAI) + timedelta(days=1)
    return rows.filter(at__gte=start, at__lt=end)


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


def verifications(limit: int = 30) -> list[Verification]:
    """The last walks over the chains, newest first: was history intact then."""
    return list(Verification.objects.select_related("by").order_by("-at")[:limit])


def sign_ins_of(person: str, limit: int = 50) -> list[SignIn]:
    """When and from where a person signed in."""
    rows = SignIn.objects.filter(Q(user__username=person) | Q(user__full_name=person))
    return list(rows.select_related("user").order_by("-at")[:limit])
