"""Agreements: draft one for a household, and edit it while it is a draft."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements import content, labels
from agreements.commands import checks, facts, programme_dates
from agreements.fields import HOMESTEAD_M2, LAND_MU, Field
from agreements.models import AccountTransfer, Agreement, AmountLine, Household, Member, Person
from workflow import clock, errors, policies
from workflow.commands.change import change, opening, retried
from workflow.commands.work import Work
from workflow.models import Receipt, SchedulePoint, Unit, User
from workflow.rules import canonical
from workflow.rules.numbers import number

NOT_IN_AN_ADDRESS = re.compile(r"[^\w.-]")  # a number like 3/5 in a workbook must not break the case's address
CONTENT = ("parties", "members", "amounts", "text")
TERMS = Path(__file__).resolve().parent.parent / "policies" / "terms.txt"
PARTY_A = Field("party_a", "text", gettext_lazy("Party A"), required=False, size=120, later=True)
AUTHORISATION = Field(
    "authorisation_no", "text", gettext_lazy("Authorisation document"), required=False, size=80, later=True
)
MOVE_BY = Field("move_by", "future", gettext_lazy("Move by"), required=False, after="drafted_on")
COPIES = Field("copies", "text", gettext_lazy("Copies"))
TERMS_FIELD = Field("terms", "long", gettext_lazy("Terms"), required=False, size=20000)
MEMBERS = Field("members", "choice", gettext_lazy("Members"))
CHECKED = (PARTY_A, AUTHORISATION, HOMESTEAD_M2, LAND_MU, MOVE_BY)


@retried
def draft(household_id: int, *, actor: User, key: str | None = None, now: datetime | None = None) -> Agreement:
    """Start a household's agreement from the register: members, amounts and plan are copied, then edited."""
    moment = now or clock.now()
    household = _household(household_id, actor, moment)
    body_hash = canonical.digest(canonical.text(["draft", household_id]))
    receipt = Receipt.objects.filter(user=actor, key=key).first() if key else None
    if receipt:
        if receipt.body_hash != body_hash:
            raise errors.KeyReused()
        return Agreement.objects.get(pk=receipt.outcome["case"])
    agreement = _from_register(household, clock.date_of(moment))
    cadres = [(household.contact_cadre, "contact_cadre")] if household.contact_cadre else []
    with opening(agreement, actor=actor, now=moment, participants=cadres) as work:
        _copy_rows(work.case, household)
        facts.refresh(work, CONTENT, act="drafted", household=household.pk)
        work.outcome = {"case": agreement.pk}
        if key:
            work.receipt = Receipt(user=actor, key=key, verb="draft", body_hash=body_hash, at=work.now)
    return Agreement.objects.get(pk=agreement.pk)


def _household(household_id: int, actor: User, moment: datetime) -> Household:
    """The household, if a posting of a clerk covers its village group; outside one's county it does not exist."""
    household = (
        Household.objects.select_related("group", "destination", "programme__schedule", "contact_cadre")
        .filter(pk=household_id)
        .first()
    )
    authorities = policies.postings_of(actor, clock.date_of(moment))
    sighted = [
        a
        for a in authorities
        if household and a.role not in policies.NO_SIGHT and household.group.code.startswith(a.division)
    ]
    if household is None or not sighted:
        raise errors.NotFound()
    if not any(a.role == "clerk" for a in sighted):
        raise errors.NotAllowed()
    if household.destination is None:
        raise errors.InvalidInput(field=_("Destination"), expected=_("a receiving village or group in the register"))
    return household


def _from_register(household: Household, today: date) -> Agreement:
    schedule = programme_dates.schedule_for(household)
    last_move = SchedulePoint.objects.filter(schedule=schedule, point="last_move").first()
    move_by = last_move.due_on if last_move else schedule.storage_on
    town = Unit.objects.filter(code=household.group.code[:9]).first()
    return Agreement(
        reference=_reference(household),
        title=household.head_name,
        mode=household.mode,
        subject_key=f"{household.programme.code}:{household.household_no}",
        schedule=schedule,
        home_unit=household.group,
        partner_unit=household.destination,
        household=household,
        programme=household.programme,
        party_a=f"{town.name}人民政府" if town else "",
        area_changes=household.area_changes,
        has_homestead=household.has_homestead,
        homestead_m2=household.homestead_m2,
        production_land_mu=household.production_land_mu,
        move_by=move_by if move_by >= today else None,  # a day that has passed binds nobody: the drafter says which
        terms=TERMS.read_text(encoding="utf-8").strip(),
    )


def _reference(household: Household) -> str:
    """Programme and household number; a household's second agreement gets -2 (two at once collide and one loses)."""
    stem = NOT_IN_AN_ADDRESS.sub("-", f"{household.programme.code}-{household.household_no}")[:36]
    earlier = Agreement.objects.filter(household=household).count()
    return stem if not earlier else f"{stem}-{earlier + 1}"


def _copy_rows(agreement: Agreement, household: Household) -> None:
    _add_members(agreement, household.persons.order_by("id"))
    AmountLine.objects.bulk_create(
        AmountLine(agreement=agreement, item=line.item, amount=line.amount)
        for line in household.compensation.order_by("id")
    )


def _add_members(agreement: Agreement, persons: Iterable[Person]) -> None:
    members = Member.objects.bulk_create(
        Member(
            agreement=agreement,
            person=person,
            name=person.name,
            relation=person.relation,
            is_relocation_pop=person.is_relocation_pop,
            is_production_pop=person.is_production_pop,
        )
        for person in persons
    )
    AccountTransfer.objects.bulk_create(AccountTransfer(member=member) for member in members)


@retried
def edit(
    case_id: int,
    *,
    actor: User,
    fields: Mapping[str, Any],
    amounts: Mapping[str, Any] | None = None,
    members: Iterable[int] | None = None,
    seen: Mapping[str, str] | None = None,
    key: str | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Change a draft's content; whoever changes an aspect is its author and cannot approve it.

    fields: any of party_a, authorisation_no, area_changes, has_homestead, homestead_m2, production_land_mu, move_by,
    copies, terms; amounts: {item: yuan} replaces all lines; members: ids of the persons who are in; seen: {aspect:
    hash} as shown, so that two open forms cannot overwrite each other unnoticed.
    """
    chosen = sorted({int(person) for person in members}) if members is not None else None
    body = [dict(fields), dict(amounts) if amounts is not None else None, chosen]
    with change(case_id, actor=actor, verb="edit", key=key, body=body, now=now) as work:
        if not work.replayed:
            facts.act_as(work, "content")
            before, earlier = dict(work.case.hashes), content.plain(content.read(work.case))
            _ensure_seen(before, seen)
            _write_fields(work, fields)
            if amounts is not None:
                _write_amounts(work, amounts)
            if chosen is not None:
                _write_members(work, chosen)
            subject = content.read(work.case)
            after = content.hashes(work.case, subject)
            wrote = [aspect for aspect in CONTENT if before.get(aspect) != after[aspect]]
            changes = differences(earlier, content.plain(subject))
            facts.refresh(work, wrote, act="edited", changes=changes)
            work.outcome = {"changed": wrote}
    return work.outcome


def faults(
    agreement: Agreement, given: Mapping[str, Any], amounts: Mapping[str, Any], members: Iterable[int], today: date
) -> list[errors.InvalidInput]:
    """Everything wrong with a typed form at once, field by field, so that nobody mends it one refusal at a time."""
    asked: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
        (checks.clean, (given, (field,), today, agreement, _recorded(agreement)))
        for field in CHECKED
        if field.name in given
    ]
    asked += [(_copies, (given["copies"],))] if "copies" in given else []
    asked += [(_terms, (str(given["terms"]),))] if "terms" in given else []
    asked += [(checks.amount, (amount_field(item), raw)) for item, raw in amounts.items() if str(raw).strip()]
    found = []
    for check, values in asked:
        try:
            check(*values)
        except errors.InvalidInput as refusal:
            found.append(refusal)
    return found if list(members) else [*found, checks.invalid(MEMBERS, _("at least one person of this household"))]


def _recorded(agreement: Agreement) -> dict[str, date]:
    """Nobody can be bound to have moved before the agreement was begun."""
    return {"drafted_on": clock.date_of(agreement.created_at)}


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[list[str]]:
    """[field, before, after] of every field that differs; free text is named, its wording stays out of the history."""
    names = sorted(name for name in before.keys() | after.keys() if before.get(name, "") != after.get(name, ""))
    return [
        [name, "", ""] if name in content.WORDING else [name, before.get(name, ""), after.get(name, "")]
        for name in names
    ]


def _ensure_seen(current: Mapping[str, str], seen: Mapping[str, str] | None) -> None:
    changed = [aspect for aspect, digest in (seen or {}).items() if digest != current.get(aspect)]
    if changed:
        names = [labels.of(labels.ASPECTS, aspect) for aspect in changed]
        raise errors.Stale(changed=", ".join(names), aspects=changed)


def _write_fields(work: Work, given: Mapping[str, Any]) -> None:
    agreement = work.case
    wanted = tuple(field for field in CHECKED if field.name in given)
    values = checks.clean(given, wanted, work.today, agreement, _recorded(agreement))
    for name in ("area_changes", "has_homestead"):
        if name in given:
            values[name] = bool(given[name])
    if "copies" in given:
        values["copies"] = _copies(given["copies"])
    if "terms" in given:
        values["terms"] = _terms(str(given["terms"]))
    for name, value in values.items():
        setattr(agreement, name, value)
    if values:
        agreement.save(update_fields=list(values))


def _copies(raw: Any) -> int:
    found = number(raw)
    if found is None or not 1 <= found <= 20:
        raise checks.invalid(COPIES, _("a number from 1 to 20"))
    return found


def _terms(raw: str) -> str:
    value = raw.replace("\r\n", "\n").strip()
    if len(value) > TERMS_FIELD.size or "\x00" in value:
        raise checks.invalid(TERMS_FIELD, _("at most %(count)d characters") % {"count": TERMS_FIELD.size})
    return value


def _write_amounts(work: Work, amounts: Mapping[str, Any]) -> None:
    lines = []
    for item, raw in amounts.items():
        if raw is None or str(raw).strip() == "":
            continue
        value = checks.amount(amount_field(item), raw)
        if value != Decimal(0):
            lines.append(AmountLine(agreement=work.case, item=item[:32], amount=value))
    AmountLine.objects.filter(agreement=work.case).delete()
    AmountLine.objects.bulk_create(lines)


def amount_field(item: str) -> Field:
    """The field of one money item."""
    return Field(f"amount_{item}", "amount", labels.of(labels.ITEMS, item), required=False)


def _write_members(work: Work, chosen: list[int]) -> None:
    persons = {person.pk: person for person in Person.objects.filter(household_id=work.case.household_id)}
    if not chosen or not set(chosen) <= set(persons):
        raise checks.invalid(MEMBERS, _("at least one person of this household"))
    present = set(Member.objects.filter(agreement=work.case).values_list("person_id", flat=True))
    Member.objects.filter(agreement=work.case).exclude(person_id__in=chosen).delete()
    _add_members(work.case, [persons[pk] for pk in chosen if pk not in present])
