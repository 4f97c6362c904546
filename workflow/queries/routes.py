"""Routes as their keeper sees them: versions with the cases that run under each, and one part of a draft at a time."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from workflow import errors
from workflow.models import FINAL_STATES, Case, Role, Route
from workflow.policies import Authority
from workflow.queries.words import name
from workflow.routechecks import document, vocabulary
from workflow.rules import asking, conditions, routedoc, routeedit
from workflow.rules.routeedit import Spot
from workflow.rules.vocabulary import Vocabulary

READERS = (Role.ROUTE_KEEPER, Role.COUNTY_OFFICER, Role.CHAIR, Role.VICE_LEADER, Role.AUDITOR)


@dataclass
class Family:
    """All versions of one mode's route in one unit, newest first."""

    mode: str
    mode_name: str
    unit: str
    keeper: bool  # the reader may edit it
    published: Route | None = None
    draft: Route | None = None
    retired: list[Route] = field(default_factory=list)
    running: Counter[int] = field(default_factory=Counter)  # open cases by route id

    @property
    def in_flight(self) -> int:
        """Open cases under any version."""
        return sum(self.running.values())


def readable(authorities: Iterable[Authority]) -> QuerySet[Route]:
    """Routes whose unit lies under, or above, one of the reader's posts that may read routes."""
    codes = [a.division for a in authorities if a.role in READERS]
    found = Route.objects.exclude(status=Route.PREPARING).select_related(
        "unit", "edited_by", "published_by", "based_on"
    )
    ids = [
        route.pk
        for route in found
        if any(route.unit.division.startswith(code) or code.startswith(route.unit.division) for code in codes)
    ]
    return found.filter(pk__in=ids)


def keeps(authorities: Iterable[Authority], route: Route) -> bool:
    """Whether one of these posts keeps this route."""
    return any(a.covers(Role.ROUTE_KEEPER, route.unit.code) for a in authorities)


def one(authorities: Iterable[Authority], route_id: int) -> Route:
    """A route this reader may see, or NotFound."""
    route = readable(authorities).filter(pk=route_id).first()
    if route is None:
        raise errors.NotFound()
    return route


def families(authorities: list[Authority]) -> list[Family]:
    """Every mode's versions in every readable unit, with open cases counted per version."""
    routes = list(readable(authorities).order_by("unit__code", "kind", "mode", "-version"))
    counted = Case.objects.exclude(state__in=FINAL_STATES).filter(route__in=routes)
    running = dict(counted.values_list("route_id").annotate(n=Count("pk")))
    found: dict[Any, Family] = {}
    for route in routes:
        label = vocabulary(route.kind, route.mode).modes.get(route.mode, route.mode)
        made = Family(route.mode, str(label), route.unit.name, keeps(authorities, route))
        family = found.setdefault((route.unit_id, route.kind, route.mode), made)
        family.running[route.pk] = running.get(route.pk, 0)
        if route.status == Route.DRAFT:
            family.draft = route
        elif route.status == Route.PUBLISHED:
            family.published = route
        else:
            family.retired.append(route)
    return sorted(found.values(), key=lambda family: -family.in_flight)


# --- one part of a draft ------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Entry:
    """A line of the outline."""

    address: str
    label: str
    level: str
    here: bool


@dataclass(frozen=True)
class Row:
    """One row of the condition's form: the choice, and the figure where it needs one."""

    choice: str
    figure: str


@dataclass(frozen=True)
class Part:
    """One part as its form shows it."""

    address: str
    level: str
    label: str
    values: Mapping[str, Any]
    seen: str  # fingerprint
    around: str  # fingerprint of the part that holds it: the order of its siblings
    within: str
    trail: list[tuple[str, str]]  # (address, label) from the stage down
    inside: list[Entry]
    first: bool
    last: bool
    alone: bool
    told: str  # its condition in words
    joined: str  # all | any
    rows: list[Row] | None  # None: the condition is more nested than the form


def label(address: str, part: Mapping[str, Any], words: Vocabulary) -> str:
    """What a part is called."""
    level = address.split(":")[0]
    if level == "route":
        return _("The route as a whole")
    if level == "stage":
        return str(words.states.get(part["state"], part["state"]))
    if level == "track":
        inner = [name(group["names"]) for group in part["groups"]]
        return " – ".join(inner[:1] + inner[1:][-1:]) or part["key"]
    return name(part["names"])


def outline(content: routedoc.Document, words: Vocabulary, here: str) -> Iterator[Entry]:
    """Every part in order, for the keeper's list of contents."""
    for address, part in routedoc.parts(content):
        yield Entry(address, label(address, part, words), address.split(":")[0], address == here)


def part_of(route: Route, address: str) -> Part:
    """One part of a route for its form; NotFound when the address names none."""
    words, content = vocabulary(route.kind, route.mode), document(route)
    if address == "route:":
        spot = Spot({"policies": content.get("policies") or {}}, [], 0, "")
        values: Mapping[str, Any] = {key: spot.part["policies"].get(key, c[0]) for key, c in asking.CHOICES.items()}
    else:
        try:
            spot = routeedit.find(content, address)
        except routeedit.NoSuchPart as trouble:
            raise errors.NotFound() from trouble
        values = routedoc.own(spot.part)
    level, condition = address.split(":")[0], values.get("condition")
    inner = routeedit.INSIDE.get(level, "")
    return Part(
        address=address,
        level=level,
        label=label(address, spot.part, words),
        values=values,
        seen=routeedit.fingerprint(content, address),
        around=routeedit.fingerprint(content, spot.within) if spot.within else "",
        within=spot.within,
        trail=_trail(content, spot.within, words),
        inside=[_entry(level, spot.part, one, words) for one in spot.part.get(inner, ())],
        first=spot.index == 0,
        last=spot.index >= len(spot.siblings) - 1,
        alone=len(spot.siblings) <= 1,
        told=conditions.explain(condition, words.facts),
        joined="any" if condition and "any" in condition else "all",
        rows=rows_of(condition),
    )


def _entry(level: str, holder: Mapping[str, Any], part: Mapping[str, Any], words: Vocabulary) -> Entry:
    address = {
        "stage": lambda: f"track:{holder.get('state')}/{part.get('key')}",
        "track": lambda: f"group:{part['key']}",
        "group": lambda: f"plan:{part['key']}",
    }[level]()
    return Entry(address, label(address, part, words), address.split(":")[0], False)


def _trail(content: routedoc.Document, within: str, words: Vocabulary) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    while within:
        spot = routeedit.find(content, within)
        found.insert(0, (within, label(within, spot.part, words)))
        within = spot.within
    return [("route:", _("The route as a whole")), *found]


def rows_of(condition: Mapping[str, Any] | None) -> list[Row] | None:
    """A flat condition as rows of its form; None when it is nested deeper than the form goes."""
    if not condition:
        return []
    parts = condition.get("all") or condition.get("any") or [condition]
    found = []
    for part in parts:
        operator = next((key for key in part if key in conditions.OPERATORS), "")
        if "fact" not in part or not operator or isinstance(part[operator], list):
            return None
        if operator in ("at_least", "at_most"):
            found.append(Row(f"{part['fact']}:{operator}:", str(part[operator])))
        else:
            value = str(part[operator]).lower() if isinstance(part[operator], bool) else str(part[operator])
            found.append(Row(f"{part['fact']}:is:{value}", ""))
    return found
