"""Builders with keyword defaults: a small county with every role posted, and agreements ready to travel."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from agreements.commands import policies as route_policies
from agreements.commands import programme_dates
from agreements.models import Agreement, BackPlanPoint, Household, Milestone, Programme
from workflow import clock
from workflow.commands import cases, steps
from workflow.models import Calendar, Case, Posting, Role, Route, Schedule, SchedulePoint, Step, Unit, User
from workflow.rules import canonical, routedoc

SHANGHAI = ZoneInfo("Asia/Shanghai")
ASPECTS = ("parties", "members", "amounts", "text", "papers", "transfers", "homestead", "payments")
COUNTY, HOME_TOWN, PARTNER_TOWN = "990101", "990101101", "990101102"
HOME_VILLAGE, HOME_GROUP = "990101101001", "99010110100101"
PARTNER_VILLAGE, PARTNER_GROUP = "990101102001", "99010110200101"
UNITS = {
    COUNTY: "云江县",
    HOME_TOWN: "河口镇",
    PARTNER_TOWN: "锦屏镇",
    HOME_VILLAGE: "上坝村",
    HOME_GROUP: "上坝村1组",
    PARTNER_VILLAGE: "田园村",
    PARTNER_GROUP: "田园村1组",
    "990199": "远山县",
    "990199101": "远山镇",
}
SEATS = {
    "clerk": HOME_TOWN,
    "contact_cadre": HOME_TOWN,
    "village_group_leader": HOME_GROUP,
    "village_reviewer": HOME_VILLAGE,
    "town_reviewer": HOME_TOWN,
    "vice_leader": HOME_TOWN,
    "chair": HOME_TOWN,
    "receiving_village": PARTNER_VILLAGE,
    "receiving_town": PARTNER_TOWN,
    "police_liaison": PARTNER_TOWN,
    "land_officer": PARTNER_TOWN,
    "county_officer": COUNTY,
    "finance_preparer": COUNTY,
    "finance_reviewer": COUNTY,
    "finance_payer": COUNTY,
    "route_keeper": COUNTY,
    "archive_keeper": COUNTY,
    "auditor": COUNTY,
    "audit_admin": COUNTY,
    "security_admin": COUNTY,
    "system_admin": COUNTY,
}
READY: dict[str, Any] = {
    "mode": "agri_dispersed",
    "households": 1,
    "persons": 3,
    "amount": "120000.00",
    "area_changes": True,
    "has_homestead": True,
    "all_moved": True,
    "moved": 3,
    "excused": 0,
    "plot_state": "accepted",
    "papers": ["household_booklet", "id_copies", "inventory_sheet", "signed_agreement"],
    "wish_signed": True,
    "party_a_authorised": True,
    "notice_posted": True,
    "notice_ends_on": "2026-01-01",
    "open_objections": 0,
    "signatures": [],
    "missing_signatures": [],
    "all_signed": True,
}
BACK_PLAN = (("all_signed", 180), ("registration_homestead", 120), ("last_move", 90), ("clearing", 60))
_numbers = count(1)


def at(day: str, hour: int = 9) -> datetime:
    """A Shanghai moment."""
    return datetime.fromisoformat(day).replace(hour=hour, tzinfo=SHANGHAI)


@dataclass
class World:
    """Units and people by name; `day` is when cases open."""

    units: dict[str, Unit] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    programme: Any = None
    now: datetime = field(default_factory=lambda: at("2026-03-02"))

    def __getattr__(self, name: str) -> User:
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None


def user(name: str, role: str = "", unit: Unit | None = None, since: date = date(2020, 1, 1)) -> User:
    """A user, with a posting when a role is given."""
    made = User.objects.create(username=name, full_name=name, password="!")
    if role and unit:
        Posting.objects.create(user=made, role=role, unit=unit, valid_from=since)
    return made


def build_world() -> World:
    """A county with one of each role, a second receiving-town vice leader, and another town's clerk."""
    world = World()
    for code, name in UNITS.items():
        world.units[code] = Unit.objects.create(code=code, name=name)
    for role, code in SEATS.items():
        world.people[role] = user(role, role, world.units[code])
    world.people["vice_leader_2"] = user("vice_leader_2", Role.VICE_LEADER, world.units[PARTNER_TOWN])
    world.people["clerk_2"] = user("clerk_2", Role.CLERK, world.units[HOME_TOWN])
    world.people["stranger"] = user("stranger", Role.CLERK, world.units["990199101"])
    world.people["nobody"] = user("nobody")
    world.programme = programme(world)
    route_policies.publish(world.units[COUNTY], now=world.now)
    return world


def policy(changes: dict[str, dict[str, Any]] | None = None) -> dict[str, Any]:
    """The default policy document with parts changed by address, e.g. {"group:town_review": {"rule": "any"}}."""
    document: dict[str, Any] = yaml.safe_load(route_policies.DEFAULT.read_text(encoding="utf-8"))
    found = dict(routedoc.parts(document))
    for address, values in (changes or {}).items():
        found[address].update(values)
    return document


def reroute(world: World, changes: dict[str, dict[str, Any]], modes: tuple[str, ...] = ("agri_dispersed",)) -> Route:
    """Publish a version that differs from the default in some parts: published rows are frozen, tests ask for another.

    Addresses: stage:STATE, track:STATE/KEY, group:KEY, plan:KEY; values as in agreements/policies/default.yaml.
    """
    document = policy(changes) | {"modes": list(modes)}
    return route_policies.install(document, world.units[COUNTY], now=world.now)[0]


def programme(world: World, storage: date = date(2027, 6, 30)) -> Programme:
    """A programme whose points are far enough away not to bind."""
    calendar = Calendar.objects.get_or_create(code="CN", defaults={"name": "国家工作日历"})[0]
    schedule = Schedule.objects.create(
        code="P1", name="白鹤", storage_on=storage, calendar=calendar, unit=world.units[COUNTY]
    )
    for point, before in BACK_PLAN:
        SchedulePoint.objects.create(schedule=schedule, point=point, due_on=storage - timedelta(days=before))
    made = Programme.objects.create(code="P1", name="白鹤水库", county=world.units[COUNTY], schedule=schedule)
    Milestone.objects.create(programme=made, type=Milestone.IMPOUNDMENT, planned_on=storage, schedule=schedule)
    for point, before in BACK_PLAN:
        BackPlanPoint.objects.create(programme=made, point=point, days_before=before)
    return made


def hashes(**changed: str) -> dict[str, str]:
    """Hashes of every aspect; name an aspect to give it another content."""
    return {aspect: canonical.digest(changed.get(aspect, aspect)) for aspect in ASPECTS}


def agreement(
    world: World, *, now: datetime | None = None, cadre: User | None = None, elevation_m: int = 560, **facts: Any
) -> Agreement:
    """A drafted agreement whose facts satisfy every need, written by the clerk."""
    number = next(_numbers)
    household = Household.objects.create(
        programme=world.programme,
        household_no=f"H{number:04}",
        head_name=f"户主{number}",
        mode="agri_dispersed",
        group=world.units[HOME_GROUP],
        destination=world.units[PARTNER_GROUP],
        elevation_m=elevation_m,
    )
    made = Agreement(
        reference=f"T-{number:05}",
        title=f"户主{number} 户",
        mode="agri_dispersed",
        subject_key=household.household_no,
        schedule=programme_dates.schedule_for(household),
        home_unit=world.units[HOME_GROUP],
        partner_unit=world.units[PARTNER_GROUP],
        household=household,
        programme=world.programme,
    )
    seen_by = [(cadre or world.people["contact_cadre"], "contact_cadre")]
    with cases.opening(made, actor=world.people["clerk"], now=now or world.now, participants=seen_by) as work:
        work.case.facts, work.case.hashes = READY | facts, hashes()
        work.case.authors = {a: [world.people["clerk"].pk] for a in ("parties", "members", "amounts", "text")}
    return Agreement.objects.get(pk=made.pk)


def open_step(case: Case, plan: str) -> Step:
    """The open step of a plan."""
    return Step.objects.get(case=case, plan=plan, state="open")


def holder(world: World, step: Step) -> User:
    """Someone who may decide this step."""
    if step.role == "vice_leader" and step.unit.code.startswith(PARTNER_TOWN):
        return world.people["vice_leader_2"]
    if step.plan == "public_notice" or (step.role == "clerk" and step.plan != "draft"):
        return world.people["clerk"]
    return world.people[step.role]


def approve(world: World, case: Case, plan: str, *, now: datetime | None = None, **extra: Any) -> dict[str, Any]:
    """Approve a plan's open step by whoever may."""
    step = open_step(case, plan)
    moment = now or max(world.now, Case.objects.get(pk=case.pk).last_event_at) + timedelta(minutes=5)
    return steps.decide(
        step.pk, actor=holder(world, step), verdict="approve", document_no="云移〔2026〕1号", now=moment, **extra
    )


def walk(world: World, case: Case, until: str = "completed") -> Case:
    """Approve whatever is open, in order of opening, until a state is reached."""
    for _turn in range(60):
        current = Agreement.objects.get(pk=case.pk)
        if current.state == until:
            return current
        step = Step.objects.filter(case=case, state="open").order_by("id").first()
        assert step is not None, f"stuck in {current.state}"
        approve(world, case, step.plan)
    raise AssertionError(f"never reached {until}")


@contextmanager
def changed_facts(case: Case, actor: User, now: datetime, **facts: Any) -> Iterator[None]:
    """Change facts and hashes through the machinery every command uses."""
    with cases.change(case.pk, actor=actor, verb="test.change", now=now) as work:
        work.case.facts = work.case.facts | facts
        yield


def today_of(world: World) -> date:
    """The world's day."""
    return clock.date_of(world.now)
