"""A pile of work for one desk: households cloned from the sample's newest one, each played up to the same step."""

import re
import uuid
from datetime import timedelta
from io import StringIO

from django.core.management import call_command

from agreements.models import CompensationItem, Household, Person
from agreements.sample.player import Player
from agreements.sample.story import _start
from tests.product import Site
from workflow import clock


def make(site: Site, **wanted: int) -> list[str]:
    """So many of them at each of these plans in a running product, late ones reminded; returns their references."""
    made = site.manage("shell", "-c", f"from tests.journeys import pile; pile.fill({wanted!r})")
    return re.findall(r"\S+-ZZ-\d+", made)


def fill(wanted: dict[str, int]) -> None:
    """Make agreements that wait at each plan, opened between three weeks ago and today, and print their references.

    Runs inside the product.
    """
    for plan, number in wanted.items():
        _fill(plan, number)
    call_command("sweep_deadlines", stdout=StringIO())


def _fill(plan: str, number: int) -> None:
    now = clock.now()
    model = Household.objects.get(household_no="YJ-007")
    persons, items = list(model.persons.all()), list(model.compensation.all())
    first = Household.objects.filter(household_no__startswith="ZZ-").count()
    for place in range(first, first + number):
        household = Household.objects.get(pk=model.pk)
        household.pk, household.uid, household.household_no = None, uuid.uuid4(), f"ZZ-{place:03}"
        household.head_name = f"{'王李张刘陈杨黄赵周吴'[place % 10]}{'春夏秋冬江河湖海山川'[place // 10 % 10]}生"
        household.save()
        Person.objects.bulk_create(
            Person(household=household, name=p.name, relation=p.relation, id_missing_reason="示例") for p in persons
        )
        CompensationItem.objects.bulk_create(
            CompensationItem(household=household, item=i.item, amount=i.amount + 137 * place) for i in items
        )
        player = Player(household, _start(now, 24 - place % 12))
        player.play(lambda _player, step: step.plan == plan, pace=timedelta(hours=5))
        print(player.agreement.reference)
