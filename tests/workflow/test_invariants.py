"""The hourly check (P6): what waits for nobody, what no rule can reach, what drifted; stored, shown, and mended."""

from datetime import timedelta
from functools import partial

import pytest

from tests import builders
from tests.concurrency import together
from tests.workflow.test_asking import with_plan
from tests.workflow.test_pages import signed_in
from tests.workflow.test_signers import ask, at_town_review
from workflow import clock, errors, hourly
from workflow.commands import deadlines, findings, mends, steps
from workflow.models import Case, Event, Finding, Heartbeat, Hold, Posting, Round, Step, User, Watch, kinds
from workflow.queries import invariants
from workflow.rules import invariants as rule

GONE = builders.date(2021, 1, 1)


def _codes(found: list[invariants.Found]) -> set[tuple[str, int | None, int | None]]:
    return {(one.code, one.case_id, one.step_id) for one in found if one.code != rule.FACTS_DIFFER}


def _check() -> set[tuple[str, int | None, int | None]]:
    return _codes(invariants.check(clock.now())[0])


@pytest.fixture(autouse=True)
def _own_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The builders' agreements carry facts of their own: derived as stored, unless a test says otherwise."""
    monkeypatch.setattr(kinds, "DERIVERS", {"agreements.Agreement": lambda case: (case.facts, case.hashes)})


def _leave(*roles: str) -> None:
    Posting.objects.filter(role__in=roles).update(valid_until=GONE)


# --- findings ------------------------------------------------------------
def test_a_county_at_work_has_no_finding(world: builders.World) -> None:
    for state in ("in_review", "signing", "account_transfer", "final_check", "completed"):
        builders.walk(world, builders.agreement(world), state)
    deadlines.sweep_all(clock.now())
    assert _check() == set()


def test_a_post_that_everybody_left_is_found_and_the_superior_mends_it(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world), "in_review")
    step = builders.open_step(case, "village_opinion")
    deadlines.sweep_all(clock.now())
    _leave("village_reviewer")
    hourly.run()
    found = Finding.objects.get(code="nobody", step=step)
    mends.mend(found.pk, "superior", actor=world.county_officer)
    step.refresh_from_db()
    assert (step.role, step.asked_role) == ("town_reviewer", "village_reviewer")
    assert Event.objects.get(kind="case.mended").actor == world.county_officer
    hourly.run()
    assert not Finding.objects.filter(gone_at=None).exists()


def test_everybody_excluded_by_four_eyes_is_found(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world), "in_review")
    step = builders.open_step(case, "village_opinion")
    deadlines.sweep_all(clock.now())
    authors = Case.objects.get(pk=case.pk).authors | {"text": [world.village_reviewer.pk]}
    Case.objects.filter(pk=case.pk).update(authors=authors)
    assert ("excluded", case.pk, step.pk) in _check()


def test_a_step_fixed_to_somebody_who_left_is_found_and_given_to_another(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world), "in_review")
    step = builders.open_step(case, "village_opinion")
    deadlines.sweep_all(clock.now())
    other = builders.user("other", "village_reviewer", world.units[builders.HOME_VILLAGE])
    Step.objects.filter(pk=step.pk).update(holder=world.village_reviewer, assigned=True)
    User.objects.filter(pk=world.village_reviewer.pk).update(is_active=False)
    hourly.run()
    found = Finding.objects.get(code="nobody")
    assert [str(person) for person in invariants.people_for(step, clock.now())] == ["other"]
    with pytest.raises(errors.NoPosting):
        mends.mend(found.pk, "give", actor=world.county_officer, to=world.clerk)
    mends.mend(found.pk, "give", actor=world.county_officer, to=other)
    assert Step.objects.get(pk=step.pk).holder == other
    assert _check() == set()


def test_any_of_with_one_living_voter_is_no_finding(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world), "in_review")
    for plan in ("group_opinion", "village_opinion", "public_notice", "town_review"):
        builders.approve(world, case, plan)
    deadlines.sweep_all(clock.now())
    Posting.objects.filter(role="vice_leader", unit__code=builders.HOME_TOWN).update(valid_until=GONE)
    assert _check() == set()
    _leave("chair")
    assert {code for code, _case, _step in _check()} == {"rule_unreachable", "nobody"}


def test_leavers_who_make_a_rule_unreachable_are_found_and_the_round_opens_again(world: builders.World) -> None:
    with_plan(world, "village_opinion", each_holder=True)
    second = builders.user("second", "village_reviewer", world.units[builders.HOME_VILLAGE])
    case = builders.walk(world, builders.agreement(world), "in_review")
    assert Step.objects.filter(case=case, plan="village_opinion", state="open").count() == 2
    deadlines.sweep_all(clock.now())
    Posting.objects.filter(user=second).update(valid_until=GONE)
    hourly.run()
    found = Finding.objects.get(code="rule_unreachable")
    mends.mend(found.pk, "again", actor=world.county_officer)
    live = Round.objects.get(case=case, group="village_review", closed_at=None)
    assert live.number == 2
    assert set(live.steps.values_list("plan", flat=True)) == {"group_opinion", "village_opinion"}
    deadlines.sweep_all(clock.now())
    assert _check() == set()


def test_an_open_case_without_an_open_step_is_found_and_tries_to_move_on(world: builders.World) -> None:
    case = builders.agreement(world)
    Step.objects.filter(case=case).update(state="cancelled")
    Round.objects.filter(case=case).update(closed_at=clock.now(), outcome="cancelled")
    hourly.run()
    found = Finding.objects.get(code="no_step", case=case)
    mends.mend(found.pk, "retry", actor=world.county_officer)
    assert builders.open_step(case, "draft")


def test_a_stray_step_of_an_ended_round_is_found_and_closed(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world), "in_review")
    step = builders.open_step(case, "village_opinion")
    Round.objects.filter(pk=step.round_id).update(closed_at=clock.now(), outcome="cancelled")
    hourly.run()
    found = Finding.objects.get(code="round_closed", step=step)
    mends.mend(found.pk, "retry", actor=world.county_officer)
    assert Step.objects.get(pk=step.pk).state == "cancelled"
    assert builders.open_step(case, "village_opinion").pk != step.pk


def test_a_late_step_that_nobody_was_ever_reminded_of_is_found(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world), "in_review")
    step = builders.open_step(case, "village_opinion")
    long_ago = clock.now() - timedelta(days=30)
    Step.objects.filter(case=case, state="open").update(due=long_ago.date(), opened_at=long_ago)
    assert ("no_reminder", case.pk, step.pk) in _check()
    deadlines.sweep_all(clock.now())
    assert _check() == set()
    Hold.objects.create(case=case, cause="dispute", since=clock.now(), by=world.clerk)
    assert _check() == set()


def test_who_waits_for_another_lacks_no_reminder(world: builders.World) -> None:
    case, step = at_town_review(world)
    signer = ask(world, step, world.clerk_2, "before", days=30)
    long_ago = clock.now() - timedelta(days=30)
    Step.objects.filter(pk=step.pk).update(due=long_ago.date(), opened_at=long_ago)
    assert _check() == set()
    steps.decide(signer.pk, actor=world.clerk_2, verdict="approve")
    assert _check() == set()  # the next sweep is still to come
    Round.objects.filter(pk=signer.round_id).update(closed_at=clock.now() - timedelta(hours=2))
    assert ("no_reminder", case.pk, step.pk) in _check()


def test_a_hold_on_another_round_excuses_no_missing_reminder(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world), "account_transfer")
    step, other = Step.objects.filter(case=case, state="open").order_by("pk")[:2]
    long_ago = clock.now() - timedelta(days=30)
    Step.objects.filter(case=case, state="open").update(due=long_ago.date(), opened_at=long_ago)
    Hold.objects.create(case=case, round_id=step.round_id, cause="dispute", since=clock.now(), by=world.clerk)
    found = {pk for code, _case, pk in _check() if code == "no_reminder"}
    assert other.pk in found and step.pk not in found


def test_an_open_step_the_sweep_does_not_know_of_is_found(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world), "in_review")
    step = builders.open_step(case, "village_opinion")
    assert not {one for one in _check() if one[0] == "unwatched"}
    Watch.objects.filter(step=step).delete()
    assert {one for one in _check() if one[0] == "unwatched"} == {("unwatched", case.pk, step.pk)}
    hourly.run()
    assert "提醒会迟到" in signed_in(world.county_officer).get("/operations/").content.decode()


def test_facts_that_drifted_are_found_named_and_refreshed(
    world: builders.World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = builders.agreement(world)
    true = lambda found: (found.facts | {"persons": 4}, found.hashes | {"members": "x" * 64})  # noqa: E731
    monkeypatch.setattr(kinds, "DERIVERS", {"agreements.Agreement": true})
    hourly.run()
    found = Finding.objects.get(code="facts_differ", case=case)
    assert (found.detail["facts"], found.detail["aspects"]) == (["persons"], ["members"])
    mends.mend(found.pk, "facts", actor=world.county_officer)
    again = Case.objects.get(pk=case.pk)
    assert (again.facts["persons"], again.hashes["members"]) == (4, "x" * 64)
    monkeypatch.setattr(kinds, "DERIVERS", {"agreements.Agreement": lambda one: (one.facts, one.hashes)})
    hourly.run()
    assert not Finding.objects.filter(gone_at=None, code="facts_differ").exists()


def test_facts_are_derived_in_slices_that_go_round(world: builders.World) -> None:
    cases = [builders.agreement(world).pk for _number in range(3)]
    asked: list[int] = []
    kinds.DERIVERS["agreements.Agreement"] = lambda case: (asked.append(case.pk), (case.facts, case.hashes))[1]  # type: ignore[func-returns-value]
    following = 0
    for _hour in range(2):
        _found, following = invariants.drift(following, 2)
    assert asked == sorted(cases)
    assert following == 0


def test_a_fault_of_the_engine_that_somebody_met_stands_until_mended(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world), "signing")
    for plan in ("receiving_village", "receiving_town", "signatures"):
        builders.approve(world, case, plan)
    with builders.changed_facts(case, world.clerk, Case.objects.get(pk=case.pk).last_event_at, all_signed=False):
        pass
    step = builders.open_step(case, "county_filing")
    form = {"verdict": "approve", "document_no": "1", "key": "f"}
    form |= {f"seen-{aspect}": value for aspect, value in Case.objects.get(pk=case.pk).hashes.items()}
    assert signed_in(world.county_officer).post(f"/steps/{step.pk}/decide", form).status_code == 500
    found = Finding.objects.get(code="engine_fault")
    assert found.case_id == case.pk
    hourly.run()
    assert Finding.objects.get(pk=found.pk).gone_at is None
    mends.mend(found.pk, "retry", actor=world.county_officer)
    assert Finding.objects.get(pk=found.pk).gone_at is not None


def test_a_finding_keeps_its_first_day_and_is_closed_once_it_is_gone(world: builders.World) -> None:
    builders.walk(world, builders.agreement(world), "in_review")
    deadlines.sweep_all(clock.now())
    _leave("village_reviewer")
    first = clock.now()
    hourly.run(first)
    hourly.run(first + timedelta(hours=1))
    found = Finding.objects.get(code="nobody")
    assert (found.first_at, found.last_at) == (first, first + timedelta(hours=1))
    Posting.objects.filter(role="village_reviewer").update(valid_until=None)
    hourly.run(first + timedelta(hours=2))
    assert Finding.objects.get(pk=found.pk).gone_at == first + timedelta(hours=2)
    beat = Heartbeat.objects.get(name="invariants")
    assert beat.detail["open"] == 0


def test_two_checks_at_once_write_one_row(live_world: builders.World) -> None:
    builders.walk(live_world, builders.agreement(live_world), "in_review")
    deadlines.sweep_all(clock.now())
    _leave("village_reviewer")
    results = together([partial(hourly.run, clock.now())] * 3)
    assert not [r for r in results if isinstance(r, Exception)], results
    assert Finding.objects.filter(code="nobody").count() == 1


def test_only_operators_over_the_unit_mend_and_only_what_fits(world: builders.World) -> None:
    builders.walk(world, builders.agreement(world), "in_review")
    _leave("village_reviewer")
    hourly.run()
    found = Finding.objects.get(code="nobody")
    for person in (world.clerk, world.chair, world.security_admin, world.stranger):
        with pytest.raises(errors.NotFound):
            mends.mend(found.pk, "superior", actor=person)
    with pytest.raises(errors.InvalidInput):
        mends.mend(found.pk, "facts", actor=world.system_admin)
    far = builders.user("far", "system_admin", world.units["990199"])
    with pytest.raises(errors.NotFound):
        mends.mend(found.pk, "superior", actor=far)
    mends.mend(found.pk, "superior", actor=world.system_admin, key="m")


def test_the_page_lists_findings_in_words_with_their_mends(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world), "in_review")
    _leave("village_reviewer")
    findings.keep_fault(f"case {case.pk} in signing: no ways on", clock.now())
    hourly.run()
    client = signed_in(world.system_admin)
    page = client.get("/operations/").content.decode()
    assert case.reference in page
    assert case.title not in page
    found = Finding.objects.get(code="nobody")
    assert f'value="{found.pk}"' in page
    answer = client.post("/operations/mend", {"finding": found.pk, "how": "superior", "key": "k"})
    assert answer.status_code == 302
    assert builders.open_step(case, "village_opinion").role == "town_reviewer"
    assert signed_in(world.clerk).post("/operations/mend", {"finding": found.pk, "how": "again"}).status_code == 404
    assert client.get("/operations/mend").status_code == 405
    assert client.post("/operations/check").status_code == 302
    assert Finding.objects.get(pk=found.pk).gone_at is not None
