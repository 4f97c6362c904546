"""manage.py load_programme FILE.xlsx [--dry-run]: a programme from its workbook, all or nothing."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from agreements.commands import programmes
from agreements.workbook import reader
from agreements.workbook.book import Report
from workflow import clock


class Command(BaseCommand):
    """Reads, checks, loads; loading twice adds nothing."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """File and dry run."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="check everything, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what was added, or every bad cell and exit 1."""
        try:
            book = reader.read(options["file"], clock.today())
            with transaction.atomic():
                result = programmes.load(book)
                if options["dry_run"]:
                    transaction.set_rollback(True)
        except Report as report:
            for error in report.errors:
                self.stderr.write(str(error))
            raise CommandError(f"Nothing was imported: {len(report.errors)} bad cells.") from report
        told = ", ".join(f"{count} {kind}" for kind, count in result.added.items() if count) or "nothing new"
        self.stdout.write(f"{'Would add' if options['dry_run'] else 'Added'}: {told}")
