"""Writes a published route as YAML and as BPMN 2.0: for other tools, for version control, and for docs/routes."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from workflow import routefiles
from workflow.models import Route


class Command(BaseCommand):
    """manage.py export_route MODE DIRECTORY [--unit CODE]."""

    help = "Write the published route of a mode as MODE.yaml and MODE.bpmn into a directory."

    def add_arguments(self, parser: CommandParser) -> None:
        """Mode, directory, and the unit's code where several have a route of this mode."""
        parser.add_argument("mode")
        parser.add_argument("directory", type=Path)
        parser.add_argument("--unit", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write both files and say where they are."""
        routes = Route.objects.filter(mode=options["mode"], status=Route.PUBLISHED)
        if options["unit"]:
            routes = routes.filter(unit__code=options["unit"])
        route = routes.order_by("unit__code").first()
        if route is None:
            raise CommandError(f"no published route of mode {options['mode']}")
        folder: Path = options["directory"]
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in (("yaml", routefiles.to_yaml(route)), ("bpmn", routefiles.to_bpmn(route))):
            target = folder / f"{route.mode}.{name}"
            target.write_text(text, encoding="utf-8")
            self.stdout.write(str(target))
