"""The next storage date: of several schedules (stages of an impoundment) the first whose water is still to come."""

from datetime import date

from workflow.models import Schedule


def upcoming(today: date) -> Schedule | None:
    """The next one, or the last one when all lie behind; None without a programme."""
    ahead = Schedule.objects.filter(storage_on__gte=today).order_by("storage_on").first()
    return ahead or Schedule.objects.order_by("-storage_on").first()
