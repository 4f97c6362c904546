"""Django's name card of the subject."""

from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    """Households and their agreements."""

    name = "agreements"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Tell the engine what it may ask the subject: who has not begun, whose a number is, names of papers."""
        from agreements.commands import facts  # noqa: PLC0415
        from agreements.queries import register, search  # noqa: PLC0415 (models are not loaded any earlier)
        from workflow.models import kinds  # noqa: PLC0415
        from workflow.queries import board, filters, firststeps  # noqa: PLC0415

        board.NOT_STARTED[:] = [register.not_started]
        firststeps.SUBJECT[:] = [register.first_step]
        filters.SUBJECT_SEARCH[:] = [search.cases]
        kinds.DERIVERS["agreements.Agreement"] = facts.derived
        kinds.UNACCOUNTED[:] = [register.unaccounted]
        kinds.PAPERS[:] = [search.papers]
