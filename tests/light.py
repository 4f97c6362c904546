"""Light routes: the whole engine on a few plans, written as rows. One group of each rule, two tracks side by side, a
track that opens a state before the one it gates, conditions, each_holder, duties that exclude each other."""

from datetime import datetime
from itertools import count
from typing import Any

from agreements.models import Agreement, Household
from tests import builders
from workflow.commands import cases, routes
from workflow.models import Posting, Role, Route, User

_numbers = count(1)


def plan(key: str, role: str, unit: str, duty: str, *aspects: str, **more: Any) -> dict[str, Any]:
    """One asked-for act."""
    return {"key": key, "role": role, "resolver": unit, "duty": duty, "aspects": list(aspects), "lead": 5, **more}


def group(
    key: str, *plans: dict[str, Any], rule: str = "all", threshold: int = 0, on_refuse: str = ""
) -> dict[str, Any]:
    """Parallel plans and their rule."""
    return {"key": key, "plans": plans, "rule": rule, "threshold": threshold, "on_refuse": on_refuse}


def panel(rule: str) -> dict[str, Any]:
    """Three reviewers whose group passes by this rule."""
    return group(
        "panel",
        plan("leader", "village_group_leader", "home_group", "review", "members", weight=2),
        plan("village", "village_reviewer", "home_village", "review", "members", "text"),
        plan("town", "town_reviewer", "home_town", "review", "amounts"),
        rule=rule,
        threshold={"k_of_n": 2, "weighted": 3}.get(rule, 0),
    )


def stages(rule: str) -> dict[str, dict[str, tuple[str, list[dict[str, Any]]]]]:
    """state -> track -> (opens in, groups)."""
    drafting = group("draft", plan("draft", "clerk", "home_town", "draft", "parties", "members", "amounts", "text"))
    approval = group(
        "approval",
        plan("vice", "vice_leader", "home_town", "approve", "members", "amounts"),
        plan("chair", "chair", "home_town", "approve", "members", "amounts"),
        rule="any",
        on_refuse="panel",
    )
    side = group("side", plan("side", "county_officer", "county", "check", "amounts"))
    many = {"fact": "persons", "at_least": 4}
    receiving = group(
        "receiving",
        plan("receiving", "receiving_village", "partner_village", "receive", "members"),
        plan("capacity", "receiving_town", "partner_town", "receive", "members", condition=many),
        on_refuse="approval",
    )
    hands = group("hands", plan("hands", "clerk", "home_town", "collect", each_holder=True))
    return {
        "draft": {"drafting": ("draft", [drafting])},
        "in_review": {"review": ("in_review", [panel(rule), approval]), "aside": ("in_review", [side])},
        "signing": {"signing": ("signing", [receiving, hands])},
        "final_check": {
            "money": (
                "signing",
                [
                    group("prepared", plan("prepared", "finance_preparer", "county", "prepare")),
                    group("checked", plan("checked", "finance_reviewer", "county", "check", "amounts")),
                ],
            ),
            "filing": ("final_check", [group("filed", plan("filed", "archive_keeper", "county", "collect"))]),
        },
    }


def document(rule: str) -> dict[str, Any]:
    """The same as a route's document."""
    return written(stages(rule))


def written(stages: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Stages as a route's document."""
    return more | {
        "stages": [
            {
                "state": state,
                "tracks": [
                    {"key": key, "opens_in": opens_in, "groups": [_named(one) for one in groups]}
                    for key, (opens_in, groups) in tracks.items()
                ],
            }
            for state, tracks in stages.items()
        ]
    }


def _named(one: dict[str, Any]) -> dict[str, Any]:
    plans = [{"names": names(plan["key"])} | plan for plan in one["plans"]]
    return {"names": names(one["key"])} | one | {"plans": [_with_unit(**plan) for plan in plans]}


def _with_unit(resolver: str, **fields: Any) -> dict[str, Any]:
    return fields | {"unit": resolver}


def route(world: builders.World, mode: str, rule: str) -> Route | None:
    """Publish the light route of a rule for a mode in the home town: nearer than the county's, so it is chosen."""
    unit = world.units[builders.HOME_TOWN]
    return routes.install(document(rule), kind="agreements.Agreement", mode=mode, unit=unit, now=world.now)


def names(key: str) -> dict[str, str]:
    """The key in both languages."""
    return {"zh-hans": key, "en": key}


def agreement(world: builders.World, mode: str, now: datetime | None = None, **facts: Any) -> Agreement:
    """A drafted agreement of a mode, without plot and without moving accounts: signing leads to the final check."""
    number = next(_numbers)
    household = Household.objects.create(
        programme=world.programme,
        household_no=f"L{number:06}",
        head_name=f"户主{number}",
        mode=mode,
        group=world.units[builders.HOME_GROUP],
        destination=world.units[builders.PARTNER_GROUP],
        elevation_m=560,
    )
    made = Agreement(
        reference=f"L-{number:06}",
        title=f"户主{number} 户",
        mode=mode,
        subject_key=household.household_no,
        schedule=world.programme.schedule,
        home_unit=world.units[builders.HOME_GROUP],
        partner_unit=world.units[builders.PARTNER_GROUP],
        household=household,
        programme=world.programme,
    )
    cadre = [(world.contact_cadre, "contact_cadre")]
    with cases.opening(made, actor=world.clerk, now=now or world.now, participants=cadre) as work:
        plain = {"mode": mode, "area_changes": False, "has_homestead": False}
        work.case.facts, work.case.hashes = builders.READY | plain | facts, builders.hashes()
        work.case.authors = {a: [world.clerk.pk] for a in ("parties", "members", "amounts", "text")}
    return made


def give(world: builders.World, person: str, role: str, code: str) -> None:
    """One more posting for somebody."""
    since = builders.date(2020, 1, 1)
    Posting.objects.create(user=world.people[person], role=role, unit=world.units[code], valid_from=since)


def second(world: builders.World, name: str, role: str, code: str) -> User:
    """One more official of a role."""
    world.people[name] = builders.user(name, Role(role), world.units[code])
    return world.people[name]
