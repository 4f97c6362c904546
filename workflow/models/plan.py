"""Route rows read into frozen values; a published version is immutable, so a process keeps it."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from workflow.models.route import Group, Route, Stage, StepPlan, Track
from workflow.rules import routedoc
from workflow.rules.route import GroupSpec, Place, PlanSpec, RouteSpec, StageSpec, TrackSpec

_published: dict[int, RouteSpec] = {}


def spec(route_id: int) -> RouteSpec:
    """The route's plan. Shape: stages > tracks > groups > plans, each in order."""
    if route_id not in _published:
        route = Route.objects.get(pk=route_id)
        built = build(route)
        if route.status == Route.DRAFT:
            return built
        _published[route_id] = built
    return _published[route_id]


def forget() -> None:
    """Drop what this process keeps (tests empty tables and reuse ids)."""
    _published.clear()


def build(route: Route) -> RouteSpec:
    """Read a route in four statements; a draft is its document."""
    if route.document is not None:
        made = routedoc.spec_of(
            route.document, kind=route.kind, mode=route.mode, route_id=route.pk, version=route.version
        )
        return replace(made, elsewhere=lambda key: _of_another_version(route, key))
    stages, tracks, groups, plans = rows_of([route.pk])
    return RouteSpec(
        id=route.pk,
        kind=route.kind,
        mode=route.mode,
        version=route.version,
        stages=tuple(_stage(stage, tracks, groups, plans) for stage in stages),
        elsewhere=lambda key: _of_another_version(route, key),
        **_values(routedoc.ROUTE, route),
    )


def rows_of(routes: list[int]) -> tuple[list[Stage], list[Track], list[Group], list[StepPlan]]:
    """All rows of these versions, each kind in order of position.

    Each by the ids of the one before, never joined: a version that was just written, in a database that has not counted
    its rows since, was joined as if it had none (seen: a second for what takes a millisecond).
    """
    stages = list(Stage.objects.filter(route__in=routes).order_by("position"))
    tracks = list(Track.objects.filter(stage__in=[one.pk for one in stages]).order_by("position"))
    groups = list(Group.objects.filter(track__in=[one.pk for one in tracks]).order_by("position"))
    plans = list(StepPlan.objects.filter(group__in=[one.pk for one in groups]).order_by("position"))
    return stages, tracks, groups, plans


def duties(kind: str) -> dict[str, str]:
    """The duty of each plan key in the published versions of a kind; the newest version has the last word."""
    routes = Route.objects.filter(kind=kind).values_list("pk", flat=True)
    stages, tracks, groups, plans = rows_of(list(routes))
    route_of_stage = {one.pk: one.route_id for one in stages}
    route_of_track = {one.pk: route_of_stage[one.stage_id] for one in tracks}
    route_of_group = {one.pk: route_of_track[one.track_id] for one in groups}
    return {one.key: one.duty for one in sorted(plans, key=lambda one: route_of_group[one.group_id])}


def _of_another_version(route: Route, key: str) -> tuple[Place, PlanSpec] | None:
    """A plan this version does not have, as the newest published version that had it: history of a migrated case.

    A key never changes its duty between versions (checked before publishing), so four eyes may rely on it.
    """
    published = StepPlan.objects.filter(key=key, group__track__stage__route__kind=route.kind)
    found = (
        published.exclude(group__track__stage__route=route)
        .order_by("-group__track__stage__route_id")
        .values_list("group__track__stage__route_id", flat=True)
        .first()
    )
    return None if found is None else spec(found).plans.get(key)


def _values(fields: Iterable[routedoc.Field], row: object) -> dict[str, Any]:
    """The attributes a specification shares with its row; lists become tuples."""
    values = {field.attribute: getattr(row, field.attribute) for field in fields}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


def _stage(stage: Stage, tracks: Iterable[Track], groups: Iterable[Group], plans: Iterable[StepPlan]) -> StageSpec:
    mine = [track for track in tracks if track.stage_id == stage.pk]
    return StageSpec(
        tracks=tuple(
            TrackSpec(
                key=track.key,
                stage=stage.state,
                opens_in=track.opens_in,
                groups=tuple(_group(group, plans) for group in groups if group.track_id == track.pk),
            )
            for track in mine
        ),
        **_values(routedoc.STAGE, stage),
    )


def _group(group: Group, plans: Iterable[StepPlan]) -> GroupSpec:
    mine = tuple(PlanSpec(**_values(routedoc.PLAN, plan)) for plan in plans if plan.group_id == group.pk)
    return GroupSpec(plans=mine, **_values(routedoc.GROUP, group))
