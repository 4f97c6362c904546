"""The county in which engine and reference model are compared: routes in two versions, people with two hats."""

from typing import Any

from tests import builders, light
from tests.model.people import People
from tests.model.rights import LADDER
from tests.model.route import STATES, Place
from workflow.commands import routes
from workflow.models import Posting, Route

RULES = {
    "agri_dispersed": "any",
    "agri_concentrated": "all",
    "kin_reliance": "k_of_n",
    "self_employment": "weighted",
    "annual_compensation": "in_order",
}
MODES = {name: mode for mode, name in RULES.items()}
CARRIES = ("in_order", "any")  # rules whose routes carry the same person's decision forward
ALSO = {"clerk": "town_reviewer", "vice_leader": "village_reviewer", "finance_preparer": "finance_reviewer"}
SEATED = (
    "clerk",
    "clerk_2",
    "village_group_leader",
    "village_reviewer",
    "town_reviewer",
    "vice_leader",
    "chair",
    "county_officer",
    "receiving_village",
    "receiving_town",
    "finance_preparer",
    "finance_reviewer",
    "archive_keeper",
    "contact_cadre",
    "route_keeper",
)
POSTS = {  # that somebody leaves or gets while the case runs
    "clerk": builders.HOME_TOWN,
    "town_reviewer": builders.HOME_TOWN,
    "village_reviewer": builders.HOME_VILLAGE,
    "vice_leader": builders.HOME_TOWN,
    "finance_reviewer": builders.COUNTY,
}
CODES = {"town_reviewer": builders.HOME_TOWN, "village_reviewer": builders.HOME_VILLAGE}
UNITS = {
    "home_group": builders.HOME_GROUP,
    "home_village": builders.HOME_VILLAGE,
    "home_town": builders.HOME_TOWN,
    "county": builders.COUNTY,
    "partner_village": builders.PARTNER_VILLAGE,
    "partner_town": builders.PARTNER_TOWN,
}


def stages(rule: str, version: int = 1) -> dict[str, Any]:
    """The light route, wider: the chair confirms what the chair may just have approved, the receiving side is asked one
    after another, some plans are open to bulk. Version 2 asks less here, more there, and gives the leader more time."""
    found: dict[str, Any] = light.stages(rule)
    review, signing, final = found["in_review"], found["signing"], found["final_check"]
    confirm = light.plan("confirm", "chair", "home_town", "approve", "members")
    signing["confirming"] = ("signing", [light.group("confirm", confirm)])
    receiving, hands = signing["signing"][1]
    receiving["rule"] = "in_order"
    if rule in ("k_of_n", "weighted"):
        hands |= {"rule": rule, "threshold": 2}  # of the clerks who are there when it opens
    for group in (*review["review"][1], *review["aside"][1], hands):
        for plan in group["plans"]:
            plan["bulk"] = True
    if version == 2:
        review["review"][1][0]["plans"][0]["lead"] = 9
        review["aside"][1][0]["plans"][0]["aspects"] = ["text"]
        receiving["plans"] = receiving["plans"][:1]
        stamp = light.plan("stamp", "archive_keeper", "county", "collect")
        final["filing"] = ("final_check", [light.group("stamped", stamp), *final["filing"][1]])
        del signing["confirming"]
    return found


def publish(world: builders.World, mode: str, version: int) -> int:
    """Publish a version of the route for a mode in the home town, nearer than the county's. Its row."""
    rule = RULES[mode]
    content = light.written(stages(rule, version), policies={"repeats": "carry" if rule in CARRIES else "ask"})
    unit = world.units[builders.HOME_TOWN]
    routes.install(content, kind="agreements.Agreement", mode=mode, unit=unit, now=world.now)
    return int(Route.objects.get(mode=mode, unit=unit, status=Route.PUBLISHED).pk)


def settle_in(world: builders.World) -> None:
    """One route per rule, and people who wear two hats that do not go together."""
    for mode in RULES:
        publish(world, mode, 1)
    for person, role in ALSO.items():
        light.give(world, person, role, CODES.get(role, builders.COUNTY))


def posts(world: builders.World) -> dict[str, dict[str, str]]:
    """Who holds which role where, in order of the rows."""
    names = {user.pk: name for name, user in world.people.items() if name in SEATED}
    found = Posting.objects.filter(user__in=names).order_by("user_id").values_list("user_id", "role", "unit__code")
    held: dict[str, dict[str, str]] = {}
    for pk, role, code in found:
        held.setdefault(names[pk], {})[role] = code
    return held


def places(rule: str, version: int = 1) -> dict[str, Place]:
    """Every group by its key, in order, for the model."""
    found, route = {}, stages(rule, version).items()
    for state, track, (opens, groups) in ((state, key, one) for state, tracks in route for key, one in tracks.items()):
        for position, group in enumerate(groups):
            where = STATES.index(state), track, STATES.index(opens), position
            plans = [as_given(plan, group["rule"]) for plan in group["plans"]]
            needs = 1 if group["rule"] == "any" else group["threshold"]
            to = group["on_refuse"] or "draft", groups[0]["key"]
            found[group["key"]] = Place(group["key"], *where, {**group, "plans": plans}, needs, to)
    return found


def as_given(plan: dict[str, Any], rule: str) -> dict[str, Any]:
    """With as many votes as it weighs where the rule weighs them, and whose turn it is: its role, then superiors."""
    votes = plan.get("weight", 1) if rule == "weighted" else 1
    ladder = list(dict.fromkeys((plan["role"], *LADDER)))
    return {**plan, "votes": votes, "ladder": ladder, "aspects": frozenset(plan["aspects"])}


def given(world: builders.World, rule: str, persons: int) -> tuple[Any, ...]:
    """Everything the model is given."""
    people = People(posts(world), UNITS, set(), "clerk", "contact_cadre", rule in CARRIES)
    return places(rule), {"persons": persons}, people
