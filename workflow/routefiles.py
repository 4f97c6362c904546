"""A route as a YAML file: stable order, one line per entry, so that two versions differ where they differ."""

from typing import Any

import yaml
from django.utils.translation import gettext as _

from workflow import errors
from workflow.models import Route
from workflow.models.plan import build
from workflow.routechecks import document
from workflow.rules import bpmn, routedoc, routeshape

MOST_BYTES = 300_000


class _Plain(yaml.SafeLoader):
    """Plain values only: an alias may stand for a thousand others, and a route has no use for one."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.YAMLError("aliases are not read")
        return super().compose_node(parent, index)  # type: ignore[no-untyped-call]


def to_yaml(route: Route) -> str:
    """The file of any version; importing it gives the same route."""
    content = {"kind": route.kind, "modes": [route.mode], **routedoc.tidy(document(route))}
    return yaml.dump(content, allow_unicode=True, sort_keys=False, default_flow_style=None, width=118)


def from_yaml(raw: bytes, kind: str) -> routedoc.Document:
    """The document in a file; InvalidInput with the place when it is none."""
    if len(raw) > MOST_BYTES:
        raise errors.InvalidInput(field="YAML", expected=_("a file of at most 300 kB"))
    try:
        found = yaml.load(raw.decode("utf-8-sig"), Loader=_Plain)
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError, ValueError) as trouble:
        raise errors.InvalidInput(field="YAML", expected=str(trouble)[:200]) from trouble
    if not isinstance(found, dict) or found.get("kind", kind) != kind or not routeshape.well_formed(found):
        raise errors.InvalidInput(field="YAML", expected=_("kind, modes and stages as in an exported file"))
    content = {name: part for name, part in found.items() if name in ("policies", "stages")}
    return routedoc.tidy(content)


def to_bpmn(route: Route, language: str = "zh-hans") -> str:
    """The same as BPMN 2.0, with a diagram other tools open."""
    return bpmn.xml(build(route), language)
