"""Celery's shells over the engine's sweeps: ids in, nothing out, safe to run twice or never (promise D4)."""

from celery import shared_task

from workflow import hourly as hourly_check
from workflow import sweep


@shared_task(ignore_result=True)
def sweep_deadlines() -> None:
    """Every minute."""
    sweep.run()


@shared_task(ignore_result=True)
def nightly() -> None:
    """Once a day: history verified, calendar coverage checked."""
    sweep.nightly()


@shared_task(ignore_result=True)
def hourly() -> None:
    """Once an hour: open cases that wait for nobody, facts that drifted, claims that ended."""
    hourly_check.run()


@shared_task(ignore_result=True)
def weekly_reports() -> None:
    """Every ten minutes: from Monday morning on, the reports of the week that are still owed."""
    sweep.weekly_reports()
