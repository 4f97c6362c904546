"""The state of the machine, line by line: a light, the value, and what to do about it in words.

Rooms above add their own lines through PROBES when their app is ready. A probe that fails is itself a bad line: the
page that tells of trouble must not fall over it.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from workflow.models import Heartbeat, Notice, SignIn

OK, WARN, BAD = "ok", "warn", "bad"
STAYS = timedelta(minutes=30)  # what may go is taken within a minute
DAYS_OFF = timedelta(days=9)  # the longest row of days off, with the night around it: nothing waits longer on purpose
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Line:
    """One thing measured; `remedy` is empty while all is well."""

    name: str
    level: str
    value: str
    remedy: str = ""


Probe = Callable[[datetime], Iterable[Line]]
PROBES: list[Probe] = []


def lines(now: datetime) -> list[Line]:
    """Every line, the engine's own first."""
    return [line for probe in (*OWN, *PROBES) for line in _measured(probe, now)]


def _measured(probe: Probe, now: datetime) -> list[Line]:
    try:
        return list(probe(now))
    except Exception as trouble:  # whatever it is, the other lines are shown
        log.exception("a line of the status page")
        why = _("see the log of the web process")
        return [Line(probe.__name__, BAD, _("could not be measured: %(t)s") % {"t": type(trouble).__name__}, why)]


def moment(at: datetime) -> str:
    """A moment as the page writes it."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}"


def aged(name: str, at: datetime | None, now: datetime, limits: tuple[timedelta, timedelta], remedy: str) -> Line:
    """A line about something that should happen again and again: amber after the first limit, red after the second.
    What has never happened counts from the installation: a machine of this morning is not yet to be blamed."""
    age = now - (at or installed_at())
    level = OK if age <= limits[0] else WARN if age <= limits[1] else BAD
    value = moment(at) if at else _("not yet, it comes by itself") if level == OK else _("never")
    return Line(name, level, value, "" if level == OK else remedy)


def installed_at() -> datetime:
    """When the first migration of this database was applied."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(applied) FROM django_migrations")
        found: datetime = cursor.fetchone()[0]
    return found


def heartbeats(now: datetime) -> Iterator[Line]:
    """Beat gives the tick, a worker does the work: the work's own heartbeat proves both."""
    beats = dict(Heartbeat.objects.values_list("name", "at"))
    again = _("start the worker and beat again (manage.py serve starts both), or run manage.py sweep_deadlines by hand")
    minutes, hours, days = timedelta(minutes=3), timedelta(hours=2), timedelta(hours=26)
    yield aged(_("Sweep for reminders"), beats.get("sweep"), now, (minutes, minutes), again)
    yield aged(_("Hourly check of every agreement"), beats.get("invariants"), now, (hours, 6 * hours), again)
    nightly = _("it runs at 02:30 while worker and beat run; the machine has to be on at night")
    yield aged(_("Verification of history, every night"), beats.get("audit"), now, (days, 3 * days), nightly)
    yield backup(beats.get("backup"), now)


def backup(at: datetime | None, now: datetime) -> Line:
    """The age of the last backup that said it was complete."""
    name, limits = _("Backup"), (timedelta(hours=26), timedelta(days=3))
    remedy = _("take one now and every night, then manage.py record_backup (docs/operations.md, Backup)")
    if at is None:
        value = _("none has been recorded by this system")
        return Line(name, BAD, value, remedy)
    return aged(name, at, now, limits, remedy)


def outbox(now: datetime) -> Iterator[Line]:
    """Words owed and not handed to the channels yet. Many wait for their readers' hours on purpose: it is trouble
    while nobody hands them on, when some that could go stay, or when it is older than any row of days off. Nobody is
    to blame for what was owed before the installation (a loaded history): it counts from there."""
    began = installed_at()
    owed = Notice.objects.filter(relayed_at=None, superseded_at=None, not_before__lte=now)
    count, oldest = owed.count(), owed.order_by("not_before").values_list("not_before", flat=True).first()
    oldest = max(oldest, began) if oldest else None
    alive = max([began, *Heartbeat.objects.filter(name="relay").values_list("at", flat=True)]) >= now - STAYS
    could = owed.filter(Q(send_after=None) | Q(send_after__lt=now - STAYS), not_before__lt=now - STAYS)
    stuck = began < now - STAYS and could.exists()
    old = oldest is not None and now - oldest > DAYS_OFF
    level = OK if not count else BAD if not alive else WARN if stuck or old else OK
    value = "0"
    if oldest:
        told = {"n": count, "t": moment(oldest), "age": _age(now - oldest)}
        value = _("%(n)s, the oldest for %(age)s (since %(t)s)") % told
    yield Line(_("Messages waiting to be sent"), level, value, _waiting_remedy(level, stuck))


def _age(waited: timedelta) -> str:
    if waited.days:
        return ngettext("%(n)s day", "%(n)s days", waited.days) % {"n": waited.days}
    hours = waited.seconds // 3600
    return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}


def _waiting_remedy(level: str, stuck: bool) -> str:
    if level == OK:
        return ""
    if level == BAD:
        return _("start the worker again; the inbox of the pages is not affected")
    if stuck:
        return _("some could have gone and did not: see the log of the worker")
    return _("they go out in their readers' next hours; whoever must know earlier has to be called")


def database(now: datetime) -> Iterator[Line]:
    """Its version and size; and whether its clock and ours agree."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), pg_database_size(current_database()), clock_timestamp()"
        )
        version, size, there = cursor.fetchone()
    yield Line(_("Database"), OK, f"PostgreSQL {version.split()[0]} · {filesizeformat(size)}")
    yield clocks(now, there)


def clocks(now: datetime, there: datetime) -> Line:
    """Dates are counted from these clocks: they have to agree, and nothing may lie in the future."""
    apart = abs((there - now).total_seconds())
    last: Any = SignIn.objects.order_by("-pk").values_list("at", flat=True).first()
    behind = last is not None and last - now > timedelta(minutes=5)
    level = BAD if apart > 60 or behind else WARN if apart > 5 else OK
    value = _("%(t)s, %(s)s s apart from the database") % {"t": moment(now), "s": f"{apart:.0f}"}
    if behind:
        value = _("%(t)s, but something was recorded at %(l)s already") % {"t": moment(now), "l": moment(last)}
    remedy = _("set the clocks by a time server: every due date and every event is dated by them")
    return Line(_("Clock"), level, value, "" if level == OK else remedy)


OWN: tuple[Probe, ...] = (heartbeats, outbox, database)
