"""A refused form stands again on its own page: the reason at its field, what was typed still there, its limits said."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests import builders
from tests.workflow.test_pages import signed_in
from tests.workflow.test_signers import at_town_review
from workflow import clock, errors
from workflow.commands import cases, steps
from workflow.models import Decision, Hold, Posting, Promise, SavedView, Substitution, Supervision, User

Sent = tuple[str, str, dict[str, object], str, str]  # who posts, where to, what, the field refused, the words kept
LONG_AFTER = "2999-01-01"


def _lent(world: builders.World) -> Sent:
    post = Posting.objects.get(user=world.town_reviewer)
    form = {"posting": post.pk, "substitute": world.clerk_2.pk, "until": LONG_AFTER, "reason": "去省城开会"}
    return "town_reviewer", "/substitutions/lend", form, "until", "去省城开会"


def _ordered(world: builders.World) -> Sent:
    _case, step = at_town_review(world)
    form = {"demand": "三日内办结", "due": str(clock.today() - timedelta(days=1)), "key": "k"}
    return "vice_leader", f"/steps/{step.pk}/supervise", form, "due", "三日内办结"


def _promised(world: builders.World) -> Sent:
    _case, step = at_town_review(world)
    form = {"promised_on": str(clock.today() - timedelta(days=1)), "note": "等会议纪要", "key": "k"}
    return "town_reviewer", f"/steps/{step.pk}/promise", form, "promised_on", "等会议纪要"


def _held(world: builders.World) -> Sent:
    case, _step = at_town_review(world)
    form = {"cause": "", "text": "等资金到位", "key": "k"}
    return "clerk", f"/cases/{case.reference}/hold", form, "cause", "等资金到位"


def _person(world: builders.World) -> Sent:
    form = {"full_name": "新来的", "username": "clerk", "password": "a-long-password-1", "email": "x@sample.invalid"}
    return "security_admin", "/people/add", form, "username", "x@sample.invalid"


def _view(world: builders.World) -> Sent:
    return "clerk", "/desk/views", {"name": "  ", "query": "tab=mine&light=red"}, "name", "light=red"


@pytest.mark.parametrize("form", [_lent, _ordered, _promised, _held, _person, _view])
def test_a_refused_form_stands_again_with_what_was_typed(
    world: builders.World, form: Callable[[builders.World], Sent]
) -> None:
    who, to, sent, field, kept = form(world)
    answer = signed_in(world.people[who]).post(to, sent)
    page = answer.content.decode()
    assert answer.status_code in (409, 422)
    assert f'id="{field}-e" role="alert"' in page
    assert page.count('aria-invalid="true"') == 1
    assert kept in page
    for written in (Substitution, Supervision, Promise, Hold, SavedView):
        assert not written.objects.exists()
    assert not User.objects.filter(full_name="新来的").exists()


def test_the_limit_of_a_loan_is_said(world: builders.World) -> None:
    who, to, sent, _field, _kept = _lent(world)
    page = signed_in(world.people[who]).post(to, sent | {"until": str(clock.today() + timedelta(days=400))})
    assert str(clock.today() + timedelta(days=366)) in page.content.decode()
    assert "2199" in signed_in(world.people[who]).post(to, sent).content.decode()


def test_a_return_names_its_reason_and_none_is_chosen_beforehand(world: builders.World) -> None:
    case, step = at_town_review(world)
    with pytest.raises(errors.InvalidInput) as refused:
        steps.decide(step.pk, actor=world.town_reviewer, verdict="return", comment="改", to="drafter")
    assert refused.value.at == "reason_code"
    client = signed_in(world.town_reviewer)
    for page in (
        client.get(f"/cases/{case.reference}/"),
        client.post("/steps/bulk/preview", {"step": [step.pk], "verb": "return"}),
    ):
        choice = page.content.decode().split('name="reason_code"')[1].split("</select>")[0]
        assert choice.partition(">")[2].strip().startswith('<option value="">')
        assert "selected" not in choice
    several = client.post("/steps/bulk/return", {"step": [step.pk], "comment": "改", "to": "drafter", "key": "k"})
    assert several.status_code == 422
    assert not Decision.objects.filter(step=step).exists()
    htmx = client.post(
        f"/steps/{step.pk}/decide",
        {"verdict": "return", "comment": "改", "to": "drafter"},
        headers={"HX-Request": "true"},
    )
    assert 'data-at="reason_code"' in htmx.content.decode()


def test_a_hold_names_its_cause_and_another_one_is_described(world: builders.World) -> None:
    case, _step = at_town_review(world)
    for values, field in (({"cause": ""}, "cause"), ({"cause": "other"}, "text"), ({"cause": "x"}, "cause")):
        with pytest.raises(errors.InvalidInput) as refused:
            cases.hold(case.pk, actor=world.clerk, **values)
        assert refused.value.at == field
    page = signed_in(world.clerk).get(f"/cases/{case.reference}/").content.decode()
    choice = page.split('name="cause" required>')[1].split("</select>")[0]
    assert choice.strip().startswith('<option value="">') and "selected" not in choice


def test_a_second_order_on_a_step_leads_to_the_one_that_stands(world: builders.World) -> None:
    _case, step = at_town_review(world)
    client, path = signed_in(world.vice_leader), f"/steps/{step.pk}/supervise"
    assert 'name="demand"' in client.get(path).content.decode()
    form = {"demand": "三日内办结", "due": str(clock.today()), "key": "k"}
    done = client.post(path, form, follow=True).content.decode()
    order = Supervision.objects.get()
    assert "三日内办结" in done
    assert done.count('class="success') == 1  # the page says so, and the browser forgets what was typed
    again = client.get(path).content.decode()
    assert str(order) in again and 'name="demand"' not in again
