"""Publishes the committed policy file as routes: one version per mode, immutable, publishing twice adds nothing."""

from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.db.models import Max

from agreements import lifecycle
from workflow import audit, clock, policies
from workflow.models import Group, Role, Route, Stage, StepPlan, Track, Unit
from workflow.rules import asking, canonical, conditions
from workflow.rules.codes import DUTIES

DEFAULT = Path(__file__).resolve().parent.parent / "policies" / "default.yaml"
RESOLVERS = frozenset({"home_group", "home_village", "home_town", "county", "partner_village", "partner_town"})
FACTS = frozenset({"mode", "persons", "amount", "area_changes", "has_homestead", "plot_state"})
RULES = frozenset({"any", "all", "k_of_n", "weighted"})


class PolicyFault(Exception):
    """The policy file cannot be published; the message lists every fault with the key it stands at."""


def publish(unit: Unit, *, now: datetime | None = None, path: Path = DEFAULT) -> list[Route]:
    """Publish the file's route for every mode in a unit; unchanged modes are left alone. Returns the new versions."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    found = faults(document)
    if found:
        raise PolicyFault("; ".join(found))
    moment = now or clock.now()
    with transaction.atomic():
        made = [_publish_mode(document, mode, unit, moment) for mode in document["modes"]]
    return [route for route in made if route]


def faults(document: dict[str, Any]) -> list[str]:
    """Everything wrong with a policy document, each fault with its place."""
    keys = [group["key"] for _stage, _track, group in _groups(document)]
    plans = [plan["key"] for _stage, _track, group in _groups(document) for plan in group["plans"]]
    found = [f"{key}: used twice" for key in {k for k in keys if keys.count(k) > 1}]
    found += [f"{key}: used twice" for key in {k for k in plans if plans.count(k) > 1}]
    states = [stage["state"] for stage in document["stages"]]
    found += [f"{state}: no such state" for state in states if state not in lifecycle.PATH]
    found += asking.faults(document.get("policies", {}))
    for _stage, _track, group in _groups(document):
        found += [f"{group['key']}: {fault}" for fault in _group_faults(group, keys)]
    return found


def _groups(document: dict[str, Any]) -> list[tuple[Any, Any, Any]]:
    return [(s, t, g) for s in document["stages"] for t in s["tracks"] for g in t["groups"]]


def _group_faults(group: dict[str, Any], keys: list[str]) -> list[str]:
    found = []
    if group.get("rule", "all") not in RULES:
        found.append("unknown rule")
    if group.get("on_refuse", keys[0]) not in keys:
        found.append("on_refuse names no group")
    return found + [f"{plan['key']}: {fault}" for plan in group["plans"] for fault in _plan_faults(plan)]


def _plan_faults(plan: dict[str, Any]) -> list[str]:
    checks = (
        (plan["role"] in Role.values, "unknown role"),
        (plan["unit"] in RESOLVERS, "unknown unit resolver"),
        (plan["duty"] in DUTIES, "unknown duty"),
        (set(plan.get("needs", ())) <= set(lifecycle.NEEDS), "unknown need"),
        (set(plan.get("papers", ())) <= set(lifecycle.PAPERS), "unknown paper"),
        (set(plan.get("aspects", ())) <= policies.ASPECTS, "unknown aspect"),
        ({"zh-hans", "en"} <= set(plan["names"]), "names need zh-hans and en"),
    )
    return [fault for good, fault in checks if not good] + conditions.faults(plan.get("condition"), FACTS)


def _publish_mode(document: dict[str, Any], mode: str, unit: Unit, moment: datetime) -> Route | None:
    chosen = document.get("policies", {})
    text = [document["kind"], mode, document["stages"]]
    digest = canonical.digest(canonical.text([*text, chosen] if chosen else text))
    same = Route.objects.filter(kind=document["kind"], mode=mode, unit=unit)
    current = same.filter(status=Route.PUBLISHED).first()
    if current and current.digest == digest:
        return None
    version = (same.aggregate(top=Max("version"))["top"] or 0) + 1
    same.filter(status=Route.PUBLISHED).update(status=Route.RETIRED)
    route = Route.objects.create(
        kind=document["kind"],
        mode=mode,
        unit=unit,
        version=version,
        status=Route.PUBLISHED,
        published_at=moment,
        digest=digest,
        **chosen,
    )
    for position, stage in enumerate(document["stages"]):
        _write_stage(route, stage, position)
    audit.append_to_stream(
        f"route:{document['kind']}:{mode}", "route.published", moment, None, {"route": route.pk, "digest": digest}
    )
    return route


def _write_stage(route: Route, stage: dict[str, Any], position: int) -> None:
    row = Stage.objects.create(
        route=route,
        state=stage["state"],
        position=position,
        point=stage.get("point", ""),
        after_storage=stage.get("after_storage", False),
    )
    for index, track in enumerate(stage["tracks"]):
        made = Track.objects.create(
            stage=row, key=track["key"], position=index, opens_in=track.get("opens_in", stage["state"])
        )
        for place, group in enumerate(track["groups"]):
            _write_group(made, group, place)


def _write_group(track: Track, group: dict[str, Any], position: int) -> None:
    row = Group.objects.create(
        track=track,
        key=group["key"],
        names=group["names"],
        position=position,
        rule=group.get("rule", "all"),
        threshold=group.get("threshold", 0),
        on_refuse=group.get("on_refuse", ""),
    )
    StepPlan.objects.bulk_create(_plan(row, plan, index) for index, plan in enumerate(group["plans"]))


def _plan(group: Group, plan: dict[str, Any], position: int) -> StepPlan:
    return StepPlan(
        group=group,
        key=plan["key"],
        names=plan["names"],
        position=position,
        role=plan["role"],
        resolver=plan["unit"],
        duty=plan["duty"],
        lead=plan["lead"],
        lead_unit=plan.get("lead_unit", "working"),
        lead_source=plan.get("source", ""),
        not_before_days=plan.get("not_before", 0),
        needs=plan.get("needs", []),
        papers=plan.get("papers", []),
        aspects=plan.get("aspects", []),
        condition=plan.get("condition"),
        attest=plan.get("attest", False),
        each_holder=plan.get("each_holder", False),
        bulk_allowed=plan.get("bulk", False),
        weight=plan.get("weight", 1),
        supervisor_role=plan.get("supervisor", "vice_leader"),
        excludes=plan.get("excludes", []),
    )
