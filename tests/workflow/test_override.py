"""Override (特批): the chair, a written reason, the county told, a mark that stays; never against law or four eyes."""

from datetime import timedelta

import pytest

from tests import builders
from tests.workflow.test_pages import signed_in
from workflow import errors
from workflow.commands import cases, people, steps
from workflow.models import Case, Decision, Event, Notice, Posting, Round, Step
from workflow.rules import canonical

REASON = "移民局长会议纪要第八号, 情况紧急"


def _in_review(world: builders.World, *plans: str) -> Case:
    case = builders.walk(world, builders.agreement(world), "in_review")
    for plan in plans:
        builders.approve(world, case, plan)
    return case


def test_the_chair_passes_the_group_and_the_mark_stays_to_the_end(world: builders.World) -> None:
    case = _in_review(world)
    done = cases.override(case.pk, actor=world.chair, reason=REASON, key="o1")
    assert done["group"] == "village_review"
    skipped = Step.objects.filter(pk__in=done["skipped"])
    assert {(s.state, s.close_reason) for s in skipped} == {("skipped", "override")}
    live = Round.objects.get(case=case, group="village_review")
    assert (live.outcome, live.override_by, live.reason) == ("passed", world.chair, REASON)
    assert Step.objects.filter(case=case, state="open").values_list("plan", flat=True)[0] == "public_notice"
    assert not Decision.objects.filter(step__in=skipped).exists()
    event = Event.objects.get(kind="case.overridden")
    assert (event.actor, REASON in event.body) == (world.chair, False)
    builders.walk(world, case)
    assert Case.objects.get(pk=case.pk).overrides == 1


def test_the_county_is_told_and_so_are_those_passed_over(world: builders.World) -> None:
    case = _in_review(world)
    cases.override(case.pk, actor=world.chair, reason=REASON)
    told = set(Notice.objects.filter(word="overridden").values_list("recipient__username", flat=True))
    assert told >= {"county_officer", "clerk", "village_reviewer", "village_group_leader"}


def test_without_anybody_at_the_county_to_be_told_there_is_no_override(world: builders.World) -> None:
    case = _in_review(world)
    posts = Posting.objects.filter(role="county_officer")
    posts.update(valid_until="2026-01-01")
    with pytest.raises(errors.NobodyToTell) as refused:
        cases.override(case.pk, actor=world.chair, reason=REASON)
    assert "县" in str(refused.value) and Case.objects.get(pk=case.pk).overrides == 0
    county = world.units[builders.COUNTY]
    since = builders.date(2020, 1, 1)
    Posting.objects.create(user=world.chair, role="county_officer", unit=county, valid_from=since)
    with pytest.raises(errors.NobodyToTell):  # nobody is told who does it
        cases.override(case.pk, actor=world.chair, reason=REASON)
    posts.exclude(user=world.chair).update(valid_until=None)
    cases.override(case.pk, actor=world.chair, reason=REASON)
    assert Notice.objects.filter(word="overridden", recipient=world.county_officer).exists()


def test_only_the_chair_over_the_home_unit_and_only_with_a_reason(world: builders.World) -> None:
    case = _in_review(world)
    for person in (world.vice_leader, world.county_officer, world.town_reviewer):
        with pytest.raises(errors.NotAllowed):
            cases.override(case.pk, actor=person, reason=REASON)
    with pytest.raises(errors.NotFound):
        cases.override(case.pk, actor=world.stranger, reason=REASON)
    for reason in ("", "   ", "同意"):
        with pytest.raises(errors.ReasonRequired):
            cases.override(case.pk, actor=world.chair, reason=reason)
    assert Case.objects.get(pk=case.pk).overrides == 0


def test_what_the_law_needs_is_not_waived(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world, open_objections=1), "in_review")
    for plan in ("group_opinion", "village_opinion"):
        builders.approve(world, case, plan)
    with pytest.raises(errors.Unmet):  # the public notice has an open objection
        cases.override(case.pk, actor=world.chair, reason=REASON)
    assert Step.objects.filter(case=case, plan="public_notice", state="open").exists()


def test_a_guard_of_the_lifecycle_refuses_and_nothing_is_written(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world), "signing")
    for plan in ("receiving_village", "receiving_town", "signatures"):
        builders.approve(world, case, plan)
    with builders.changed_facts(case, world.clerk, Case.objects.get(pk=case.pk).last_event_at, all_signed=False):
        pass
    with pytest.raises(errors.LawForbids):
        cases.override(case.pk, actor=world.chair, reason=REASON)
    assert Case.objects.get(pk=case.pk).state == "signing"
    assert Case.objects.get(pk=case.pk).overrides == 0


def test_four_eyes_holds_for_the_chair_too_before_and_afterwards(world: builders.World) -> None:
    case = _in_review(world)
    cases.override(case.pk, actor=world.chair, reason=REASON)
    for plan in ("public_notice", "town_review"):
        builders.approve(world, case, plan)
    with pytest.raises(errors.Recused):  # passed the village's group of this stage: no other group of it
        cases.override(case.pk, actor=world.chair, reason=REASON)
    with pytest.raises(errors.Recused):
        steps.decide(
            builders.open_step(case, "chair_approval").pk, actor=world.chair, verdict="approve", document_no="1"
        )
    builders.approve(world, case, "vice_approval")
    assert Case.objects.get(pk=case.pk).state == "signing"


def test_the_chair_who_wrote_the_text_cannot_pass_it(world: builders.World) -> None:
    case = _in_review(world)
    with cases.change(case.pk, actor=world.clerk, verb="test") as work:
        work.case.authors = work.case.authors | {"members": [world.chair.pk]}
    with pytest.raises(errors.Recused):
        cases.override(case.pk, actor=world.chair, reason=REASON)


def test_a_substitute_overrides_in_both_names(world: builders.World) -> None:
    case = _in_review(world)
    posting = Posting.objects.get(user=world.chair)
    until = builders.today_of(world) + timedelta(days=300)
    people.lend(posting.pk, actor=world.chair, substitute=world.clerk_2, until=until, now=world.now)
    cases.override(case.pk, actor=world.clerk_2, reason=REASON, now=Case.objects.get(pk=case.pk).last_event_at)
    live = Round.objects.get(case=case, group="village_review")
    assert (live.override_by, live.override_for) == (world.clerk_2, world.chair)


def test_drafting_a_hold_and_an_end_cannot_be_overridden(world: builders.World) -> None:
    drafted = builders.agreement(world)
    with pytest.raises(errors.NothingToOverride):
        cases.override(drafted.pk, actor=world.chair, reason=REASON)
    held = _in_review(world)
    cases.hold(held.pk, actor=world.clerk, cause="dispute")
    with pytest.raises(errors.OnHold):
        cases.override(held.pk, actor=world.chair, reason=REASON)


def test_it_stands_only_while_the_content_it_passed_is_unchanged(world: builders.World) -> None:
    case = _in_review(world)
    cases.override(case.pk, actor=world.chair, reason=REASON)
    for plan in ("public_notice",):
        builders.approve(world, case, plan)
    step = builders.open_step(case, "town_review")
    steps.decide(
        step.pk, actor=world.town_reviewer, verdict="return", comment="改", to="draft", reason_code="members_wrong"
    )
    with cases.change(case.pk, actor=world.clerk, verb="test") as work:
        work.case.hashes = work.case.hashes | {"members": canonical.digest("one more")}
    builders.approve(world, case, "draft")
    assert set(Step.objects.filter(case=case, state="open").values_list("plan", flat=True)) == {
        "group_opinion",
        "village_opinion",
    }
    assert Case.objects.get(pk=case.pk).overrides == 1


def test_the_page_has_the_form_for_the_chair_alone_and_the_badge_for_all(world: builders.World) -> None:
    case = _in_review(world)
    url = f"/cases/{case.reference}/override"
    assert url in signed_in(world.chair).get(f"/cases/{case.reference}/").content.decode()
    assert url not in signed_in(world.clerk).get(f"/cases/{case.reference}/").content.decode()
    assert signed_in(world.clerk).post(url, {"reason": REASON}).status_code == 403
    assert signed_in(world.stranger).post(url, {"reason": REASON}).status_code == 404
    assert signed_in(world.chair).post(url, {"reason": "", "sure": "1"}).status_code == 422
    assert signed_in(world.chair).post(url, {"reason": REASON}).status_code == 422  # not confirmed
    assert signed_in(world.chair).post(url, {"reason": REASON, "sure": "1", "key": "k"}).status_code == 302
    again = signed_in(world.chair).get(f"/cases/{case.reference}/").content.decode()
    assert url not in again  # four eyes bars the chair from this stage's other groups now: not offered
    page = signed_in(world.clerk).get(f"/cases/{case.reference}/").content.decode()
    assert REASON in page
    assert "特批" in page
