"""manage.py sweep_deadlines [--now ISO | --loop]: what beat runs every minute, by hand or as a plain process."""

import logging
import signal
from argparse import ArgumentParser
from datetime import datetime
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, close_old_connections

from workflow import clock, sweep

log = logging.getLogger(__name__)


class Command(BaseCommand):
    """Write the reminders that are due and print how many."""

    help = "Write the reminders that are due; prints how many it wrote. --loop goes on until it is stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--now moves the business date; the heartbeat stays real."""
        parser.add_argument("--now", metavar="ISO", help="pretend this moment; later than the clock: sample data only")
        parser.add_argument("--loop", action="store_true", help="sweep again and again, instead of or beside beat")
        parser.add_argument("--every", type=float, default=60.0, metavar="SECONDS", help="pause of --loop (60)")

    def handle(self, *args: Any, now: str | None = None, **options: Any) -> None:
        """Run one sweep, or a loop of them."""
        moment = _moment(now) if now else None
        if moment and moment > clock.now() and not sweep.may_run_ahead():
            raise CommandError("--now is later than the clock: refused outside a sample database")
        if options["loop"]:
            self._loop(options["every"])
            return
        self.stdout.write(f"{sweep.run(moment)} reminders written")

    def _loop(self, every: float) -> None:
        """Until SIGTERM or SIGINT; a database that is away costs a round and nothing else."""
        stopping = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        while not stopping.is_set():
            close_old_connections()
            try:
                self.stdout.write(f"{sweep.run()} reminders written")
                self.stdout.flush()
            except DatabaseError:
                log.exception("this sweep did not finish; the next one finds what is missing")
            stopping.wait(every)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as trouble:
        raise CommandError(f"--now {text}: not an ISO date or moment such as 2012-06-28T09:00") from trouble
    return moment if moment.tzinfo else moment.replace(tzinfo=clock.SHANGHAI)
