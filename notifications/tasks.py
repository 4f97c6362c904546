"""Celery's shells over relay and delivery; the task carries an id and nothing else (promise D4)."""

from celery import shared_task
from django.conf import settings

from notifications import delivery
from notifications import relay as relaying
from workflow import clock

LEAST_SECONDS = 60


@shared_task(ignore_result=True)
def relay() -> None:
    """Owed notices become deliveries, and whatever is owed is handed out again.

    What no worker has taken up after a few ticks is dropped: the next one hands it out anew, and behind a slow gateway
    the queue would otherwise grow without end and keep the sweep waiting (promise P10). Never less than a minute: the
    moment is compared with the worker's own clock, and one that is ahead by more would drop every message for ever.
    """
    relaying.relay()
    expires = max(LEAST_SECONDS, 4 * settings.RELAY_SECONDS)
    for delivery_id in delivery.owed(clock.now()):
        deliver.apply_async((delivery_id,), expires=expires)


@shared_task(ignore_result=True)
def deliver(delivery_id: int) -> None:
    """Send one delivery; a second run finds nothing to do."""
    delivery.deliver(delivery_id)
