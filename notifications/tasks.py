"""Celery's shells over relay and delivery; the task carries an id and nothing else (promise D4)."""

from celery import shared_task
from django.conf import settings

from notifications import delivery
from notifications import relay as relaying
from workflow import clock


@shared_task(ignore_result=True)
def relay() -> None:
    """Owed notices become deliveries, and whatever is owed is handed out again.

    What no worker has taken up by the next tick is dropped: that tick hands it out anew, and behind a slow gateway
    the queue would otherwise grow without end and keep the sweep waiting (promise P10).
    """
    relaying.relay()
    for delivery_id in delivery.owed(clock.now()):
        deliver.apply_async((delivery_id,), expires=settings.RELAY_SECONDS)


@shared_task(ignore_result=True)
def deliver(delivery_id: int) -> None:
    """Send one delivery; a second run finds nothing to do."""
    delivery.deliver(delivery_id)
