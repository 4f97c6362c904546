"""Celery's shells over relay and delivery; the task carries an id and nothing else (promise D4)."""

from celery import shared_task

from notifications import delivery
from notifications import relay as relaying
from workflow import clock


@shared_task(ignore_result=True)
def relay() -> None:
    """Every half minute: owed notices become deliveries, and whatever is owed is handed out again."""
    relaying.relay()
    for delivery_id in delivery.owed(clock.now()):
        deliver.delay(delivery_id)


@shared_task(ignore_result=True)
def deliver(delivery_id: int) -> None:
    """Send one delivery; a second run finds nothing to do."""
    delivery.deliver(delivery_id)
