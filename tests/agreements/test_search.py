"""The desk's search by what only the subject knows: household numbers and the last four of an ID number."""

from agreements import privacy
from agreements.models import Person
from tests import builders
from tests.agreements import families
from workflow.models import User
from workflow.queries import queue
from workflow.queries.filters import Asked

NUMBER = "11010519491231002X"


def found(user: User, text: str) -> list[str]:
    return [row.reference for row in queue.page(user, Asked(q=text)).rows]


def test_the_last_four_find_the_household_inside_the_scope_only(world: builders.World) -> None:
    case, other = families.draft(world), families.draft(world)
    person = Person.objects.filter(memberships__agreement=case).first()
    assert person is not None
    Person.objects.filter(pk=person.pk).update(last4_index=privacy.last_four_index(NUMBER))
    assert found(world.clerk, "002X") == found(world.clerk, "002x") == [case.reference]
    assert found(world.clerk, "02X") == found(world.clerk, "9999") == []
    assert found(world.stranger, "002X") == []
    assert found(world.clerk, other.household.household_no) == [other.reference]


def test_the_index_of_the_last_four_tells_nothing_about_the_whole_number() -> None:
    assert privacy.last_four_index(NUMBER) == privacy.last_four_index("002x")
    assert privacy.last_four_index(NUMBER) not in (privacy.blind_index(NUMBER), privacy.blind_index("002X"))
    assert "002X" not in privacy.last_four_index(NUMBER)
