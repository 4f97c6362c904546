"""Due reminders by the hundred, an expectation of them computed independently, and what a gateway's journal says."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import time, timedelta

from notifications.models import BundleItem, Delivery, Habits
from tests import builders
from tests.notifications.gateway import Taken
from workflow import clock
from workflow.commands import ladders
from workflow.models import Case, Notice, Posting, Round, Step, User
from workflow.rules.rungs import Rung

KIND = "agreements.Agreement"
# -1 was passed yesterday, 0 is reached today: the first is recorded as superseded, the second goes out
LADDER = (Rung(-1, ("holder",)), Rung(0, ("holder",), urgent=True))
REFERENCE = re.compile(r"/cases/(F-\d+)/")
ALWAYS = {"quiet_from": time(0), "quiet_until": time(0), "digest_at": time(0), "rest_days": True, "night_urgent": True}
Word = tuple[str, str]  # (user name, reference of the case)


def due_today(world: builders.World, steps: int, people: int, first: int = 0) -> list[Word]:
    """Open steps due today, each claimed by one of some people; returns the words that must arrive."""
    county = world.units[builders.COUNTY]
    ladders.change(KIND, "", county, {"ordinary": LADDER, "severe": LADDER}, actor=world.people["county_officer"])
    now = clock.now()
    template = builders.agreement(world, now=now - timedelta(days=40))
    Step.objects.filter(case=template).update(due=now.date() + timedelta(days=300), binding="forward")
    Notice.objects.filter(case=template).update(relayed_at=now)  # said long ago: only what is due today is owed
    holders = _people(world, people, first)
    cases = Case.objects.bulk_create(_case(template, first + n) for n in range(steps))
    rounds = Round.objects.bulk_create(_round(template, case) for case in cases)
    pattern = builders.open_step(template, "draft")
    Step.objects.bulk_create(
        _step(pattern, live, holders[n % people], clock.date_of(now)) for n, live in enumerate(rounds)
    )
    return [(holders[n % people].username, case.reference) for n, case in enumerate(cases)]


def _people(world: builders.World, number: int, first: int) -> list[User]:
    made = User.objects.bulk_create(
        User(username=f"holder_{first + n}", full_name=f"holder_{first + n}", password="!") for n in range(number)
    )
    town, since = world.units[builders.HOME_TOWN], clock.today() - timedelta(days=400)
    Posting.objects.bulk_create(Posting(user=who, role="clerk", unit=town, valid_from=since) for who in made)
    Habits.objects.bulk_create(Habits(user=who, **ALWAYS) for who in made)
    return made


def _case(template: Case, number: int) -> Case:
    fields = {f.attname: getattr(template, f.attname) for f in Case._meta.concrete_fields if f.name != "id"}
    fields |= {"reference": f"F-{number:06}", "subject_key": f"F{number}", "title": f"户主{number} 户", "events": 0}
    return Case(**fields | {"head": ""})


def _round(template: Case, case: Case) -> Round:
    live = Round.objects.get(case=template, closed_at=None)
    fields = {f.attname: getattr(live, f.attname) for f in Round._meta.concrete_fields if f.name != "id"}
    return Round(**fields | {"case_id": case.pk})


def _step(pattern: Step, live: Round, holder: User, due: object) -> Step:
    fields = {f.attname: getattr(pattern, f.attname) for f in Step._meta.concrete_fields if f.name != "id"}
    fields |= {"case_id": live.case_id, "round_id": live.pk, "holder_id": holder.pk, "due": due, "binding": "forward"}
    return Step(**fields)


def ledger() -> Counter[Word]:
    """Live reminders as (person, case); more than one of the same is a double."""
    rows = Notice.objects.filter(word="reminder", superseded_at=None, rung=0)
    return Counter(rows.values_list("recipient__username", "case__reference"))


def skipped() -> Counter[Word]:
    """Lower rungs recorded as superseded."""
    rows = Notice.objects.filter(word="reminder", rung=-1, superseded_why="higher_rung")
    return Counter(rows.values_list("recipient__username", "case__reference"))


def arrived(journal: Iterable[Taken]) -> Counter[Word]:
    """What people received, from the gateway's own journal."""
    return Counter((taken.json["to"], ref) for taken in journal for ref in REFERENCE.findall(taken.json["text"]))


def uncertain() -> Counter[Word]:
    """Words in messages whose outcome nobody knows: on the operator's list."""
    rows = BundleItem.objects.filter(bundle__deliveries__state=Delivery.UNCERTAIN)
    return Counter(rows.values_list("notice__recipient__username", "notice__case__reference"))


def assert_none_missing_none_double(expected: list[Word], journal: Iterable[Taken]) -> None:
    """Ledger, journal and expectation as multisets: the ledger is exact; the journal lacks only what is listed."""
    wanted, came, unknown = Counter(expected), arrived(journal), uncertain()
    assert ledger() == wanted
    assert skipped() == wanted
    assert max(came.values(), default=0) <= 1, "somebody got a word twice"
    assert came - wanted == Counter()
    assert wanted - came - unknown == Counter(), "a word is missing and on no list"
    open_ones = Delivery.objects.filter(state__in=(Delivery.PENDING, Delivery.CLAIMED))
    assert not open_ones.exists()
