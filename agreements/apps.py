"""Django's name card of the subject."""

from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    """Households and their agreements."""

    name = "agreements"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the board how many households have not begun: the engine knows cases, not households."""
        from agreements.queries import register  # noqa: PLC0415 (models are not loaded any earlier)
        from workflow.queries import board  # noqa: PLC0415

        board.NOT_STARTED[:] = [register.not_started]
