"""Django's name card of the engine."""

from django.apps import AppConfig


class WorkflowConfig(AppConfig):
    """The engine room."""

    name = "workflow"
    default_auto_field = "django.db.models.BigAutoField"
