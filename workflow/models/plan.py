"""Route rows read into frozen values; a published version is immutable, so a process keeps it."""

from collections.abc import Iterable

from workflow.models.route import Group, Route, Stage, StepPlan, Track
from workflow.rules.route import GroupSpec, PlanSpec, RouteSpec, StageSpec, TrackSpec

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
    """Read a route in four statements."""
    stages = list(Stage.objects.filter(route=route).order_by("position"))
    tracks = list(Track.objects.filter(stage__route=route).order_by("position"))
    groups = list(Group.objects.filter(track__stage__route=route).order_by("position"))
    plans = list(StepPlan.objects.filter(group__track__stage__route=route).order_by("position"))
    return RouteSpec(
        id=route.pk,
        kind=route.kind,
        mode=route.mode,
        version=route.version,
        repeats=route.repeats,
        self_approval=route.self_approval,
        nobody=route.nobody,
        stages=tuple(_stage(stage, tracks, groups, plans) for stage in stages),
    )


def _stage(stage: Stage, tracks: Iterable[Track], groups: Iterable[Group], plans: Iterable[StepPlan]) -> StageSpec:
    mine = [track for track in tracks if track.stage_id == stage.pk]
    return StageSpec(
        state=stage.state,
        point=stage.point,
        after_storage=stage.after_storage,
        tracks=tuple(
            TrackSpec(
                key=track.key,
                stage=stage.state,
                opens_in=track.opens_in,
                groups=tuple(_group(group, plans) for group in groups if group.track_id == track.pk),
            )
            for track in mine
        ),
    )


def _group(group: Group, plans: Iterable[StepPlan]) -> GroupSpec:
    return GroupSpec(
        key=group.key,
        names=group.names,
        rule=group.rule,
        threshold=group.threshold,
        on_refuse=group.on_refuse,
        plans=tuple(_plan(plan) for plan in plans if plan.group_id == group.pk),
    )


def _plan(plan: StepPlan) -> PlanSpec:
    return PlanSpec(
        key=plan.key,
        names=plan.names,
        role=plan.role,
        resolver=plan.resolver,
        duty=plan.duty,
        lead=plan.lead,
        lead_unit=plan.lead_unit,
        not_before_days=plan.not_before_days,
        needs=tuple(plan.needs),
        papers=tuple(plan.papers),
        aspects=tuple(plan.aspects),
        condition=plan.condition,
        attest=plan.attest,
        each_holder=plan.each_holder,
        bulk_allowed=plan.bulk_allowed,
        weight=plan.weight,
        supervisor_role=plan.supervisor_role,
        excludes=tuple(plan.excludes),
    )
