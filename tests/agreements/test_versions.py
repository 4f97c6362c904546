"""Versions side by side: what a hand-in changed, after which return."""

from agreements.commands import agreements
from agreements.queries import versions
from tests import builders
from tests.agreements import families
from workflow.commands import steps
from workflow.models import Round


def test_the_second_version_names_the_change_and_the_return_it_answers(world: builders.World) -> None:
    case = families.walk(world, families.draft(world), "in_review")
    assert versions.compare(case, Round.objects.filter(case=case)) is None
    step = builders.open_step(case, "group_opinion")
    steps.decide(
        step.pk,
        actor=world.village_group_leader,
        verdict="return",
        reason_code="other",
        to="draft",
        comment="份数不对",
        now=families.later(case),
    )
    case = families.again(case)
    before = case.copies
    agreements.edit(case.pk, actor=world.clerk, fields={"copies": before + 2}, now=families.later(case))
    case = families.walk(world, families.again(case), "in_review")
    found = versions.compare(families.again(case), Round.objects.filter(case=case))
    assert found is not None
    assert [version.number for version in found.versions] == [1, 2]
    assert found.versions[1].returned == "village_group_leader: 份数不对"
    assert found.rows == [("协议份数", [str(before), str(before + 2)])]
