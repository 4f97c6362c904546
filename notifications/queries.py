"""What an operator must look at: deliveries that failed or whose outcome nobody knows. Never writes."""

from django.db.models import Count, QuerySet

from notifications.models import Delivery


def troubled() -> QuerySet[Delivery]:
    """Failed and uncertain deliveries, newest first."""
    rows = Delivery.objects.filter(state__in=(Delivery.FAILED, Delivery.UNCERTAIN))
    return rows.select_related("notice__case", "notice__recipient").order_by("-id")


def counts() -> dict[str, int]:
    """Deliveries by state, for /readyz and the operations page."""
    rows = Delivery.objects.values("state").annotate(n=Count("pk")).values_list("state", "n")
    return dict(rows)
