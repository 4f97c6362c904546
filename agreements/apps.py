"""Django's name card of the subject."""

from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    """Households and their agreements."""

    name = "agreements"
    default_auto_field = "django.db.models.BigAutoField"
