"""Django's name card of the roof, so that its management commands are found."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The roof."""

    name = "config"

    def ready(self) -> None:
        """Tell the status page what only the roof can measure."""
        from config import machine  # noqa: PLC0415 (models are not loaded any earlier)
        from notifications import probe  # noqa: PLC0415
        from workflow.queries import machine as page  # noqa: PLC0415

        page.PROBES[:] = [probe.probe, machine.broker, machine.disk, machine.version]
