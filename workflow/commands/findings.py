"""Keeping what the hourly check found: new, still there, gone. No transaction on any case."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from workflow.models import Case, Finding
from workflow.rules import invariants as rule
from workflow.rules.invariants import Found

CASE = re.compile(r"\bcase (\d+)\b")


def record(found: Iterable[Found], now: datetime, *, derived: tuple[int, int] = (0, 0)) -> dict[str, int]:
    """Write what was found and close what is gone; {"open", "new", "gone"}.

    `derived`: the ids (after, up to; 0 = the end) whose facts this check derived; others keep their finding. Engine
    faults stay until somebody has mended them: they were seen by a command, not by the check.
    """
    counts = {"open": 0, "new": 0, "gone": 0}
    seen = set()
    for one in found:
        counts["new"] += keep(one.code, one.case_id, one.step_id, one.detail, now)
        seen.add((one.code, one.case_id, one.step_id))
    for row in Finding.objects.filter(gone_at=None).exclude(code=rule.ENGINE_FAULT):
        if (row.code, row.case_id, row.step_id) in seen or _not_looked_at(row, derived):
            continue
        counts["gone"] += Finding.objects.filter(pk=row.pk, gone_at=None).update(gone_at=now)
    counts["open"] = Finding.objects.filter(gone_at=None).count()
    return counts


def _not_looked_at(row: Finding, derived: tuple[int, int]) -> bool:
    after, until = derived
    if row.code != rule.FACTS_DIFFER or row.case_id is None:
        return False
    return row.case_id <= after or bool(until and row.case_id > until)


def keep(code: str, case_id: int | None, step_id: int | None, detail: dict[str, Any], now: datetime) -> bool:
    """Write one finding, or say that it still stands; True when it is new. Two checks at once write one row."""
    same = Finding.objects.filter(code=code, case=case_id, step=step_id, gone_at=None)
    if same.update(last_at=now, detail=detail):
        return False
    try:
        with transaction.atomic():
            Finding.objects.create(
                code=code, case_id=case_id, step_id=step_id, detail=detail, first_at=now, last_at=now
            )
    except IntegrityError:
        return False
    return True


def keep_fault(message: str, now: datetime) -> None:
    """An EngineFault that a person ran into stands on the operations page until it is mended."""
    named = CASE.search(message)
    known = Case.objects.filter(pk=int(named.group(1))).first() if named else None
    keep(rule.ENGINE_FAULT, known.pk if known else None, None, {"message": message[:300]}, now)


def close(finding_id: int, now: datetime) -> None:
    """Mended: the next check finds it again if it was not."""
    Finding.objects.filter(pk=finding_id, gone_at=None).update(gone_at=now)
