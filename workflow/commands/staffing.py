"""Units, people and posts, set up by the security administrator. Each verb is one transaction and leaves an event."""

import re
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from workflow import audit, clock, errors, policies
from workflow.commands import accounts, claims
from workflow.models import Posting, Role, StepPlan, Unit, User

CODE = re.compile(r"\d{2}|\d{4}|\d{6}|\d{9}|\d{12}|\d{14}")
OFFICE = re.compile(r"(\d{2}|\d{4}|\d{6}|\d{9}|\d{12}|\d{14})\.[a-z]{1,12}")


def reach_of(actor: User, today: date) -> list[str]:
    """Division codes whose units and people this person administers; NotAllowed without any."""
    found = [a.division for a in policies.postings_of(actor, today) if a.role == Role.SECURITY_ADMIN]
    if not found:
        raise errors.NotAllowed()
    return found


def ensure_reach(actor: User, unit: Unit, today: date) -> None:
    """Outside one's own divisions a unit does not exist."""
    if not any(unit.code.startswith(division) for division in reach_of(actor, today)):
        raise errors.NotFound()


# --- units -------------------------------------------------------------------------------------------------------
def add_unit(code: str, name: str, *, actor: User, now: datetime | None = None) -> Unit:
    """A division (2, 4, 6, 9, 12 digits; +2 for a village group) or an office of one (its code + "." + letters)."""
    moment = now or clock.now()
    code, name = code.strip(), name.strip()
    if not (CODE.fullmatch(code) or OFFICE.fullmatch(code)):
        raise errors.InvalidInput(
            field=_("Code"), expected=_("6, 9, 12 or 14 digits, or a division's code with .letters")
        )
    if not name:
        raise errors.InvalidInput(field=_("Name"), expected=_("a name"))
    errors.ensure_fits(_("Name"), name, Unit._meta.get_field("name"))
    unit = Unit(code=code, name=name, valid_from=clock.date_of(moment))
    ensure_reach(actor, unit, clock.date_of(moment))
    try:
        with transaction.atomic():
            unit.save()
            audit.append_to_stream(f"unit:{unit.pk}", "unit.created", moment, actor.pk, {"code": code})
    except IntegrityError as trouble:
        raise errors.TakenName(name=code, at="code") from trouble
    return unit


def rename_unit(unit: Unit, name: str, *, actor: User, now: datetime | None = None) -> None:
    """A unit's name changes (移民局 became 搬迁安置办公室); its code and history stay."""
    moment = now or clock.now()
    ensure_reach(actor, unit, clock.date_of(moment))
    if not name.strip():
        raise errors.InvalidInput(field=_("Name"), expected=_("a name"))
    errors.ensure_fits(_("Name"), name.strip(), Unit._meta.get_field("name"))
    with transaction.atomic():
        Unit.objects.filter(pk=unit.pk).update(name=name.strip())
        audit.append_to_stream(f"unit:{unit.pk}", "unit.renamed", moment, actor.pk, {"unit": unit.pk})


# --- people ------------------------------------------------------------------------------------------------------
def add_person(
    username: str, full_name: str, password: str, *, actor: User, email: str = "", now: datetime | None = None
) -> User:
    """A new account without any post yet; the given password is good for one sign-in."""
    moment = now or clock.now()
    reach_of(actor, clock.date_of(moment))
    username, full_name = username.strip(), full_name.strip()
    for at, label, given in (("full_name", _("Full name"), full_name), ("username", _("User name"), username)):
        if not given:
            raise errors.InvalidInput(field=label, expected=_("fill this in"), at=at)
    errors.ensure_fits(_("User name"), username, User._meta.get_field("username"))
    errors.ensure_fits(_("Full name"), full_name, User._meta.get_field("full_name"))
    errors.ensure_fits(_("E-mail"), email.strip(), User._meta.get_field("email"))
    if User.objects.filter(username=username).exists():
        raise errors.TakenName(name=username, at="username")
    with transaction.atomic():
        user = User(username=username, full_name=full_name, email=email.strip(), must_change_password=True)
        accounts.set_password(user, password)
        audit.append_to_stream("system", "account.created", moment, actor.pk, {"user": user.pk})
    return user


def give_password(user: User, password: str, *, actor: User, now: datetime | None = None) -> None:
    """A forgotten password: the new one is good for one sign-in, and every open session ends."""
    moment = now or clock.now()
    ensure_person(actor, user, moment)
    with transaction.atomic():
        user.must_change_password = True
        accounts.set_password(user, password)
        accounts.end_all_sessions(user, now=moment)
        audit.append_to_stream("system", "account.password_reset", moment, actor.pk, {"user": user.pk})


def reset_second_factor(user: User, *, actor: User, now: datetime | None = None) -> None:
    """A lost phone."""
    moment = now or clock.now()
    ensure_person(actor, user, moment)
    accounts.reset_second_factor(user, actor=actor, now=moment)


def set_active(user: User, active: bool, *, actor: User, now: datetime | None = None) -> None:
    """Switch an account off (refused on the very next request, promise P24) or on again."""
    moment = now or clock.now()
    ensure_person(actor, user, moment)
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_active=active)
        if not active:
            accounts.end_all_sessions(user, now=moment)
            for posting in Posting.objects.filter(policies.valid_on(clock.date_of(moment)), user=user):
                ensure_not_last(posting, clock.date_of(moment))
        kind = "account.enabled" if active else "account.disabled"
        audit.append_to_stream("system", kind, moment, actor.pk, {"user": user.pk})
    claims.end_lapsed(moment)  # theirs, and those of whoever stood in for them


def ensure_person(actor: User, user: User, moment: datetime) -> None:
    """Whom this administrator may change: people with a post in their divisions, or with none; never themselves."""
    today = clock.date_of(moment)
    divisions = reach_of(actor, today)
    if user.pk == actor.pk:
        raise errors.NotAllowed()
    codes = [posting.unit.code for posting in Posting.objects.filter(user=user).select_related("unit")]
    if codes and not any(code.startswith(division) for code in codes for division in divisions):
        raise errors.NotFound()


# --- posts -------------------------------------------------------------------------------------------------------
def post(
    user: User,
    role: str,
    unit: Unit,
    *,
    actor: User,
    valid_from: date | None = None,
    valid_until: date | None = None,
    now: datetime | None = None,
) -> Posting:
    """Give a person a role in a unit. Administrators decide nothing, and their three kinds exclude each other (P25)."""
    moment = now or clock.now()
    start = valid_from or clock.date_of(moment)
    if role not in Role.values:
        raise errors.InvalidInput(field=_("Role"), expected=_("a role of the list"))
    if valid_until and valid_until < start:
        raise errors.InvalidInput(field=_("Until"), expected=_("a day not before the first one"))
    ensure_may_post(user, role, unit, actor=actor, start=start, until=valid_until, now=moment)
    with transaction.atomic():
        made, fresh = Posting.objects.get_or_create(
            user=user, role=role, unit=unit, valid_from=start, defaults={"valid_until": valid_until}
        )
        if not fresh:
            raise errors.InvalidInput(field=_("Role"), expected=_("a post that this person does not hold yet"))
        facts = {"posting": made.pk, "user": user.pk, "role": role, "from": str(start), "until": str(valid_until or "")}
        audit.append_to_stream(f"unit:{unit.pk}", "posting.given", moment, actor.pk, facts)
    return made


def ensure_may_post(
    user: User, role: str, unit: Unit, *, actor: User, start: date, until: date | None = None, now: datetime
) -> None:
    """This administrator may give this person the post, and what the person holds beside it does not exclude it."""
    ensure_reach(actor, unit, clock.date_of(now))
    ensure_person(actor, user, now)
    accounts.ensure_apart(user, role, start, until)


def end_post(posting: Posting, *, actor: User, last_day: date | None = None, now: datetime | None = None) -> None:
    """End a posting with a day (yesterday when None: from now on). The last holder a route needs cannot go first."""
    moment = now or clock.now()
    today = clock.date_of(moment)
    ensure_reach(actor, posting.unit, today)
    ensure_person(actor, posting.user, moment)
    until = last_day or today - timedelta(days=1)
    with transaction.atomic():
        ensure_not_last(posting, max(today, until + timedelta(days=1)))
        if until < posting.valid_from:
            until = posting.valid_from  # it was valid for its first day at least: history is not rewritten
        Posting.objects.filter(pk=posting.pk).update(valid_until=until)
        facts = {"posting": posting.pk, "until": str(until)}
        audit.append_to_stream(f"unit:{posting.unit_id}", "posting.ended", moment, actor.pk, facts)
    claims.end_lapsed(moment)


def ensure_not_last(posting: Posting, day: date) -> None:
    """A case never waits for nobody: refuse when published routes ask for this role and nobody else holds it here."""
    asked = StepPlan.objects.filter(role=posting.role, group__track__stage__route__status="published").exists()
    if not asked:
        return
    others = policies.holders_of(posting.role, posting.unit.code, day).exclude(pk=posting.user_id)
    if not others.exists():
        role = str(Role(posting.role).label)
        raise errors.LastHolder(who=str(posting.user), role=role, unit=posting.unit.name)
