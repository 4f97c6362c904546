"""What the subject adds to the engine's pages: search by household number and last four digits; names of papers."""

import re
from collections.abc import Iterable

from django.db.models import Q, QuerySet

from agreements import lifecycle, privacy
from agreements.models import Agreement, Paper, Person
from workflow.models import Case

LAST_FOUR = re.compile(r"[0-9]{3}[0-9Xx]")


def cases(text: str) -> QuerySet[Case]:
    """Ids of agreements that fit; the caller narrows them to the reader's scope (promise P20)."""
    fits = Q(household__household_no__icontains=text)
    if LAST_FOUR.fullmatch(text):
        persons = Person.objects.filter(last4_index=privacy.last_four_index(text))
        fits |= Q(pk__in=persons.values("memberships__agreement_id"))
    return Agreement.objects.filter(fits).values("pk")  # type: ignore[return-value]


def papers(identities: Iterable[str]) -> dict[str, str]:
    """By identity: the type of a paper, with the title it was filed under."""
    rows = Paper.objects.filter(uid__in=list(identities)).values_list("uid", "type", "title")
    return {str(uid): f"{lifecycle.PAPERS.get(kind, kind)} {title}".strip() for uid, kind, title in rows}
