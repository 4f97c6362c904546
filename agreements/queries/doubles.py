"""People of a household who may stand in another household of the same programme too: a warning, not a stop."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from agreements.models import Household, Person


@dataclass(frozen=True)
class Double:
    """A person who may be registered twice; `where` names the other household only inside the reader's scope."""

    person: str
    where: str  # household number, or "" for a household out of sight
    why: str  # same_last_four | number_missing


def doubles(household: Household, visible: Iterable[int]) -> list[Double]:
    """Same name with the same last four signs, or same name where one number is missing.

    The whole number twice is refused by the database already (unique keyed index); this finds what it cannot see.
    """
    mine = list(Person.objects.filter(household=household))
    others = Person.objects.filter(household__programme=household.programme_id, name__in=[p.name for p in mine])
    named: dict[str, list[Person]] = {}
    for other in others.exclude(household=household).filter(~Q(name="")).select_related("household"):
        named.setdefault(other.name, []).append(other)
    seen = set(visible)
    return [
        Double(person.name, other.household.household_no if other.household_id in seen else "", why)
        for person in mine
        for other in named.get(person.name, ())
        if (why := _why(person, other))
    ]


def _why(one: Person, other: Person) -> str:
    if one.last4_index and one.last4_index == other.last4_index:
        return "same_last_four"
    return "number_missing" if not (one.id_index and other.id_index) else ""
