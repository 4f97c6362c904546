"""manage.py upgrade: migrations, grants, legal moves."""

from typing import Any

from django.core.management.base import BaseCommand

from config.upgrade import upgrade


class Command(BaseCommand):
    """Bring the database to this version; safe to run again."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it."""
        self.stdout.write("upgraded" if upgrade(options["verbosity"]) else "up to date")
