"""What the check before publishing says about missing holders is what the engine then does, role by role."""

from dataclasses import replace

import pytest

from agreements.models import Agreement
from tests import builders
from tests.builders import World
from tests.workflow.test_routecheck import draft, places
from workflow import reach
from workflow.commands import routes
from workflow.models import Posting, Route
from workflow.models.plan import spec as published
from workflow.routechecks import Posts, check
from workflow.rules import asking, routedoc

ROLES = sorted({plan["role"] for address, plan in routedoc.parts(builders.policy()) if address.startswith("plan:")})


@pytest.mark.parametrize("role", ROLES)
def test_the_check_names_those_whom_the_engine_would_ask(world: World, role: str) -> None:
    Posting.objects.filter(role=role).delete()
    route = Route.objects.get(mode="agri_dispersed", status=Route.PUBLISHED)
    spec, today = published(route.pk), builders.today_of(world)
    strict = replace(spec, nobody=asking.STOP_PUBLISH)
    plans = [plan for _place, plan in spec.plans.values() if plan.role == role]
    assert plans
    for plan in plans:
        code = Agreement.unit_code(plan.resolver, builders.HOME_GROUP, builders.PARTNER_GROUP)
        assert code is not None

        def able(one: str, code: str = code) -> tuple[bool, bool]:
            found = bool(reach.authorities_over(one, code, today))
            return found, found

        asked = asking.whom_to_ask(plan, able)
        people = {a.user.pk for a in reach.authorities_over(asked.role, code, today)}
        assert set(Posts(route, spec, today).asked(plan, code)) == people
        assert asked.why == asking.NOBODY
        assert Posts(route, strict, today).asked(plan, code) == ()


@pytest.mark.parametrize("role", ROLES)
def test_stop_publish_blocks_wherever_a_superior_would_be_asked(world: World, role: str) -> None:
    made, today = draft(world), builders.today_of(world)
    Posting.objects.filter(role=role).delete()
    eased = check(made, today)
    routes.edit(
        made.pk,
        lambda document: document | {"policies": {"nobody": asking.STOP_PUBLISH}},
        actor=world.route_keeper,
        now=world.now,
    )
    made.refresh_from_db()
    mine = {address for address, plan in routedoc.parts(made.document) if plan.get("role") == role}
    missing = {address for address in places(check(made, today)) if address.startswith("plan:")}
    assert missing == mine
    told = {*places(eased), *places(eased, blocking=False)}
    assert mine <= told
