"""Undo: who is asked again because a decision was taken back is where they were, with days, lateness and reminders."""

from datetime import date, datetime, timedelta

import pytest

from tests import builders, invariants
from tests.workflow.test_signers import ask, at_group_approval, at_town_review
from workflow import clock, errors, outbox, policies
from workflow.commands import cases, deadlines, steps
from workflow.models import Case, Notice, Round, Step, User
from workflow.queries import inbox

LATE, SOON = timedelta(days=21), timedelta(seconds=9)


def last(case: Case) -> datetime:
    moment = Case.objects.get(pk=case.pk).last_event_at
    assert moment is not None
    return moment


def at_village(world: builders.World) -> tuple[Case, Step, Step]:
    """The group in which two are asked side by side and both must agree."""
    case = builders.walk(world, builders.agreement(world), "in_review")
    return case, builders.open_step(case, "group_opinion"), builders.open_step(case, "village_opinion")


def colleague() -> User:
    return builders.user("colleague", "town_reviewer", builders.Unit.objects.get(code=builders.HOME_TOWN))


def asked(case: Case) -> set[str]:
    """Who of the added signers is asked just now."""
    rows = Step.objects.filter(case=case, state="open", added_by__isnull=False)
    return set(rows.values_list("holder__username", flat=True))


# --- reminders -----------------------------------------------------------------------------------------------------
def reminders(case: Case) -> set[tuple[str, str, int]]:
    """The reminders that hold: plan, recipient, rung."""
    rows = outbox.live(Notice.objects.filter(case=case, word="reminder"))
    return set(rows.values_list("step__plan", "recipient__username", "rung"))


@pytest.mark.parametrize("verdict", ["approve", "return", "refuse"])
def test_undoing_reminds_nobody_again_not_even_superiors(world: builders.World, verdict: str) -> None:
    case, step = at_town_review(world)
    now = last(case) + LATE
    assert deadlines.sweep(now) > 3
    before = reminders(case)
    assert ("town_review", "vice_leader", 10) in before
    words = {
        "approve": {},
        "refuse": {"comment": "?"},
        "return": {"comment": "?", "to": "drafter", "reason_code": "other"},
    }[verdict]
    steps.decide(step.pk, actor=world.town_reviewer, verdict=verdict, now=now, **words)
    steps.take_back(step.pk, actor=world.town_reviewer, now=now + SOON)
    assert deadlines.sweep(now + timedelta(minutes=1)) == deadlines.sweep(now + SOON, thorough=True) == 0
    assert reminders(case) == before  # and who had one still finds it, once
    rows = inbox.pending(world.vice_leader, now=now + SOON).rows
    assert [row.step_id for row in rows if row.word == "reminder"] == [builders.open_step(case, "town_review").pk]


def test_who_is_asked_beside_is_not_reminded_again_for_a_colleagues_undo(world: builders.World) -> None:
    case, group, village = at_village(world)
    now = last(case) + LATE
    deadlines.sweep(now)
    before = reminders(case)
    steps.decide(group.pk, actor=world.village_group_leader, verdict="approve", now=now)
    steps.take_back(group.pk, actor=world.village_group_leader, now=now + SOON)
    assert builders.open_step(case, "village_opinion").pk != village.pk
    assert deadlines.sweep(now + timedelta(minutes=1)) == 0
    assert reminders(case) == before


def test_a_reminder_withdrawn_while_the_step_was_decided_is_owed_again(world: builders.World) -> None:
    case, step = at_town_review(world)
    now = last(case) + LATE
    deadlines.sweep(now)
    before = reminders(case)
    steps.decide(step.pk, actor=world.town_reviewer, verdict="approve", now=now)
    owed = list(Notice.objects.filter(step=step, word="reminder", superseded_at=None))
    outbox.settle(owed, now, {notice.pk: "step_closed" for notice in owed})
    steps.take_back(step.pk, actor=world.town_reviewer, now=now + SOON)
    assert reminders(case) == before
    assert {notice.pk for notice in owed} <= {one.pk for one in outbox.take(now + SOON, [n.recipient_id for n in owed])}


def test_a_due_date_moved_by_days_at_the_others_is_reminded_of_anew(world: builders.World) -> None:
    case, step = at_town_review(world)
    now = last(case) + LATE
    deadlines.sweep(now)
    steps.decide(step.pk, actor=world.town_reviewer, verdict="approve", now=now)
    steps.take_back(step.pk, actor=world.town_reviewer, now=now + timedelta(days=7))
    again = builders.open_step(case, "town_review")
    assert (again.due > step.due, again.due_version, again.was_late) == (True, 2, True)
    assert deadlines.sweep(now + timedelta(days=7)) > 3


# --- days ------------------------------------------------------------------------------------------------------------
def test_a_colleagues_taking_back_gives_nobody_beside_free_days(world: builders.World) -> None:
    case, group, village = at_village(world)
    now = last(case)
    steps.decide(group.pk, actor=world.village_group_leader, verdict="approve", now=now)
    steps.take_back(group.pk, actor=world.village_group_leader, now=now + timedelta(days=14))
    again, mine = builders.open_step(case, "village_opinion"), builders.open_step(case, "group_opinion")
    assert (again.held_days, again.due, again.opened_at) == (0, village.due, village.opened_at)
    assert (mine.held_days, mine.due > group.due) == (10, True)


def test_who_decided_in_time_is_not_late_for_the_days_at_the_others(world: builders.World) -> None:
    case, step = at_town_review(world)
    now = last(case)
    steps.decide(step.pk, actor=world.town_reviewer, verdict="approve", now=now)
    steps.take_back(step.pk, actor=world.town_reviewer, now=now + timedelta(days=14))
    again = builders.open_step(case, "town_review")
    assert (again.due > step.due, again.was_late) == (True, False)


def test_a_signers_dates_are_not_those_of_the_step_they_sign_beside(world: builders.World) -> None:
    case, step = at_town_review(world)
    now = last(case) + LATE
    ask(world, step, world.clerk_2, "beside", now=now)
    steps.decide(step.pk, actor=world.town_reviewer, verdict="approve", now=now)
    steps.take_back(step.pk, actor=world.town_reviewer, now=now + SOON)
    again = Step.objects.get(case=case, plan="town_review", state="open", added_by=None)
    assert (again.due, again.opened_at) == (step.due, step.opened_at)


def test_a_signer_beside_keeps_days_and_lateness_when_another_takes_back(world: builders.World) -> None:
    case, step = at_town_review(world)
    signer = ask(world, step, world.clerk_2, "beside", days=1)
    now = last(case) + LATE
    deadlines.sweep(now)
    before = reminders(case)
    steps.decide(step.pk, actor=world.town_reviewer, verdict="approve", now=now)
    steps.take_back(step.pk, actor=world.town_reviewer, now=now + SOON)
    again = Step.objects.get(case=case, state="open", holder=world.clerk_2)
    assert (again.opened_at, again.due, again.held_days) == (signer.opened_at, signer.due, 0)
    assert again.due < now.date()
    assert deadlines.sweep(now + timedelta(minutes=1)) == 0
    assert reminders(case) == before


def test_a_signer_who_takes_back_is_as_late_as_before(world: builders.World) -> None:
    case, step = at_town_review(world)
    signer = ask(world, step, world.clerk_2, "before", days=1)
    Step.objects.filter(pk=signer.pk).update(was_late=True)
    now = last(case) + LATE
    steps.decide(signer.pk, actor=world.clerk_2, verdict="approve", now=now)
    steps.take_back(signer.pk, actor=world.clerk_2, now=now + SOON)
    again = Step.objects.get(case=case, state="open", holder=world.clerk_2)
    assert (again.opened_at, again.due, again.was_late) == (signer.opened_at, signer.due, True)


def test_the_next_hold_adds_to_the_days_given_back_before(world: builders.World) -> None:
    case, step = at_town_review(world)
    now = last(case)
    steps.decide(step.pk, actor=world.town_reviewer, verdict="approve", now=now)
    steps.take_back(step.pk, actor=world.town_reviewer, now=now + timedelta(days=14))
    assert builders.open_step(case, "town_review").held_days == 10
    cases.hold(case.pk, actor=world.clerk, cause="police", now=now + timedelta(days=14))
    cases.resume(case.pk, actor=world.clerk, now=now + timedelta(days=21))
    assert builders.open_step(case, "town_review").held_days == 15


def test_days_of_a_hold_on_the_round_that_was_undone_stay_given_back(world: builders.World) -> None:
    case, step = at_town_review(world)
    now = last(case)
    cases.hold(case.pk, actor=world.clerk, cause="police", step_id=step.pk, now=now)
    cases.resume(case.pk, actor=world.clerk, step_id=step.pk, now=now + timedelta(days=7))
    steps.decide(step.pk, actor=world.town_reviewer, verdict="approve", now=now + timedelta(days=7))
    steps.take_back(step.pk, actor=world.town_reviewer, now=now + timedelta(days=7, seconds=9))
    cases.hold(case.pk, actor=world.clerk, cause="police", now=now + timedelta(days=8))
    cases.resume(case.pk, actor=world.clerk, now=now + timedelta(days=15))
    assert builders.open_step(case, "town_review").held_days == 10


# --- signers of signers ----------------------------------------------------------------------------------------------
def test_a_signers_own_signer_takes_back_and_the_step_waits_again(world: builders.World) -> None:
    case, step = at_town_review(world)
    signer, own = ask(world, step, world.clerk_2, "before"), colleague()
    inner = ask(world, signer, own, "after", actor=world.clerk_2, comment="同意")
    steps.decide(inner.pk, actor=own, verdict="approve")
    assert Round.objects.get(pk=signer.round_id).outcome == "passed"
    steps.take_back(inner.pk, actor=own)
    invariants.holds(case.pk, date(2026, 3, 2))
    assert asked(case) == {"colleague"}  # the signer's own decision stands
    with pytest.raises(errors.WaitsForAnother):
        steps.decide(step.pk, actor=world.town_reviewer, verdict="approve")
    again = Step.objects.get(case=case, holder=own, state="open")
    steps.decide(again.pk, actor=own, verdict="approve")
    steps.decide(step.pk, actor=world.town_reviewer, verdict="approve")
    assert builders.open_step(case, "vice_approval")


def test_a_group_does_not_pass_without_a_signers_own_signer_who_took_back(world: builders.World) -> None:
    case, step = at_town_review(world)
    signer, own = ask(world, step, world.clerk_2, "after", comment="同意"), colleague()
    inner = ask(world, signer, own, "after", actor=world.clerk_2, comment="同意")
    steps.decide(inner.pk, actor=own, verdict="approve")
    assert builders.open_step(case, "vice_approval")
    steps.take_back(inner.pk, actor=own)
    invariants.holds(case.pk, date(2026, 3, 2))
    assert set(Step.objects.filter(case=case, state="open").values_list("plan", flat=True)) == {"town_review"}


def test_a_refusal_of_a_signers_own_signer_taken_back_does_not_haunt_the_group(world: builders.World) -> None:
    case, vice, _chair = at_group_approval(world)
    signer, own = ask(world, vice, world.clerk_2, "before", actor=world.vice_leader), colleague()
    inner = ask(world, signer, own, "before", actor=world.clerk_2)
    steps.decide(inner.pk, actor=own, verdict="refuse", comment="?")
    assert set(Step.objects.filter(case=case, state="open").values_list("plan", flat=True)) == {"chair_approval"}
    steps.take_back(inner.pk, actor=own)
    invariants.holds(case.pk, date(2026, 3, 2))
    again = builders.open_step(case, "vice_approval")
    steps.decide(again.pk, actor=world.vice_leader, verdict="approve", document_no="1")
    assert Case.objects.get(pk=case.pk).state == "signing"


@pytest.mark.parametrize("nested", [False, True])
def test_a_refusal_taken_back_asks_the_other_signers_who_had_not_answered(world: builders.World, nested: bool) -> None:
    case, vice, _chair = at_group_approval(world)
    other = colleague()
    steps.add_signer(
        vice.pk, actor=world.vice_leader, users=[world.clerk_2.pk, other.pk], where="after", document_no="1"
    )
    refuser, person = Step.objects.get(case=case, holder=other, state="open"), other
    if nested:
        third = builders.user("third", "town_reviewer", world.units[builders.HOME_TOWN])
        refuser, person = ask(world, refuser, third, "after", actor=other, comment="同意"), third
    steps.decide(refuser.pk, actor=person, verdict="refuse", comment="?")
    assert asked(case) == set()
    steps.take_back(refuser.pk, actor=person)
    invariants.holds(case.pk, date(2026, 3, 2))
    assert asked(case) == {"clerk_2", person.username}
    for one in Step.objects.filter(case=case, state="open", added_by__isnull=False):
        steps.decide(one.pk, actor=one.holder, verdict="approve")
    assert Case.objects.get(pk=case.pk).state == "signing"


@pytest.mark.parametrize("undone", [False, True])
def test_who_returns_to_another_track_and_is_asked_again_at_once_gets_no_new_days(
    world: builders.World, undone: bool
) -> None:
    """A track that had opened at the target stays open, the step that returned among it; lateness is not washed off."""
    case = builders.walk(world, builders.agreement(world), "homestead_adjustment")
    step = Step.objects.get(case=case, state="open", round__stage="homestead_adjustment")
    now = last(case) + timedelta(days=60)
    officer = policies.holders_of(step.role, step.unit.code, clock.date_of(now)).first()
    steps.decide(step.pk, actor=officer, verdict="return", reason_code="other", comment="?", to="transfer", now=now)
    if undone:
        steps.take_back(step.pk, actor=officer, now=now + SOON)
    again = builders.open_step(case, step.plan)
    assert step.due < clock.date_of(now) and again.pk != step.pk
    assert (again.due, again.opened_at, again.due_version) == (step.due, step.opened_at, step.due_version)
