"""The one module that reads the clock; everything else is handed `now`."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return timezone.now()


def today() -> date:
    """Today's date in Asia/Shanghai (promise D6: business time is Shanghai dates)."""
    return date_of(now())


def date_of(moment: datetime) -> date:
    """The Shanghai date of an aware moment; naive moments are refused because their date is a guess."""
    if moment.tzinfo is None:
        raise ValueError("a naive datetime has no date here; hand an aware one")
    return moment.astimezone(SHANGHAI).date()
