"""Writes docs/lifecycle.svg from the state machine."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from agreements.queries import drawing


class Command(BaseCommand):
    """manage.py draw_lifecycle."""

    help = "Draw the legal lifecycle of an agreement into docs/lifecycle.svg."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the picture."""
        path = Path(settings.BASE_DIR) / "docs" / "lifecycle.svg"
        path.parent.mkdir(exist_ok=True)
        path.write_text(drawing.svg(), encoding="utf-8")
        self.stdout.write(str(path.relative_to(settings.BASE_DIR)))
