"""Django's name card of the roof, so that its management commands are found."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The roof."""

    name = "config"
