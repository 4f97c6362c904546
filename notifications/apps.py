"""Django's name card of the voice."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """How an owed word reaches a person outside the in-app inbox."""

    name = "notifications"
    default_auto_field = "django.db.models.BigAutoField"
