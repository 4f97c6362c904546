"""Django's name card of the voice."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """How an owed word reaches a person outside the in-app inbox."""

    name = "notifications"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the inbox what became of each word outside."""
        from notifications import queries  # noqa: PLC0415 (models are not loaded any earlier)
        from workflow.queries import inbox  # noqa: PLC0415

        inbox.OUTSIDE[:] = [queries.outside]
