"""manage.py send_messages [--loop]: what beat and the worker do with owed messages, by hand or as a plain process."""

import logging
import signal
from argparse import ArgumentParser
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections

from notifications import delivery
from notifications.relay import relay
from workflow import clock

log = logging.getLogger(__name__)


class Command(BaseCommand):
    """Bundle what is owed and send it."""

    help = "Send what is owed by e-mail and the other channels; prints how many were tried. --loop goes on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--loop needs neither Redis nor a worker."""
        parser.add_argument("--loop", action="store_true", help="again and again, instead of or beside a worker")
        parser.add_argument("--every", type=float, default=15.0, metavar="SECONDS", help="pause of --loop (15)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Once, or until SIGTERM or SIGINT; a database that is away costs a round and nothing else."""
        stopping = Event()
        if options["loop"]:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: stopping.set())
        while not stopping.is_set():
            close_old_connections()
            try:
                self._round(stopping)
            except DatabaseError:
                if not options["loop"]:
                    raise
                log.exception("this round did not finish; the next one finds what is owed")
            if not options["loop"]:
                return
            stopping.wait(options["every"])

    def _round(self, stopping: Event) -> None:
        relay()
        # asked to stop, it stops between two messages
        tried = [delivery.deliver(pk) for pk in delivery.owed(clock.now()) if not stopping.is_set()]
        self.stdout.write(f"{len(tried)} messages tried, {tried.count('sent')} sent")
        self.stdout.flush()
