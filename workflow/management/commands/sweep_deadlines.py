"""manage.py sweep_deadlines [--now ISO]: what beat runs every minute, by hand."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from workflow import clock, sweep


class Command(BaseCommand):
    """Write the reminders that are due and print how many."""

    help = "Write the reminders that are due; prints how many it wrote."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--now moves the business date; the heartbeat stays real."""
        parser.add_argument("--now", metavar="ISO", help="pretend this moment; later than the clock: sample data only")

    def handle(self, *args: Any, now: str | None = None, **options: Any) -> None:
        """Run one sweep."""
        moment = _moment(now) if now else None
        if moment and moment > clock.now() and not sweep.may_run_ahead():
            raise CommandError("--now is later than the clock: refused outside a sample database")
        self.stdout.write(f"{sweep.run(moment)} reminders written")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as trouble:
        raise CommandError(f"--now {text}: not an ISO date or moment such as 2012-06-28T09:00") from trouble
    return moment if moment.tzinfo else moment.replace(tzinfo=clock.SHANGHAI)
