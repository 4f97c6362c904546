"""manage.py check_cases: the hourly check by hand; lists what it found, exit 1 when anything stands."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from workflow import hourly
from workflow.models import Finding
from workflow.rules.invariants import FINDINGS


class Command(BaseCommand):
    """Look for open cases that wait for nobody, rules out of reach, facts that drifted (promise P6)."""

    help = "Check every open case now; exit 1 when something is found."

    def handle(self, *args: Any, **options: Any) -> None:
        """Check, then say each finding in words."""
        hourly.run()
        standing = Finding.objects.filter(gone_at=None).select_related("case").order_by("first_at", "id")
        for row in standing:
            reference = row.case.reference if row.case else "-"
            self.stdout.write(f"{reference} {row.code}: {FINDINGS.get(row.code, row.code)}")
        if found := len(standing):
            raise CommandError(f"{found} findings; see /operations/")
        self.stdout.write("nothing found")
