"""Lines of the status page that only the roof can measure: version, migrations, broker, disk."""

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import redis
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from config import health, lineage
from workflow.queries.machine import BAD, OK, WARN, Line

QUEUE = "celery"  # the list in which tasks wait for a worker
LITTLE, NONE_LEFT = 0.15, 0.05  # parts of the disk that are free


def version(now: datetime) -> Iterator[Line]:
    """This program, and whether the database is of the same version."""
    with Path(settings.BASE_DIR, "pyproject.toml").open(encoding="utf-8") as file:
        number = next(line.split('"')[1] for line in file if line.startswith("version"))
    yield Line(_("Version"), OK, number)
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    missing = lineage.lacking(executor.loader) + [f"{one.app_label}.{one.name}" for one, _back in pending]
    if named := sorted(missing) or lineage.unknown(executor.loader):
        remedy = _("stop the program, run manage.py upgrade, start it again")
        yield Line(_("Migrations"), BAD, ", ".join(named), remedy)
    else:
        yield Line(_("Migrations"), OK, _("the database is of this version"))
    told = health.history()
    good = set(told.values()) == {"ok"}
    remedy = "" if good else _("run manage.py upgrade; give the program the restricted role (docs/operations.md)")
    value = _("history cannot be changed from here") if good else ", ".join(sorted(set(told.values()) - {"ok"}))
    yield Line(_("Protection of history"), OK if good else BAD, value, remedy)


def broker(now: datetime) -> Iterator[Line]:
    """Redis, and the tasks that wait in it for a worker."""
    address = settings.REDIS_URL
    if address.startswith("redis+socket://"):
        address = address.replace("redis+socket://", "unix://").split("?")[0]
    try:
        with redis.Redis.from_url(address, socket_timeout=1, socket_connect_timeout=1) as client:
            waiting = int(client.llen(QUEUE))  # type: ignore[arg-type]
    except redis.RedisError as trouble:
        remedy = _("start Redis again; deciding works without it, reminders and messages wait")
        yield Line("Redis", BAD, _("unreachable (%(t)s)") % {"t": type(trouble).__name__}, remedy)
        return
    yield Line("Redis", OK, _("answers"))
    level = OK if waiting < 20 else WARN if waiting < 200 else BAD
    remedy = (
        "" if level == OK else _("the worker does not keep up or does not run: start it again, or start a second one")
    )
    yield Line(_("Tasks waiting for a worker"), level, str(waiting), remedy)


def disk(now: datetime) -> Iterator[Line]:
    """Room for papers and the database on the disk of the data directory."""
    yield room(*shutil.disk_usage(settings.VAR)[::2])


def room(total: int, free: int) -> Line:
    """Amber below 15 % free, red below 5 %."""
    share = free / total
    level = OK if share >= LITTLE else WARN if share >= NONE_LEFT else BAD
    value = _("%(free)s of %(total)s free (%(p)s %%)") % {
        "free": filesizeformat(free),
        "total": filesizeformat(total),
        "p": round(100 * share),
    }
    remedy = "" if level == OK else _("make room or add a disk: when it is full, nothing can be decided any more")
    return Line(_("Disk"), level, value, remedy)
