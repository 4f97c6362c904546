"""The queue as a workbook with the same filter: who took it and when stands on it, and no cell is a formula."""

from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from workflow import clock, policies
from workflow.models import User
from workflow.models.kinds import state_names
from workflow.queries import paging, queue, rows, sheet
from workflow.queries.filters import Asked
from workflow.queries.rows import QueueRow

MOST = 5000  # rows of one export
CHUNK = 500


def workbook(user: User, asked: Asked, *, now: datetime) -> tuple[bytes, list[QueueRow]]:
    """(xlsx, its rows): the reader's list in its order, at most MOST rows; amounts only where in sight."""
    today = clock.date_of(now)
    lines = _lines(user, asked, today)
    stamp = _("Exported by %(who)s on %(when)s; %(n)s rows") % {
        "who": user.full_name,
        "when": f"{timezone.localtime(now):%Y-%m-%d %H:%M}",
        "n": len(lines),
    }
    return sheet.workbook(_("Queue"), stamp, _columns(), map(_cells, lines)), lines


def _lines(user: User, asked: Asked, today: date) -> list[QueueRow]:
    authorities = policies.postings_of(user, today)
    seen = policies.seen_by(user, authorities, today)
    found = queue.listed(user, authorities, asked, today).select_related("case__home_unit", "unit", "holder", "round")
    order, after = "done" if asked.tab == "done" else asked.sort, ""
    lines: list[QueueRow] = []
    while len(lines) < MOST:
        part = paging.window(found, order, sight=seen, after=after, before="", limit=CHUNK, today=today)
        lines += rows.rows(part.steps, user, authorities, today)
        after = part.following
        if not after:
            break
    return lines[:MOST]


def _columns() -> list[tuple[str, int]]:
    return [
        (_("Reference"), 18),
        (_("Agreement"), 26),
        (_("Town"), 14),
        (_("Village"), 16),
        (_("State"), 14),
        (_("Step"), 20),
        (_("Waits for"), 12),
        (_("Opened"), 12),
        (_("Due"), 12),
        (_("Working days left"), 12),
        (_("Slack"), 10),
        (_("Amount (yuan)"), 16),
    ]


def _cells(line: QueueRow) -> list[Any]:
    return [
        line.reference,
        line.title,
        line.town,
        line.village,
        str(state_names().get(line.case.state, line.case.state)),
        line.group_name,
        line.holder or f"{line.step.unit.name} {policies.Role(line.step.role).label}",
        clock.date_of(line.step.opened_at),
        line.due,
        line.working_days_left,
        line.slack,
        float(line.amount) if line.amount is not None else None,
    ]
