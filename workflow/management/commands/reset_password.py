"""manage.py reset_password USERNAME: asks for the new password."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from workflow.commands import accounts
from workflow.errors import Refusal
from workflow.management.commands.create_admin import asked


class Command(BaseCommand):
    """For a person who has forgotten theirs, or whose account came from a workbook."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose."""
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask, set, say so."""
        try:
            accounts.reset_password(options["username"], asked())
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write("The password is set; open sessions of this person have ended.")
