"""manage.py verify_audit [--case REF]: walks the chains; exit 1 and the first broken link if history was touched."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from workflow import audit
from workflow.commands import anchors


class Command(BaseCommand):
    """Verify history."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """All of it, or one case."""
        parser.add_argument("--case", default=None, help="reference of one case")

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what was found."""
        found = audit.verify(options["case"]) if options["case"] else anchors.verify_all()
        if not found.ok:
            raise CommandError(f"HISTORY WAS TOUCHED at {found.first_bad}: {found.why}.")
        self.stdout.write(f"History is whole: {found.checked} events checked.")
