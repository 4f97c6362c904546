"""What the subject adds to the desk's search: household numbers, and persons by the last four of their ID number."""

import re

from django.db.models import Q, QuerySet

from agreements import privacy
from agreements.models import Agreement, Person
from workflow.models import Case

LAST_FOUR = re.compile(r"[0-9]{3}[0-9Xx]")


def cases(text: str) -> QuerySet[Case]:
    """Ids of agreements that fit; the caller narrows them to the reader's scope (promise P20)."""
    fits = Q(household__household_no__icontains=text)
    if LAST_FOUR.fullmatch(text):
        persons = Person.objects.filter(last4_index=privacy.last_four_index(text))
        fits |= Q(pk__in=persons.values("memberships__agreement_id"))
    return Agreement.objects.filter(fits).values("pk")  # type: ignore[return-value]
