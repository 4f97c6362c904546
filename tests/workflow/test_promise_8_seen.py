"""P8: a decision carries the hashes of what its plan approves; if one changed since, it is refused and named."""

from functools import partial

import pytest

from tests import builders
from tests.concurrency import together
from workflow import errors
from workflow.commands import cases, steps
from workflow.models import Decision
from workflow.rules import canonical


def _change(world: builders.World, case_id: int, aspect: str) -> None:
    with cases.change(case_id, actor=world.clerk, verb="edit") as work:
        work.case.hashes = work.case.hashes | {aspect: canonical.digest("changed")}


@pytest.mark.parametrize("aspect", ["parties", "members", "amounts", "text"])
def test_a_changed_aspect_is_refused_and_named(world: builders.World, aspect: str) -> None:
    case = builders.agreement(world)
    seen = dict(case.hashes)
    _change(world, case.pk, aspect)
    with pytest.raises(errors.Stale) as refused:
        steps.decide(builders.open_step(case, "draft").pk, actor=world.clerk, verdict="approve", seen=seen)
    assert refused.value.detail["aspects"] == [aspect]
    assert not Decision.objects.filter(case=case).exists()


@pytest.mark.parametrize("aspect", ["papers", "transfers", "homestead", "payments"])
def test_other_aspects_do_not_disturb(world: builders.World, aspect: str) -> None:
    case = builders.agreement(world)
    seen = dict(case.hashes)
    _change(world, case.pk, aspect)
    result = steps.decide(builders.open_step(case, "draft").pk, actor=world.clerk, verdict="approve", seen=seen)
    assert result["state"] == "in_review"


def test_an_edit_and_an_approval_at_once_never_approve_the_unseen(live_world: builders.World) -> None:
    for _round in range(10):
        case = builders.agreement(live_world)
        step = builders.open_step(case, "draft")
        seen = dict(case.hashes)
        results = together(
            [
                partial(steps.decide, step.pk, actor=live_world.clerk, verdict="approve", seen=seen),
                partial(_change, live_world, case.pk, "members"),
            ]
        )
        decision = Decision.objects.filter(step=step).first()
        if decision:
            assert decision.seen["members"] == seen["members"]
        else:
            assert isinstance(results[0], errors.Stale)
