"""Django's name card of the subject."""

from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    """Households and their agreements."""

    name = "agreements"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the board how many households have not begun: the engine knows cases, not households."""
        from agreements.queries import register
        from workflow.queries import board

        board.NOT_STARTED[:] = [register.not_started]
