"""Weekly reports on their way: one bundle per report, in its reader's window."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import prefetch_related_objects

from notifications import queries
from notifications.channels import CHANNELS
from notifications.events import REPORT
from notifications.models import Bundle, Delivery
from notifications.window import opening
from workflow import calendars, clock
from workflow.models import WeeklyReport

FRESH = timedelta(days=7)  # an older one is read on its page; nobody is mailed last month's


def relay(now: datetime) -> int:
    """A bundle for every report that has none and whose reader may be written to; exactly one by constraint."""
    owed = list(
        WeeklyReport.objects.filter(bundle=None, created_at__gt=now - FRESH, person__is_active=True)
        .select_related("person")
        .order_by("pk")[:500]
    )
    people = [report.person for report in owed]
    prefetch_related_objects(people, "addresses")
    counted = calendars.of_people((p.pk for p in people), clock.date_of(now))
    habits, wishes = queries.habits_of(p.pk for p in people), queries.Wishes([p.pk for p in people])
    written = 0
    for report in owed:
        if opening(now, habits[report.person_id], counted[report.person_id]) <= now:
            written += _bundle(report, wishes, now)
    return written


def _bundle(report: WeeklyReport, wishes: queries.Wishes, now: datetime) -> int:
    person = report.person
    ways = [
        name for name, channel in CHANNELS.items() if channel.reaches(person) and wishes.wants(person.pk, name, REPORT)
    ]
    try:
        with transaction.atomic():
            bundle = Bundle.objects.create(
                recipient=person, day=clock.date_of(now), kind=Bundle.REPORT, report=report, created_at=now
            )
            Delivery.objects.bulk_create(
                Delivery(bundle=bundle, channel=way, created_at=now, next_try_at=now) for way in ways
            )
    except IntegrityError:  # another relay was faster
        return 0
    return len(ways)
