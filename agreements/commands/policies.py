"""Installs the committed policy file as routes: one version per mode, immutable, installing twice adds nothing.

What a route may look like, and how it is written, is the engine's (workflow.commands.routes); this is the file's part.
"""

from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from django.apps import apps
from django.db import transaction

from workflow import clock
from workflow.commands import routes
from workflow.models import Route, Unit
from workflow.rules import routeshape

DEFAULT = Path(__file__).resolve().parent.parent / "policies" / "default.yaml"


class PolicyFault(Exception):
    """The policy file cannot be published; the message lists every fault with the key it stands at."""


def publish(unit: Unit, *, now: datetime | None = None, path: Path = DEFAULT) -> list[Route]:
    """Publish the file's route for every mode in a unit; unchanged modes are left alone. Returns the new versions."""
    return install(yaml.safe_load(path.read_text(encoding="utf-8")), unit, now=now)


def install(document: dict[str, Any], unit: Unit, *, now: datetime | None = None) -> list[Route]:
    """The same for a document: kind, modes, and the stages they share."""
    found = faults(document)
    if found:
        raise PolicyFault("; ".join(found))
    moment = now or clock.now()
    content = {name: part for name, part in document.items() if name not in ("kind", "modes")}
    with transaction.atomic():
        made = [
            routes.install(content, kind=document["kind"], mode=m, unit=unit, now=moment) for m in document["modes"]
        ]
    return [route for route in made if route]


def faults(document: dict[str, Any]) -> list[str]:
    """Everything wrong with a policy document, each fault with its place."""
    words = apps.get_model(document["kind"]).vocabulary()  # type: ignore[attr-defined]
    return [str(fault) for fault in routeshape.faults(document, words)]
