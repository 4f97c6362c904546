"""manage.py seed_calendar [YEAR ...]: load published holidays and make-up days into the national calendar."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from workflow import clock
from workflow.commands import calendar, county_calendar


class Command(BaseCommand):
    """Fill the working calendar; running it twice changes nothing."""

    help = "Load Chinese public holidays and make-up working days; without years: all the library knows."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Years, or the usual span."""
        parser.add_argument("years", nargs="*", type=int)

    def handle(self, *args: Any, years: list[int], **options: Any) -> None:
        """Seed and report what is provisional."""
        wanted = years or list(range(calendar.FIRST_YEAR, clock.today().year + 2))
        changed = county_calendar.reload(wanted)
        unsure = ", ".join(str(year) for year in calendar.uncovered(wanted)) or "none"
        self.stdout.write(f"{changed} days written; provisional years: {unsure}")
