"""The first run: one county, its towns and the people who set up the rest. Works once, on an empty machine only."""

import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from workflow import audit, clock, errors
from workflow.commands import accounts, calendar
from workflow.models import Posting, Role, Unit, User

FIRST_RUN_LOCK = 7_301_905  # advisory lock: two browsers at once make one county


@dataclass(frozen=True)
class FirstPerson:
    """An administrator to be made; the three kinds exclude each other, so each is another person."""

    role: str
    username: str
    full_name: str
    password: str


def open_for_setup() -> bool:
    """Whether nobody has an account here yet."""
    return not User.objects.exists()


def install(
    code: str,
    *,
    county: tuple[str, str],
    towns: Iterable[tuple[str, str]],
    people: Iterable[FirstPerson],
    now: datetime | None = None,
) -> None:
    """Make the first county (6-digit code, name), towns (9-digit code, name) and administrators, all or nothing."""
    moment, towns, people = now or clock.now(), list(towns), list(people)
    for fault in faults(code, county, towns, people):
        raise fault
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FIRST_RUN_LOCK])
        if not open_for_setup():
            raise errors.NotFound()
        _write(county, towns, people, moment)


def faults(
    code: str, county: tuple[str, str], towns: list[tuple[str, str]], people: list[FirstPerson]
) -> Iterator[errors.InvalidInput]:
    """Everything that is wrong with what was typed, in the order of the form."""
    if not secrets.compare_digest(code.strip().lower().encode(), settings.SETUP_CODE.lower().encode()):
        yield errors.InvalidInput(field=_("Set-up code"), expected=_("the code that the start printed on this machine"))
    digits, name = county
    if not re.fullmatch(r"[0-9]{6}", digits) or not name.strip():
        yield errors.InvalidInput(field=_("County"), expected=_("a name and the six digits of its division code"))
    yield from _wrong_towns(digits, towns)
    if len({person.username for person in people}) != len(people):
        yield errors.InvalidInput(field=_("User name"), expected=_("another person for each administrator"))
    for person in people:
        try:
            accounts.check_password(User(username=person.username, full_name=person.full_name), person.password)
        except errors.InvalidInput as weak:
            who = Role(person.role).label
            yield errors.InvalidInput(field=f"{who}, {weak.detail['field']}", expected=weak.detail["expected"])


def _wrong_towns(county: str, towns: list[tuple[str, str]]) -> Iterator[errors.InvalidInput]:
    for number, (code, name) in enumerate(towns, 1):
        if not re.fullmatch(r"[0-9]{9}", code) or not code.startswith(county) or not name.strip():
            expected = _("a name and nine digits that begin with %(code)s") % {"code": county}
            yield errors.InvalidInput(field=f"{_('Town')} {number}", expected=expected)
    if len({code for code, _name in towns}) != len(towns):
        yield errors.InvalidInput(field=_("Town"), expected=_("each code once"))


def _write(county: tuple[str, str], towns: list[tuple[str, str]], people: list[FirstPerson], moment: datetime) -> None:
    top = Unit.objects.create(code=county[0], name=county[1].strip(), valid_from=clock.date_of(moment))
    for code, name in towns:
        Unit.objects.create(code=code, name=name.strip(), valid_from=clock.date_of(moment))
    for person in people:
        user = User(username=person.username.strip(), full_name=person.full_name.strip())
        accounts.set_password(user, person.password)
        Posting.objects.create(user=user, role=Role(person.role), unit=top, valid_from=clock.date_of(moment))
        audit.append_to_stream("system", "account.created", moment, None, {"user": user.pk, "role": person.role})
    year = clock.date_of(moment).year
    calendar.seed((year, year + 1))
    audit.append_to_stream("system", "system.installed", moment, None, {"county": county[0], "towns": len(towns)})
