"""Every rule x every way of saying no x every place: what is said before the click is what the engine then does."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any

import pytest
from django.db import transaction

from tests import builders, light
from workflow import rights
from workflow.commands import routes, steps
from workflow.models import Case, Round, Step, User
from workflow.queries import actions, aftermath, consequences
from workflow.queries.aftermath import Aftermath
from workflow.rules.effects import APPROVE, REFUSE, RESUMES, RETURN, RULES

MODE = "agri_dispersed"
OUTCOMES = {"open": "", "passed": "passed", "failed": "refused", "sent_back": "returned"}
SIGNED = ("draft", "in_review", "approval", "side", "receiving", "signing", "hands", "moved", "prepared", "filed")
PASSED_FIRST = {  # by place: what passes before its panel is asked, beside what opens by itself
    "in_review": ("draft",),
    "signing": ("draft", "in_review", "approval", "side", "receiving", "prepared"),
    "final_check": SIGNED,
    "money": SIGNED,
}
PLACES = tuple(PASSED_FIRST)
SITUATIONS = ("nobody", "one_approved", "one_refused", "signer_before", "signer_after", "signer_beside", "opinion")


def panel(key: str, rule: str, on_refuse: str = "") -> dict[str, Any]:
    """Three reviewers who decide by this rule, wherever it stands."""
    found = light.panel(rule) | {"key": key, "on_refuse": on_refuse}
    found["plans"] = [plan | {"key": f"{key}_{plan['key']}"} for plan in found["plans"]]
    return found


def document(rule: str) -> dict[str, Any]:
    """A panel under the rule in review beside the county's check, in signing beside the money, after signing, and in
    the money's own track, which opens two states before the one it gates."""
    found = light.stages(rule)
    review, side = found["in_review"]["review"], found["in_review"]["aside"]
    review[1][0] = panel("in_review", rule, on_refuse="draft")
    review[1][1] |= {"on_refuse": "in_review"}
    receiving, hands = found["signing"]["signing"][1]
    found["signing"]["signing"] = ("signing", [receiving, panel("signing", rule, on_refuse="side"), hands])
    moved = light.group("moved", light.plan("moved", "police_liaison", "partner_town", "collect"))
    prepared = found["final_check"]["money"][1][0]
    filed = found["final_check"]["filing"][1][0]
    return light.written(
        {
            "draft": found["draft"],
            "in_review": {"review": review, "aside": side},
            "signing": found["signing"],
            "account_transfer": {"transfer": ("account_transfer", [moved])},
            "final_check": {
                "money": ("signing", [prepared, panel("money", rule)]),
                "filing": ("final_check", [filed, panel("final_check", rule, on_refuse="moved")]),
            },
        }
    )


@pytest.fixture
def person(world: builders.World) -> dict[str, User]:
    """Who adds no vote of their own: a signer and an adviser."""
    town = world.units[builders.HOME_TOWN]
    return {name: builders.user(name, "town_reviewer", town) for name in ("signer", "adviser")}


def at_panel(world: builders.World, rule: str, place: str) -> Case:
    unit = world.units[builders.HOME_TOWN]
    routes.install(document(rule), kind="agreements.Agreement", mode=MODE, unit=unit, now=world.now)
    case = light.agreement(world, MODE, area_changes=True)
    for group in PASSED_FIRST[place]:
        while found := asked(case, group):
            steps.decide(found[0].pk, actor=who(world, found[0]), verdict=APPROVE)
    assert asked(case, place)
    return Case.objects.get(pk=case.pk)


def asked(case: Case, group: str) -> list[Step]:
    return list(Step.objects.filter(case=case, round__group=group, state="open").order_by("id"))


def who(world: builders.World, step: Step) -> User:
    return step.holder or builders.holder(world, step)


def arrange(world: builders.World, case: Case, place: str, situation: str, person: dict[str, User]) -> Step:
    """The situation, and the step that is decided in it."""
    first = asked(case, place)[0]
    holder = who(world, first)
    if situation == "opinion":
        other = asked(case, place)[-1]
        steps.delegate(other.pk, actor=who(world, other), to=person["adviser"].pk)
        return first
    if situation.startswith("signer_"):
        where = situation.removeprefix("signer_")
        steps.add_signer(first.pk, actor=holder, users=[person["signer"].pk], where=where, comment="同意")
        return Step.objects.get(case=case, state="open", holder=person["signer"])
    verdict = {"one_approved": APPROVE, "one_refused": REFUSE}.get(situation)
    if verdict:
        steps.decide(first.pk, actor=holder, verdict=verdict, comment="理由")
    return (asked(case, place) or [first])[0]


def ways(world: builders.World, step: Step) -> list[tuple[str, str, str]]:
    """Every verdict, point and way of resuming that this step has; none where it ended, or waits for somebody."""
    found = actions.look(who(world, step), step.pk, builders.today_of(world))
    if rights.why_not(found, actions.step_in(found, step.pk)):
        return []
    points = [place.group.key for place in rights.return_points(found, actions.step_in(found, step.pk).round)]
    returns = [(RETURN, to, resume) for to, resume in product(points, RESUMES)]
    return [(APPROVE, "", "with_me"), (REFUSE, "", "with_me"), *returns]


@contextmanager
def what_if() -> Iterator[None]:
    """Everything done in here is undone again."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def standing(case: Case) -> set[int]:
    return set(Round.objects.filter(case=case, outcome="passed", void=False, parent=None).values_list("pk", flat=True))


def live(case: Case) -> set[int]:
    return set(Round.objects.filter(case=case, closed_at=None, parent=None).values_list("pk", flat=True))


def compare(world: builders.World, step: Step, way: tuple[str, str, str]) -> Aftermath:
    """Ask what it will do, do it, and hold the two together."""
    case, (verdict, to, resume) = step.case, way
    actor = who(world, step)
    found = actions.look(actor, step.pk, builders.today_of(world))
    mine = actions.step_in(found, step.pk)
    said = aftermath.of(found, mine, verdict, to, resume)
    assert consequences.of(found, mine, verdict, to, resume)
    waiting = set(Step.objects.filter(case=case, state="open").exclude(pk=step.pk).values_list("pk", flat=True))
    root, counted, running = aftermath.seats.root(found, mine.round), standing(case), live(case)
    reason = {} if verdict == APPROVE else {"comment": "理由", "reason_code": "other"}
    steps.decide(step.pk, actor=actor, verdict=verdict, to=to, resume=resume, **reason)
    ended = set(Step.objects.filter(pk__in=waiting, state="cancelled").values_list("pk", flat=True))
    after = Round.objects.get(pk=root.pk)
    assert (after.outcome, after.return_to) == (OUTCOMES[said.result], said.to.group.key if said.to else "")
    assert ended == {one.pk for one in said.cancelled}
    assert running - live(case) - {root.pk} == {one.pk for one, _steps in said.aside}
    assert counted - standing(case) == {one.pk for one in said.void}
    for place in said.standing:
        assert Round.objects.get(case=case, group=place.group.key, closed_at__isnull=False, void=False)
    if said.to and said.to.group.key != root.group:
        again = Round.objects.filter(case=case, group=root.group, closed_at=None, parent=None).exists()
        assert again == said.goes_on
    fresh = Step.objects.filter(round_id=root.pk, state="open").exclude(pk__in=waiting | {step.pk}).exists()
    assert fresh == said.opens_next
    return said


@pytest.mark.spread
@pytest.mark.parametrize(("rule", "place"), list(product(RULES, PLACES)))
def test_what_is_said_is_what_happens(world: builders.World, person: dict[str, User], rule: str, place: str) -> None:
    case, said = at_panel(world, rule, place), []
    for situation in SITUATIONS:
        with what_if():
            step = arrange(world, case, place, situation, person)
            for way in ways(world, step):
                with what_if():
                    said.append(compare(world, step, way))
    assert {one.result for one in said} >= {"open", "failed", "sent_back"}
    for field in ("ended", "aside", "void"):
        assert any(getattr(one, field) for one in said), field
    assert any(one.standing for one in said) == (place != "in_review")  # there nothing has passed behind the draft
    assert any(one.goes_on for one in said) == (place == "money")  # its track stays open wherever it goes back to
