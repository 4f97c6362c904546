"""What a reader asked the queue for: one value from the address, narrowed into one condition. Never writes."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import reduce
from operator import or_
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet

from workflow import calendars, policies, statements
from workflow.models import Case, Hold, Route, Step
from workflow.models.kinds import state_names
from workflow.policies import Authority
from workflow.queries import words
from workflow.rules.codes import HOLD_CAUSES

TABS = ("mine", "claimable", "done", "started", "copied", "section")
LIGHTS = ("red", "amber", "green", "held")
SORTS = ("due", "slack", "waiting")
CURSOR = re.compile(r"(?:[ru]-)?[0-9]{1,18}")  # of copies: r or u (read, unread) before the id
CAP = 1000  # counts are exact to 999, then "999+"
LONG = 60  # letters of a search that are looked at
# a subject finds its cases by what only it knows (persons); the engine knows no household. text -> ids of cases
SUBJECT_SEARCH: list[Callable[[str], QuerySet[Case]]] = []


@dataclass(frozen=True)
class Asked:
    """The address as a value: every field is checked here, so that no nonsense reaches a query."""

    tab: str = "mine"
    light: str = ""
    q: str = ""
    town: str = ""
    state: str = ""
    plan: str = ""
    due: str = ""  # ISO day
    cause: str = ""
    special: str = ""  # "1": decided by override (特批) only
    sort: str = "due"
    after: str = ""  # id of the step that ended the page before
    before: str = ""  # id of the step that begins the page after

    @property
    def narrowed(self) -> bool:
        """Whether anything but the tab and the order was asked."""
        return bool(self.narrowing())

    def narrowing(self) -> dict[str, str]:
        """The filters that are set."""
        free = ("tab", "sort", "after", "before")
        return {f.name: value for f in fields(self) if f.name not in free and (value := getattr(self, f.name))}

    @property
    def unpaged(self) -> "Asked":
        """The same from its first page on: what stands around a list is alike on all its pages."""
        return replace(self, after="", before="") if self.after or self.before else self

    def query(self, **changed: str) -> str:
        """The address with some fields changed; paging starts again unless it is what changes."""
        values = {f.name: getattr(self, f.name) for f in fields(self)} | {"after": "", "before": ""} | changed
        plain = Asked()
        return urlencode({name: value for name, value in values.items() if value and value != getattr(plain, name)})


def asked(given: Mapping[str, str]) -> Asked:
    """Read an address; what is not known is left out."""
    text = {f.name: given.get(f.name, "").strip()[:LONG].replace("\x00", "") for f in fields(Asked)}
    return Asked(
        tab=text["tab"] if text["tab"] in TABS else "mine",
        light=text["light"] if text["light"] in LIGHTS else "",
        q=text["q"],
        town=text["town"] if text["town"].isascii() and text["town"].isalnum() else "",
        state=text["state"] if text["state"] in state_names() else "",
        plan=text["plan"],
        due=text["due"] if _day(text["due"]) else "",
        cause=text["cause"] if text["cause"] in HOLD_CAUSES else "",
        special="1" if text["special"] == "1" else "",
        sort=text["sort"] if text["sort"] in SORTS else "due",
        after=text["after"] if CURSOR.fullmatch(text["after"]) else "",
        before=text["before"] if CURSOR.fullmatch(text["before"]) else "",
    )


def _day(raw: str) -> date | None:
    try:
        return date.fromisoformat(raw)
    except ValueError:
        return None


def narrow(steps: QuerySet[Step], what: Asked, today: date) -> QuerySet[Step]:
    """The steps that fit everything asked."""
    if what.q:
        steps = steps.filter(found(what.q, "case__"))
    if what.town:
        steps = steps.filter(policies.prefix_range("case__home_unit__code", what.town))
    if what.state:
        steps = steps.filter(case__state=what.state)
    if what.plan:
        steps = steps.filter(plan=what.plan)
    if day := _day(what.due):
        steps = steps.filter(due=day)
    if what.special:
        steps = steps.filter(case__overrides__gt=0)
    if what.cause:
        steps = steps.filter(Exists(open_holds().filter(cause=what.cause)))
    return steps.filter(light_filter(what.light, today)) if what.light else steps


def found(text: str, prefix: str = "") -> Q:
    """Cases by reference, title, village or group; and by what their kind knows (the last four of an ID number)."""
    hits = (
        Q(**{f"{prefix}title__icontains": text})
        | Q(**{f"{prefix}reference__icontains": text})
        | Q(**{f"{prefix}home_unit__name__icontains": text})
    )
    for search in SUBJECT_SEARCH:
        hits |= Q(**{f"{prefix}pk__in": search(text)})
    return hits


def open_holds() -> QuerySet[Hold]:
    """Open holds of the outer step: of its case, or of its round only."""
    of_round = Q(round=None) | Q(round=OuterRef("round"))
    return Hold.objects.filter(of_round, case=OuterRef("case"), resumed_at=None)


def light_filter(light: str, today: date) -> Q:
    """The steps under one light."""
    return reduce(or_, light_parts(light, today))


def light_parts(light: str, today: date) -> list[Q]:
    """The same as conditions that exclude each other, each a range of an index: counted apart they need no scan."""
    if light == "held":  # from the few holds to their steps, not from every step to a hold
        return [Q(case__in=Hold.objects.filter(resumed_at=None).values("case")) & Q(Exists(open_holds()))]
    free = ~Q(Exists(open_holds()))
    if light == "red":
        return [Q(due__lt=today) & free]
    return [span & free & whose for soon, whose in amber_until(today) for span in _spans(light, today, soon)]


def _spans(light: str, today: date, soon: date) -> list[Q]:
    if light == "amber":
        return [Q(due__gte=today, due__lte=soon), Q(due__gt=soon, was_late=True)]
    return [Q(due__gt=soon, was_late=False)]


def amber_until(today: date) -> list[tuple[date, Q]]:
    """The last amber day, and the cases for which it is that; one for all unless counties' days off differ just now."""
    days: dict[date, list[int]] = {}
    for code, schedules in calendars.in_use().items():
        days.setdefault(calendars.load(code).add_working_days(today, words.AMBER_DAYS), []).extend(schedules)
    if len(days) == 1:
        return [(next(iter(days)), Q())]
    return [(soon, Q(case__schedule__in=schedules)) for soon, schedules in sorted(days.items())]


@dataclass(frozen=True)
class Choices:
    """What the filter bar offers this reader: (code, name) each."""

    towns: tuple[tuple[str, str], ...]
    states: tuple[tuple[str, str], ...]
    plans: tuple[tuple[str, str], ...]
    causes: tuple[tuple[str, str], ...]


# `asked` as in queries/head.py; of a step that several routes name the oldest name is kept. The tables of a route are
# asked one after another by arrays of ids: each is read once whatever the planner takes its size for. A plan made while
# they were empty joined them in nested loops afterwards and took seconds.
CHOICES = """
WITH asked AS MATERIALIZED (
    SELECT %(towns)s::text[] AS towns, %(roles)s::text[] AS roles, %(published)s::text AS published
)
SELECT (SELECT json_agg(json_build_array(t.code, t.name))::text FROM (
    SELECT DISTINCT u.code, u.name FROM asked, unnest(asked.towns) AS town JOIN workflow_unit u
        ON u.code >= town AND u.code < left(town, -1) || chr(ascii(right(town, 1)) + 1)
    WHERE u.code ~ '^[0-9]{9}$' ORDER BY u.code LIMIT 80) t),
(SELECT json_agg(json_build_array(p.key, p.names) ORDER BY p.id DESC)::text FROM workflow_stepplan p
    WHERE p.role = ANY ((SELECT roles FROM asked)::text[]) AND p.group_id = ANY (ARRAY(
        SELECT o.id FROM workflow_group o WHERE o.track_id = ANY (ARRAY(
            SELECT k.id FROM workflow_track k WHERE k.stage_id = ANY (ARRAY(
                SELECT g.id FROM workflow_stage g WHERE g.route_id = ANY (ARRAY(
                    SELECT r.id FROM workflow_route r WHERE r.status = (SELECT published FROM asked))))))))))
"""


def choices(authorities: Iterable[Authority]) -> Choices:
    """Towns inside the reader's divisions, and the steps their roles take part in; from plans, not from the run."""
    authorities = list(authorities)
    asked = {"towns": sorted({one.division[:9] for one in authorities}), "published": Route.PUBLISHED}
    found = statements.row(CHOICES, asked | {"roles": sorted({one.role for one in authorities})})
    towns, plans = (json.loads(part or "[]") for part in found or ("", ""))
    named = {key: words.name(names) for key, names in plans}
    return Choices(
        towns=tuple((code, name) for code, name in towns),
        states=tuple((code, str(name)) for code, name in state_names().items()),
        plans=tuple(sorted(named.items(), key=lambda pair: pair[1])),
        causes=tuple((code, str(name)) for code, name in HOLD_CAUSES.items()),
    )
