"""manage.py prepare: what serve does before the web starts; prints the table of sample sign-ins."""

from io import StringIO
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from config.translations import compile_catalogues
from config.upgrade import upgrade
from workflow.commands import installation


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
        if installation.open_for_setup():
            self.stdout.write(f"No account yet: open /setup/ in the browser and type the code {settings.SETUP_CODE}")
        call_command("sweep_deadlines", stdout=StringIO())  # so that no page says "standing still" in the first minute
