"""Keeps a weekly report; exactly once per person and week by constraint."""

from datetime import date, datetime
from typing import Any

from workflow.models import User, WeeklyReport


def keep(person: User, week: date, content: dict[str, Any], now: datetime) -> None:
    """Write the report of this week (its Monday) unless another scheduler was faster."""
    made = WeeklyReport(person=person, week=week, content=content, created_at=now)
    WeeklyReport.objects.bulk_create([made], ignore_conflicts=True)
