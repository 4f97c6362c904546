"""Which ladder of reminders is in force for a route: its own, its unit's for every mode, or the default."""

from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q

from workflow.models import Ladder, Route
from workflow.rules import rungs
from workflow.rules.rungs import Ladders

DEFAULT_KEY = 0


@dataclass(frozen=True)
class InForce:
    """Ladders by key, and the key of every route that does not use the default."""

    ladders: dict[int, Ladders] = field(default_factory=dict)
    routes: dict[int, int] = field(default_factory=dict)

    def of(self, route_id: int) -> Ladders:
        """The ladders of a route by severity."""
        return self.ladders[self.routes.get(route_id, DEFAULT_KEY)]


DEFAULT = InForce({DEFAULT_KEY: rungs.DEFAULT})


def in_force() -> InForce:
    """Read every ladder in force; two statements, whatever the number of cases."""
    current = list(Ladder.objects.filter(current=True))
    if not current:
        return DEFAULT
    by_name = {(row.kind, row.mode, row.unit_id): row.pk for row in current}
    routes: dict[int, int] = {}
    for pk, kind, mode, unit in Route.objects.values_list("pk", "kind", "mode", "unit"):
        found = by_name.get((kind, mode, unit)) or by_name.get((kind, "", unit))
        if found:
            routes[pk] = found
    ladders: dict[int, Ladders] = {row.pk: rungs.from_rows(row.rungs) for row in current}
    return InForce({DEFAULT_KEY: rungs.DEFAULT, **ladders}, routes)


def of_route(route_id: int) -> Ladders:
    """The ladders of one route by severity; one statement. What stands for one mode comes before the unit's own."""
    route = Route.objects.filter(pk=route_id, kind=OuterRef("kind"), unit=OuterRef("unit"))
    found = Ladder.objects.filter(Exists(route.filter(mode=OuterRef("mode"))) | Q(Exists(route), mode=""), current=True)
    row = found.order_by("-mode").first()
    return rungs.from_rows(row.rungs) if row else rungs.DEFAULT
