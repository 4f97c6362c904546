"""manage.py seed_calendar [YEAR ...]: load published holidays and make-up days into the national calendar."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from workflow import clock
from workflow.commands import calendar


class Command(BaseCommand):
    """Fill the working calendar; running it twice changes nothing."""

    help = "Load Chinese public holidays and make-up working days; without years: 2009 up to next year."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Years, or the usual span."""
        parser.add_argument("years", nargs="*", type=int)

    def handle(self, *args: Any, years: list[int], **options: Any) -> None:
        """Seed and report what is provisional."""
        wanted = years or list(range(2009, clock.today().year + 2))
        changed = calendar.seed(wanted)
        unsure = ", ".join(str(year) for year in calendar.uncovered(wanted)) or "none"
        self.stdout.write(f"{changed} days written; provisional years: {unsure}")
