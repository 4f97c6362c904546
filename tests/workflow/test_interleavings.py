"""Every interleaving of a decision with what else may happen to its case at the same moment (P1, P2, P6, P7).

`make prove` stops the clients before every statement that takes a lock, `make test` only before those on tables that
both touch: the others commute, so the outcomes are the same."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest

from tests import builders, invariants, light
from tests.interleaving import Explored, explore
from workflow import clock, outbox
from workflow.commands import deadlines, routes, steps
from workflow.errors import Refusal
from workflow.models import Case, Notice, Route, Step, plan
from workflow.rules import routedoc

MODE = "agri_dispersed"
WHO = {
    "draft": "clerk",
    "leader": "village_group_leader",
    "village": "village_reviewer",
    "town": "town_reviewer",
    "side": "county_officer",
}
LATER = builders.at("2026-03-30")


@pytest.fixture
def county(live_world: builders.World) -> builders.World:
    """A committed county with a light route whose panel needs everybody."""
    light.route(live_world, MODE, "all")
    return live_world


def at_panel(world: builders.World, *done: str) -> Case:
    """A case whose panel is asked; `done` have already approved."""
    Step.objects.filter(state="open").update(due="2099-01-01")  # cases of earlier schedules are nobody's business
    case = light.agreement(world, MODE)
    for name in ("draft", "leader", "side", *done):
        decide(world, case, name, WHO[name])()
    return case


def decide(world: builders.World, case: Case, name: str, person: str, **how: Any) -> Callable[[], Any]:
    """A call that decides the open step of a plan."""
    step, how = builders.open_step(case, name), {"verdict": "approve"} | how
    return partial(steps.decide, step.pk, actor=world.people[person], **how)


def tell(what: str, found: Explored) -> None:
    """How much was tried; shown with -rP."""
    print(f"{what}: {found}")


def check(case: Case, results: Sequence[Any], won: int) -> None:
    """The invariants, and how many of the two got their way; the others a plain refusal."""
    assert sum(isinstance(result, dict) for result in results) == won, results
    assert all(isinstance(result, dict | Refusal) for result in results), results
    invariants.holds(case.pk, clock.today())


class Scene:
    """Builds a fresh case for each schedule and remembers it for the check."""

    def __init__(self, build: Callable[[], tuple[Case, list[Callable[[], Any]]]]) -> None:
        self.build, self.case = build, Case()

    def __call__(self) -> list[Callable[[], Any]]:
        self.case, calls = self.build()
        return calls


def test_decide_with_decide_on_one_step(county: builders.World) -> None:
    light.second(county, "village_2", "village_reviewer", builders.HOME_VILLAGE)

    def build() -> tuple[Case, list[Callable[[], Any]]]:
        case = at_panel(county)
        return case, [decide(county, case, "village", who) for who in ("village_reviewer", "village_2")]

    scene = Scene(build)
    tell("decide with decide, one step", explore(scene, lambda results: check(scene.case, results, won=1)))


def test_decide_with_decide_on_two_steps_of_a_group(county: builders.World) -> None:
    def build() -> tuple[Case, list[Callable[[], Any]]]:
        case = at_panel(county)
        return case, [
            decide(county, case, "village", "village_reviewer"),
            decide(county, case, "town", "town_reviewer"),
        ]

    def both(results: Sequence[Any]) -> None:
        check(scene.case, results, won=2)
        assert Step.objects.filter(case=scene.case, state="open", plan__in=["vice", "chair"]).count() == 2

    scene = Scene(build)
    tell("decide with decide, two steps", explore(scene, both))


def test_decide_with_return(county: builders.World) -> None:
    def build() -> tuple[Case, list[Callable[[], Any]]]:
        case = at_panel(county)
        back = decide(
            county,
            case,
            "town",
            "town_reviewer",
            verdict="return",
            reason_code="other",
            to="draft",
            comment="改",
            resume="again",
        )
        return case, [decide(county, case, "village", "village_reviewer"), back]

    def check_both(results: Sequence[Any]) -> None:
        check(scene.case, results, won=sum(isinstance(result, dict) for result in results))
        assert isinstance(results[1], dict)  # the approval first or not at all: the panel still needs the town
        assert Case.objects.get(pk=scene.case.pk).state == "draft"

    scene = Scene(build)
    tell("decide with return", explore(scene, check_both))


def test_decide_with_add_signer(county: builders.World) -> None:
    light.second(county, "town_2", "town_reviewer", builders.HOME_TOWN)

    def build() -> tuple[Case, list[Callable[[], Any]]]:
        case = at_panel(county, "village")  # the town's vote would pass the panel
        step = builders.open_step(case, "town")
        ask = partial(steps.add_signer, step.pk, actor=county.town_2, users=[county.clerk_2.pk], where="beside")
        return case, [decide(county, case, "town", "town_reviewer"), ask]

    def check_both(results: Sequence[Any]) -> None:
        asked = isinstance(results[1], dict)
        check(scene.case, results, won=1 + asked)
        assert isinstance(results[0], dict)
        waits_for = {"town"} if asked else {"vice", "chair"}  # the signer beside first, or the next group
        opened = Step.objects.filter(case=scene.case, state="open", round__track="review")
        assert set(opened.values_list("plan", flat=True)) == waits_for

    scene = Scene(build)
    tell("decide with add signer", explore(scene, check_both))


def test_decide_with_hand_over(county: builders.World) -> None:
    light.second(county, "town_2", "town_reviewer", builders.HOME_TOWN)

    def build() -> tuple[Case, list[Callable[[], Any]]]:
        case = at_panel(county)
        steps.claim(builders.open_step(case, "town").pk, actor=county.town_reviewer)
        leave = partial(steps.hand_over, county.town_reviewer, county.town_2, actor=county.security_admin)
        return case, [decide(county, case, "town", "town_reviewer"), leave]

    def check_both(results: Sequence[Any]) -> None:
        decided, lines = results
        check(scene.case, [decided], won=int(isinstance(decided, dict)))
        step = Step.objects.get(case=scene.case, plan="town")
        moved = [line for line in lines if line.step_id == step.pk and line.done]
        assert bool(moved) != isinstance(decided, dict), results  # decided by the leaver, or moved, never both
        assert (step.state, step.holder) == (("open", county.town_2) if moved else ("approved", county.town_reviewer))

    scene = Scene(build)
    tell("decide with hand-over", explore(scene, check_both))


def test_decide_with_sweep(county: builders.World) -> None:
    def build() -> tuple[Case, list[Callable[[], Any]]]:
        case = at_panel(county, "village")  # the town's vote passes the panel and opens the approval
        Notice.objects.filter(word="reminder").update(superseded_at=LATER)
        now = clock.now()
        due = clock.date_of(now)
        Step.objects.filter(case=case, state="open").update(due=due, opened_at=builders.at("2026-03-02"))
        return case, [decide(county, case, "town", "town_reviewer"), partial(sweep, now)]

    def sweep(now: Any) -> dict[str, int]:
        return {"written": deadlines.sweep_all(now).reminders}

    def check_both(results: Sequence[Any]) -> None:
        check(scene.case, results, won=2)
        deadlines.sweep_all(clock.now())  # what was locked waits for the next minute
        vice = builders.open_step(scene.case, "vice")
        Step.objects.filter(pk=vice.pk).update(due=clock.today())
        assert deadlines.sweep_all(clock.now()).reminders > 0
        live = outbox.live(Notice.objects.filter(case=scene.case, word="reminder"))
        assert set(live.values_list("step__plan", flat=True)) == {"vice"}

    scene = Scene(build)
    tell("decide with sweep", explore(scene, check_both))


def test_decide_with_publish(county: builders.World) -> None:
    def build() -> tuple[Case, list[Callable[[], Any]]]:
        keeper = county.route_keeper
        for left_over in Route.objects.filter(status=Route.DRAFT):
            routes.discard(left_over.pk, actor=keeper)
        light.route(county, MODE, "all")
        case = at_panel(county)
        full = Route.objects.get(mode=MODE, unit=county.units[builders.COUNTY], status=Route.PUBLISHED)
        draft = routes.bring_in(case.route_id, routedoc.document_of(plan.spec(full.pk)), actor=keeper)
        plan.forget()  # a process that has just started reads the route while it is replaced
        publish = partial(routes.publish, draft.pk, actor=keeper, seen=draft.digest, provisional=True, now=county.now)
        return case, [decide(county, case, "village", "village_reviewer"), publish]

    def check_both(results: Sequence[Any]) -> None:
        decided, published = results
        check(scene.case, [decided], won=1)
        assert published.status == Route.PUBLISHED
        assert Case.objects.get(pk=scene.case.pk).route_id == scene.case.route_id != published.pk
        assert Step.objects.get(case=scene.case, plan="village").state == "approved"
        assert builders.open_step(scene.case, "town")  # still the panel of the old version

    scene = Scene(build)
    tell("decide with publish", explore(scene, check_both, reads=True))
