"""manage.py record_backup: says that a backup is complete, so that the status page can tell its age."""

from typing import Any

from django.core.management.base import BaseCommand

from workflow import clock
from workflow.commands import heartbeats


class Command(BaseCommand):
    """The last line of whatever takes the backups; never before everything is written."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Record it at this moment."""
        moment = clock.now()
        heartbeats.beat(heartbeats.BACKUP, moment)
        self.stdout.write(f"Backup recorded: {moment.isoformat(timespec='seconds')}.")
