"""The county of the benchmarks: ten towns with everybody posted, and two cases led by real commands to where half of
all cases stand: before the town's review, and before the leading group's approval (which cascades a state)."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from agreements.commands import policies
from agreements.models import Agreement, Household, Programme
from workflow import clock
from workflow.commands import calendar, cases, steps
from workflow.models import Calendar, Case, Posting, Schedule, SchedulePoint, Step, Unit, User
from workflow.rules import canonical

TOWNS = 10
COUNTY, PARTNER = "990101", "990101199"
ASPECTS = ("parties", "members", "amounts", "text", "papers", "transfers", "homestead", "payments")
HOME_ROLES = {
    "clerk": 9,
    "contact_cadre": 9,
    "village_group_leader": 14,
    "village_reviewer": 12,
    "town_reviewer": 9,
    "vice_leader": 9,
    "chair": 9,
}
WAY = ("draft", "group_opinion", "village_opinion", "public_notice", "town_review")
REVIEW, APPROVAL = "town_review", "vice_approval"  # the step that is measured, by template
FACTS: dict[str, Any] = {
    "mode": "agri_dispersed",
    "households": 1,
    "persons": 4,
    "amount": "120000.00",
    "area_changes": True,
    "has_homestead": True,
    "all_moved": False,
    "papers": ["household_booklet", "id_copies", "inventory_sheet"],
    "wish_signed": True,
    "party_a_authorised": True,
    "notice_posted": True,
    "notice_ends_on": "2026-01-01",
    "open_objections": 0,
    "signatures": [],
    "missing_signatures": [],
    "all_signed": False,
}


@dataclass
class County:
    """Who and what the data set is made of."""

    now: datetime
    units: dict[str, Unit] = field(default_factory=dict)
    people: dict[tuple[str, int], User] = field(default_factory=dict)  # (role, town)
    templates: dict[str, Any] = field(default_factory=dict)  # plan of the measured step to its case
    queue_user: Any = None

    @property
    def today(self) -> date:
        """The run's day."""
        return clock.date_of(self.now)


def town_code(town: int) -> str:
    """Division code of the n-th town."""
    return f"{COUNTY}{101 + town}"


def build() -> County:
    """Units, people, programme, route and the two template cases."""
    county = County(clock.now().replace(microsecond=0))
    _units(county)
    _people(county)
    calendar.seed((county.today.year, county.today.year + 1))
    policies.publish(county.units[COUNTY], now=county.now)
    programme = _programme(county)
    for plan in (REVIEW, APPROVAL):
        county.templates[plan] = _template(county, programme, plan)
    return county


def _units(county: County) -> None:
    codes = {COUNTY: "云江县", PARTNER: "锦屏镇", f"{PARTNER}001": "田园村", f"{PARTNER}00101": "田园村1组"}
    for town in range(TOWNS):
        code = town_code(town)
        codes |= {code: f"第{town}镇", f"{code}001": f"第{town}镇一村", f"{code}00101": f"第{town}镇一村1组"}
    for code, name in codes.items():
        county.units[code] = Unit.objects.create(code=code, name=name)


def _people(county: County) -> None:
    for town in range(TOWNS):
        for role, length in HOME_ROLES.items():
            _post(county, role, town, f"{town_code(town)}00101"[:length])
    _post(county, "receiving_village", 0, f"{PARTNER}001")
    _post(county, "receiving_town", 0, PARTNER)
    _post(county, "county_officer", 0, COUNTY)
    # a tenth of all open work waits for one person: both posts of the first town
    county.queue_user = user = User.objects.create(username="queue", full_name="queue", password="!", is_sample=True)
    for role in ("town_reviewer", "vice_leader"):
        _hold(user, role, county.units[town_code(0)])


def _post(county: County, role: str, town: int, code: str) -> None:
    name = f"{role}_{town}"
    county.people[role, town] = User.objects.create(username=name, full_name=name, password="!")
    _hold(county.people[role, town], role, county.units[code])


def _hold(user: User, role: str, unit: Unit) -> None:
    Posting.objects.create(user=user, role=role, unit=unit, valid_from=date(2020, 1, 1))


def _programme(county: County) -> Programme:
    national = Calendar.objects.get_or_create(code="CN", defaults={"name": "国家工作日历"})[0]
    storage = county.today + timedelta(days=720)
    schedule = Schedule.objects.create(code="B1", name="bench", storage_on=storage, calendar=national)
    for point, before in (("all_signed", 360), ("registration_homestead", 240), ("last_move", 180), ("clearing", 120)):
        SchedulePoint.objects.create(schedule=schedule, point=point, due_on=storage - timedelta(days=before))
    return Programme.objects.create(code="B1", name="bench", county=county.units[COUNTY], schedule=schedule)


def _template(county: County, programme: Programme, plan: str) -> Case:
    """A case of the first town, led by the product's own commands until this step is open."""
    home, partner = county.units[f"{town_code(0)}00101"], county.units[f"{PARTNER}00101"]
    household = Household.objects.create(
        programme=programme,
        household_no=plan,
        head_name=plan,
        mode="agri_dispersed",
        group=home,
        destination=partner,
        elevation_m=560,
    )
    made = Agreement(
        reference=plan,
        title=f"{plan} 户",
        mode="agri_dispersed",
        subject_key=plan,
        schedule=programme.schedule,
        home_unit=home,
        partner_unit=partner,
        household=household,
        programme=programme,
    )
    clerk, moment = county.people["clerk", 0], county.now - timedelta(days=9)
    sight = [(county.people["contact_cadre", 0], "contact_cadre")]
    with cases.opening(made, actor=clerk, now=moment, participants=sight) as work:
        work.case.facts = dict(FACTS)
        work.case.hashes = {aspect: canonical.digest(aspect) for aspect in ASPECTS}
        work.case.authors = {aspect: [clerk.pk] for aspect in ("parties", "members", "amounts", "text")}
    for number, before in enumerate(WAY[: WAY.index(REVIEW) + (plan == APPROVAL)]):
        step = Step.objects.get(case_id=made.pk, plan=before, state="open")
        actor = county.people["clerk" if before == "public_notice" else step.role, 0]
        steps.decide(step.pk, actor=actor, verdict="approve", now=moment + timedelta(days=number + 1))
    return Case.objects.get(pk=made.pk)
