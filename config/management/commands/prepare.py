"""manage.py prepare: what serve does before the web starts; prints the table of sample sign-ins."""

from io import StringIO
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from config.translations import compile_catalogues
from config.upgrade import upgrade


class Command(BaseCommand):
    """Upgrade, compile translations, load the sample programme."""

    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """What to leave out."""
        parser.add_argument("--bare", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it."""
        compile_catalogues()
        upgrade()
        call_command("seed_calendar", stdout=StringIO())
        if not options["bare"]:
            call_command("load_sample", stdout=self.stdout)
        call_command("sweep_deadlines", stdout=StringIO())  # so that no page says "standing still" in the first minute
