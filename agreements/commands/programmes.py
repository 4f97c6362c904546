"""Loads a programme's workbook: all or nothing, and loading it again adds nothing."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _

from agreements import privacy
from agreements.commands import policies
from agreements.models import BackPlanPoint, CompensationItem, Household, Milestone, Person, Programme
from agreements.rules import identity, stages
from agreements.workbook.book import Book, CellError, Report
from workflow import audit, clock
from workflow.commands import county_calendar
from workflow.models import Calendar, Posting, Schedule, SchedulePoint, Unit, User

# days before storage (domain.md b.4; estimates, a county's circular wins)
BACK_PLAN = {
    "all_signed": 180,
    "registration_homestead": 120,
    "last_move": 90,
    "clearing": 60,
    "self_check": 30,
    "first_check": 20,
    "final": 10,
    "freeze": 5,
    "storage": 0,
}


@dataclass
class LoadResult:
    """How many rows of each kind were added."""

    programme: Programme
    added: Counter[str] = field(default_factory=Counter)


def load(
    book: Book, *, now: datetime | None = None, deadline: date | None = None, back_plan: dict[str, int] | None = None
) -> LoadResult:
    """Write the book's rows that are not there yet; `deadline` replaces the impoundment date of the book.

    New users cannot sign in until a password is set for them.
    """
    moment = now or clock.now()
    with transaction.atomic():
        added: Counter[str] = Counter()
        _units(book, added)
        _people(book, added)
        programme = _programme(book, deadline, back_plan or BACK_PLAN, added)
        _households(book, programme, added)
        policies.publish(programme.county, now=moment)
        if added:
            audit.append_to_stream(f"programme:{programme.pk}", "programme.loaded", moment, None, dict(added))
    return LoadResult(programme, added)


def _units(book: Book, added: Counter[str]) -> None:
    known = set(Unit.objects.values_list("code", flat=True))
    fresh = [Unit(code=row["code"], name=row["name"]) for row in book.units if row["code"] not in known]
    added["units"] += len(Unit.objects.bulk_create(fresh))


def _people(book: Book, added: Counter[str]) -> None:
    known = set(User.objects.values_list("username", flat=True))
    fresh = [
        User(
            username=row["username"], full_name=row["full_name"], email=row["email"] or "", password=make_password(None)
        )
        for row in book.people
        if row["username"] not in known
    ]
    added["people"] += len(User.objects.bulk_create(fresh))
    users = {user.username: user for user in User.objects.all()}
    units = {unit.code: unit for unit in Unit.objects.all()}
    held = set(Posting.objects.values_list("user__username", "role", "unit__code", "valid_from"))
    postings = [
        Posting(
            user=users[row["username"]],
            role=row["role"],
            unit=units[row["unit"]],
            valid_from=row["valid_from"],
            valid_until=row["valid_until"],
        )
        for row in book.postings
        if (row["username"], row["role"], row["unit"], row["valid_from"]) not in held
    ]
    added["postings"] += len(Posting.objects.bulk_create(postings))


def _programme(book: Book, deadline: date | None, back_plan: dict[str, int], added: Counter[str]) -> Programme:
    row = book.programme[0]
    found = Programme.objects.filter(code=row["code"]).first()
    if found:
        return found
    impoundment = next(m for m in book.milestones if m["type"] == "impoundment")
    storage = deadline or impoundment["planned_on"]
    county = Unit.objects.get(code=row["county"])
    calendar = _calendar(county)
    schedule = Schedule.objects.create(
        code=row["code"], name=row["name"], storage_on=storage, calendar=calendar, unit=county
    )
    SchedulePoint.objects.bulk_create(
        SchedulePoint(schedule=schedule, point=point, due_on=storage - timedelta(days=before))
        for point, before in back_plan.items()
    )
    made = Programme.objects.create(
        code=row["code"],
        name=row["name"],
        owner=row["owner"] or "",
        county=county,
        cutoff_on=row["cutoff_on"],
        normal_pool_level_m=row["normal_pool_level_m"],
        schedule=schedule,
    )
    shift = storage - impoundment["planned_on"]
    numbers: Counter[str] = Counter()
    for m in sorted(book.milestones, key=lambda row: row["planned_on"]):
        numbers[m["type"]] += 1
        Milestone.objects.create(
            programme=made,
            type=m["type"],
            number=numbers[m["type"]],
            planned_on=m["planned_on"] + shift,
            water_level_m=m["water_level_m"],
            source_document=m["source_document"] or "",
            schedule=_schedule_of(m, numbers[m["type"]], m["planned_on"] + shift, schedule, back_plan),
        )
    BackPlanPoint.objects.bulk_create(
        BackPlanPoint(programme=made, point=point, days_before=days) for point, days in back_plan.items()
    )
    added["programmes"] += 1
    added["milestones"] += len(book.milestones)
    return made


def _calendar(county: Unit) -> Calendar:
    """The county's own days where it has made some already, else the national ones."""
    own = Calendar.objects.filter(code=county_calendar.code_of(county)).first()
    return own or Calendar.objects.get_or_create(code="CN", defaults={"name": "国家工作日历"})[0]


def _schedule_of(
    row: dict[str, Any], number: int, planned_on: date, final: Schedule, back_plan: dict[str, int]
) -> Schedule | None:
    """The final impoundment has the programme's schedule, a stage one of its own, other milestones none."""
    if row["type"] == Milestone.IMPOUNDMENT and number == 1:
        return final
    if row["type"] not in Milestone.GATES:
        return None
    code = f"{final.code}-S{number}" if row["type"] == Milestone.STAGED else f"{final.code}-{number}"
    made = Schedule.objects.create(
        code=code, name=final.name, storage_on=planned_on, calendar=final.calendar, unit=final.unit
    )
    SchedulePoint.objects.bulk_create(
        SchedulePoint(schedule=made, point=point, due_on=day)
        for point, day in stages.points(planned_on, back_plan).items()
    )
    return made


def _households(book: Book, programme: Programme, added: Counter[str]) -> None:
    known = set(Household.objects.filter(programme=programme).values_list("household_no", flat=True))
    units = {unit.code: unit for unit in Unit.objects.all()}
    users = {user.username: user for user in User.objects.all()}
    fresh = [_household(row, programme, units, users) for row in book.households if row["household_no"] not in known]
    Household.objects.bulk_create(fresh)
    added["households"] += len(fresh)
    homes = {household.household_no: household for household in fresh}
    money = [row for row in book.compensation if row["household_no"] in homes]
    CompensationItem.objects.bulk_create(
        CompensationItem(household=homes[row["household_no"]], item=row["item"], amount=row["amount"]) for row in money
    )
    _ensure_new(book, homes)
    persons = [_person(row, homes[row["household_no"]]) for row in book.persons if row["household_no"] in homes]
    added["persons"] += len(Person.objects.bulk_create(persons))


def _ensure_new(book: Book, homes: Collection[str]) -> None:
    """One person in two households is a hard stop; the report names the line, never the number."""
    numbered = [row for row in book.persons if row["id_no"] and row["household_no"] in homes]
    lines = {privacy.blind_index(row["id_no"]): row["_row"] for row in numbered}
    taken = set(Person.objects.filter(id_index__in=list(lines)).values_list("id_index", flat=True))
    why = _("stands in another household already")
    found = [CellError("人口", line, "身份证号", why) for index, line in lines.items() if index in taken]
    if found:
        raise Report(found)


def _household(row: dict[str, Any], programme: Programme, units: dict[str, Unit], users: dict[str, User]) -> Household:
    made = Household(
        programme=programme,
        household_no=row["household_no"],
        head_name=row["head_name"],
        group=units[row["group"]],
        address=row["address"] or "",
        elevation_m=row["elevation_m"],
        mode=row["mode"],
        destination=units[row["destination"]],
        area_changes=row["area_changes"],
        has_homestead=row["has_homestead"],
        homestead_m2=row["homestead_m2"],
        production_land_mu=row["production_land_mu"],
        contact_cadre=users.get(row["contact_cadre"] or ""),
    )
    made.phone_cipher = privacy.encrypt(row["phone"], str(made.uid)) if row["phone"] else ""
    return made


def _person(row: dict[str, Any], household: Household) -> Person:
    made = Person(
        household=household,
        name=row["name"],
        id_missing_reason=row["id_missing_reason"] or "",
        relation=row["relation"],
        ethnicity=row["ethnicity"] or "",
        hukou_place=row["hukou_place"] or "",
        is_relocation_pop=row["is_relocation_pop"],
        is_production_pop=row["is_production_pop"],
    )
    if row["id_no"]:
        made.id_cipher = privacy.encrypt(row["id_no"], str(made.uid))
        made.id_index = privacy.blind_index(row["id_no"])
        made.last4_index = privacy.last_four_index(row["id_no"])
        made.sex = identity.sex(row["id_no"])
    return made
