"""A pile of work for one desk: households cloned from the sample's newest one, each played up to the same step."""

import re
import uuid
from datetime import timedelta

from agreements.models import CompensationItem, Household, Person
from agreements.sample.player import Player
from agreements.sample.story import _start
from tests.product import Site
from workflow import clock


def make(site: Site, plan: str, number: int) -> list[str]:
    """Pile them up in a running product, late ones reminded; returns their references."""
    made = site.manage("shell", "-c", f"from tests.journeys import pile; pile.fill({plan!r}, {number})")
    site.manage("sweep_deadlines")
    return re.findall(r"\S+-ZZ-\d+", made)


def fill(plan: str, number: int) -> None:
    """Make NUMBER agreements that wait at PLAN, opened between three weeks ago and today, and print their references.

    Runs inside the product.
    """
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
