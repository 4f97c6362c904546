"""manage.py create_admin USERNAME FULL_NAME [--role system_admin]: asks for the password."""

from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from workflow.commands import accounts
from workflow.errors import Refusal
from workflow.models import User


class Command(BaseCommand):
    """The first person who can sign in."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Who, and which of the three administrators."""
        parser.add_argument("username")
        parser.add_argument("full_name")
        parser.add_argument("--role", default="system_admin", choices=list(accounts.ADMINISTRATORS))

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask, create, say so."""
        if User.objects.filter(username=options["username"]).exists():
            raise CommandError("This user name is taken; reset_password sets a new password.")
        try:
            accounts.create_admin(options["username"], options["full_name"], asked(), options["role"])
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Created {options['username']} ({options['role']}).")


def asked() -> str:
    """A password typed twice."""
    first = getpass("Password: ")
    if first != getpass("Again: "):
        raise CommandError("The two passwords differ; nothing was changed.")
    return first
