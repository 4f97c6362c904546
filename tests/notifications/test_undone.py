"""What was decided and taken back is in a digest once, whenever the digest went out."""

from datetime import timedelta

import pytest

from notifications.models import BundleItem
from tests import builders
from tests.notifications.test_relay import OPENED, morning, say_all
from workflow.commands import steps
from workflow.models import Case, Step


@pytest.mark.parametrize("sent_before", [False, True])
def test_digests_ask_once_for_what_was_decided_and_undone(world: builders.World, sent_before: bool):
    case = builders.walk(world, builders.agreement(world, now=OPENED), "in_review")
    step = builders.open_step(case, "group_opinion")
    now = Case.objects.get(pk=case.pk).last_event_at
    if sent_before:
        say_all(morning("2026-03-03"))
        now = morning("2026-03-03") + timedelta(hours=1)
    steps.decide(step.pk, actor=world.village_group_leader, verdict="approve", now=now)
    steps.take_back(step.pk, actor=world.village_group_leader, now=now + timedelta(seconds=9))
    for day in ("2026-03-03", "2026-03-04"):
        say_all(morning(day))
    asked = BundleItem.objects.filter(notice__word="step_opened")
    for person in (world.village_reviewer, world.village_group_leader):
        step_id = asked.values_list("notice__step", flat=True).get(bundle__recipient=person)
        assert Step.objects.get(pk=step_id).state == "open"
