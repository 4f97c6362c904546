"""manage.py confirm_sending: an operator lets outside sending go on after a long silence or a restore."""

from typing import Any

from django.core.management.base import BaseCommand

from workflow.commands import heartbeats


class Command(BaseCommand):
    """Release the hold that a silence of more than 24 hours puts on mails (promise P27)."""

    help = "Let e-mails go out again after the engine was silent for more than 24 hours."

    def handle(self, *args: Any, **options: Any) -> None:
        """Release and say so."""
        released = heartbeats.confirm_sending()
        self.stdout.write("sending goes on" if released else "sending was not on hold")
