"""The list: which defect breaks which promise, and which tests must see it.

A defect replaces `old` (which must stand exactly once in `file`) by `new`, or runs `sql` as owner after the upgrade, or
both. Keep `old` short: it has to survive refactoring. Every test named must have at least one failure; a test that
already fails without the defect proves nothing and is an error of this list.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Defect:
    """One sabotage: what is broken (in words), how, and the node ids of the tests that must turn red."""

    promise: str
    what: str
    tests: tuple[str, ...]
    file: str = ""
    old: str = ""
    new: str = ""
    sql: str = ""


P1 = "tests/workflow/test_promise_1_decided_once.py"
P5 = "tests/workflow/test_promise_5_four_eyes.py"
P6 = "tests/workflow/test_promise_6_order.py"
P7 = "tests/workflow/test_promise_7_running_cases.py"
P8 = "tests/workflow/test_promise_8_seen.py"
P9 = "tests/workflow/test_promise_9_one_reminder.py"
SWEEP = "tests/workflow/test_sweep.py"
RELAY = "tests/notifications/test_relay.py"
DELIVERY = "tests/notifications/test_delivery.py"
P12 = "tests/workflow/test_promise_12_clock_jumps.py"
P14 = "tests/workflow/test_promise_14_seen.py"
FAULTS = "tests/faults/test_the_product_survives.py"
HISTORY = "tests/workflow/test_history.py"
DAYS = "tests/workflow/test_date_arithmetic.py"

DEFECTS = (
    Defect(
        "P1",
        "a case is read without locking it",
        (
            f"{P1}::test_sixteen_clicks_of_one_official_give_one_decision",
            f"{P1}::test_parallel_approvals_finishing_together_move_on_exactly_once",
        ),
        "workflow/commands/reading.py",
        "::bigint))\nFOR NO KEY UPDATE",
        "::bigint))",
    ),
    Defect(
        "P2",
        "a decision is recorded without its event",
        (f"{HISTORY}::test_folding_the_events_gives_state_and_decisions",),
        "workflow/commands/deciding.py",
        'work.event("step.decided",',
        'work.event("step.noted",',
    ),
    Defect(
        "P3",
        "the receipt of a request is not kept",
        (f"{P1}::test_the_same_key_gives_the_same_answer_and_does_nothing_twice",),
        "workflow/commands/outcome.py",
        "if work.receipt is not None:",
        "if False:",
    ),
    Defect(
        "P4",
        "nobody starts a dead PostgreSQL again",
        (f"{FAULTS}::test_postgresql_killed_comes_back_and_the_web_with_it",),
        "config/management/commands/serve.py",
        "supervisor.watch(servers.revive)",
        "supervisor.watch(lambda: None)",
    ),
    Defect(
        "P5",
        "one person may decide two groups of one stage",
        (
            f"{P5}::test_nobody_decides_two_groups_of_one_stage",
            f"{P5}::test_one_person_in_two_tabs_passes_one_group_only",
        ),
        "workflow/rules/four_eyes.py",
        'return "same_stage"',
        "continue",
    ),
    Defect(
        "P5",
        "only the actor counts in four eyes, not for whom they act",
        (f"{P5}::test_a_lent_posting_does_not_wash_its_lender_clean",),
        "workflow/policies.py",
        "({self.lender.pk} if self.lender else set())",
        "set()",
    ),
    Defect(
        "P6",
        "the next group opens while the one before it is still open",
        (f"{P6}::test_groups_of_a_track_open_one_after_another",),
        "workflow/commands/advance.py",
        "            open_next(work, live, place)\n            return False",
        "            open_next(work, live, place)\n            continue",
    ),
    Defect(
        "P7",
        "publishing moves running cases to the new version",
        (f"{P7}::test_publishing_changes_no_running_case",),
        sql="""
CREATE FUNCTION sabotage() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN UPDATE workflow_case SET route_id = NEW.id WHERE mode = NEW.mode; RETURN NEW; END $$;
CREATE TRIGGER sabotage AFTER INSERT ON workflow_route FOR EACH ROW EXECUTE FUNCTION sabotage()""",
    ),
    Defect(
        "P8",
        "a decision is taken although what it approves has changed",
        (
            f"{P8}::test_a_changed_aspect_is_refused_and_named",
            f"{P8}::test_an_edit_and_an_approval_at_once_never_approve_the_unseen",
        ),
        "workflow/commands/deciding.py",
        "if seen is not None and seen.get(a) != work.case.hashes.get(a)]",
        "if False]",
    ),
    Defect(
        "P9",
        "reminders are not unique",
        (f"{P9}::test_many_sweeps_at_once_write_each_reminder_once",),
        "workflow/commands/remind_sql.py",
        "ON CONFLICT (step_id, rung, recipient_id, cycle) WHERE word = 'reminder' DO NOTHING",
        "",
        "DROP INDEX reminder_once",
    ),
    Defect(
        "P9",
        "an unknown outcome is tried again",
        (f"{DELIVERY}::test_a_connection_lost_in_mid_sending_is_uncertain_and_not_sent_again",),
        "notifications/delivery.py",
        "_record(row.pk, fence, state=Delivery.UNCERTAIN,",
        "_record(row.pk, fence, state=Delivery.PENDING,",
    ),
    Defect(
        "P9",
        "the outcome is written without its fencing token",
        (f"{DELIVERY}::test_a_sender_that_died_before_calling_the_channel_gives_the_row_back",),
        "notifications/delivery.py",
        "mine = Delivery.objects.filter(pk=delivery_id, fence=fence, state=Delivery.CLAIMED)",
        "mine = Delivery.objects.filter(pk=delivery_id)",
    ),
    Defect(
        "P10",
        "a rung is found a day late",
        (
            f"{SWEEP}::test_each_rung_tells_its_people_once",
            f"{P14}::test_a_due_reminder_is_in_the_inbox_as_soon_as_it_is_written_whatever_the_hour",
        ),
        "workflow/commands/deadlines.py",
        "Watch.objects.filter(remind_on__lte=scene.today, remind_on__gte=day)",
        "Watch.objects.filter(remind_on__lt=scene.today.replace(year=2020), remind_on__gte=day)",
    ),
    Defect(
        "P11",
        "a decided step is still written about",
        (f"{RELAY}::test_a_step_decided_before_the_morning_falls_out_of_the_digest",),
        "workflow/queries/moot.py",
        'if step.state != "open" or step.round.closed_at is not None:',
        "if False:",
    ),
    Defect(
        "P11",
        "after an outage every skipped rung goes out too",
        (f"{SWEEP}::test_after_an_outage_only_the_highest_rung_lives_and_the_skipped_ones_are_recorded",),
        "workflow/rules/rungs.py",
        "top = rung is now_reached[-1][0]",
        "top = True",
    ),
    Defect(
        "P12",
        "a rung begins a day early",
        (f"{P12}::test_a_jump_of_the_clock_reminds_nobody_early_and_nobody_twice",),
        "workflow/rules/rungs.py",
        "now_reached = [one for one in days if one[1] <= today]",
        "now_reached = [one for one in days if one[1] <= today + timedelta(days=1)]",
    ),
    Defect(
        "P13",
        "nobody starts a dead Redis again",
        (f"{FAULTS}::test_redis_killed_leaves_the_web_working_and_comes_back",),
        "config/embedded/session.py",
        "for one in (self.postgres, self.redis) if one and not one.running()]",
        "for one in (self.postgres,) if one and not one.running()]",
    ),
    Defect(
        "P14",
        "an engine that stands still is not seen",
        (f"{P14}::test_an_engine_that_has_not_swept_for_three_minutes_is_seen_on_the_queue_and_in_readyz",),
        "workflow/views/context.py",
        "(clock.now() - beat).total_seconds() > STALLED_SECONDS",
        "False",
    ),
    Defect(
        "P15",
        "one broken step takes its whole batch with it",
        (f"{SWEEP}::test_one_poisoned_step_delays_no_other",),
        "workflow/commands/deadlines.py",
        "if len(ids) == 1:",
        "if True:",
    ),
    Defect(
        "P15",
        "one broken person stops the relay",
        (f"{RELAY}::test_one_broken_person_delays_no_other",),
        "notifications/relay.py",
        "if len(ids) == 1:",
        "if True:",
    ),
    Defect(
        "P16",
        "the trigger that protects events is gone",
        (f"{HISTORY}::test_even_the_owner_meets_the_trigger",),
        sql="DROP TRIGGER event_append_only ON workflow_event",
    ),
    Defect(
        "D7",
        "the application's role may change events",
        (f"{HISTORY}::test_the_applications_role_cannot_touch_history",),
        sql="DROP TRIGGER event_append_only ON workflow_event; GRANT UPDATE, DELETE ON workflow_event TO PUBLIC",
    ),
    Defect(
        "D6",
        "make-up days are forgotten",
        (f"{DAYS}::test_2012_the_year_of_the_report",),
        "workflow/commands/calendar.py",
        "d in make_up or (d.weekday()",
        "(d.weekday()",
    ),
    Defect(
        "D6",
        "the set-based recompute forgets the days that holds gave back",
        ("tests/workflow/test_recompute.py::test_one_statement_gives_what_the_rules_give_step_by_step",),
        "workflow/commands/recompute.py",
        "ELSE lead + held_days END AS days",
        "ELSE lead END AS days",
    ),
    Defect(
        "D1",
        "a case is opened while its schedule moves",
        ("tests/workflow/test_moving_dates.py::test_an_agreement_that_is_opened_while_the_water_moves",),
        "workflow/commands/change.py",
        "WHERE id = %s FOR SHARE",
        "WHERE id = %s",
    ),
)
