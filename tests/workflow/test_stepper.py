"""The stepper of a case: the days in which a state was asked, and no others."""

from datetime import timedelta

from django.test import Client
from django.utils import translation

from tests import builders, light
from workflow import clock
from workflow.commands import steps
from workflow.models import Case, Round, Step
from workflow.queries import casepage
from workflow.queries.stepper import Stop
from workflow.rules import explain


def stop(world: builders.World, case: Case, state: str) -> Stop:
    """What the clerk reads about a state."""
    page = casepage.case_page(world.clerk, case.reference, now=clock.now())
    return next(one for one in page.stepper if one.state == state)


def review_began(case: Case, days: int) -> None:
    """As if everything so far had happened so many days ago."""
    at = clock.now() - timedelta(days=days)
    Round.objects.filter(case=case).update(opened_at=at)
    Round.objects.filter(case=case, closed_at__isnull=False).update(closed_at=at)


def returned(world: builders.World) -> tuple[Case, int]:
    """A case that lay in review for four weeks and went back to the drafter today; and the returner's step."""
    case = builders.walk(world, builders.agreement(world), "in_review")
    review_began(case, 28)
    step = builders.open_step(case, "village_opinion")
    steps.decide(
        step.pk, actor=world.village_reviewer, verdict="return", comment="改", reason_code="papers_missing", to="draft"
    )
    return case, step.pk


def test_the_drafter_is_not_charged_with_the_days_of_the_review(world: builders.World) -> None:
    case, _step = returned(world)
    draft = stop(world, case, "draft")
    assert (draft.days, draft.late, draft.again) == (0, False, True)


def test_a_return_taken_back_leaves_no_days_with_the_drafter_and_all_with_the_review(world: builders.World) -> None:
    case, step = returned(world)
    steps.take_back(step, actor=world.village_reviewer)
    draft, review = stop(world, case, "draft"), stop(world, case, "in_review")
    assert (draft.status, draft.days, draft.again) == ("done", 0, False)
    assert draft.left == clock.today() - timedelta(days=28)
    assert review.days >= 15 and not review.again


def test_an_opinion_asks_nothing_anew(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world), "in_review")
    light.second(world, "village_2", "village_reviewer", builders.HOME_VILLAGE)
    step = builders.open_step(case, "village_opinion")
    steps.delegate(step.pk, actor=world.village_reviewer, to=world.village_2.pk, question="看看")
    assert not stop(world, case, "in_review").again


def test_the_bar_of_a_state_is_red_when_its_step_is_late_though_the_state_has_days_left(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world), "in_review")
    review_began(case, 3)
    Step.objects.filter(case=case, state="open").update(due=clock.today())
    assert not casepage.case_page(world.clerk, case.reference, now=clock.now()).step_late
    Step.objects.filter(case=case, state="open").update(due=clock.today() - timedelta(days=1))
    page = casepage.case_page(world.clerk, case.reference, now=clock.now())
    assert page.step_late and not stop(world, case, "in_review").late
    client = Client()
    client.force_login(world.clerk)
    drawer = {"HX-Request": "true", "HX-Target": "drawer"}
    shown = client.get(f"/cases/{case.reference}/", headers=drawer).content.decode()
    assert 'class="bar late"' in shown
    assert "限 19 个工作日" in shown
    assert "村委会初审：village_reviewer" in shown


def test_holidays_are_named_in_the_readers_language() -> None:
    assert explain.holiday("中秋节、国庆节") == "中秋节、国庆节"
    with translation.override("en"):
        assert explain.holiday("中秋节、国庆节") == "Mid-Autumn Festival, National Day"
        assert explain.holiday("县庆") == "县庆"
