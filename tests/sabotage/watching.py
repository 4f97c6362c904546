"""Defects of reminding, of history and of access: promises P9 onwards and rules of construction."""

from tests.sabotage.defect import Defect

P6 = "tests/workflow/test_promise_6_order.py"
P9 = "tests/workflow/test_promise_9_one_reminder.py"
SWEEP = "tests/workflow/test_sweep.py"
RELAY = "tests/notifications/test_relay.py"
DELIVERY = "tests/notifications/test_delivery.py"
P12 = "tests/workflow/test_promise_12_clock_jumps.py"
P14 = "tests/workflow/test_promise_14_seen.py"
FAULTS = "tests/faults/test_the_product_survives.py"
HISTORY = "tests/workflow/test_history.py"
SIGNERS = "tests/workflow/test_signers.py"
HOUSE = "tests/architecture/test_house.py"
DAYS = "tests/workflow/test_date_arithmetic.py"

WATCHING = (
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
        (f"{SWEEP}::test_each_rung_tells_its_people_once",),
        "workflow/commands/remind_sql.py",
        "WHERE remind_on <= %(today)s AND",
        "WHERE remind_on < '2020-01-01' AND",
    ),
    Defect(
        "P10",
        "a county's own days off are not counted",
        (
            "tests/workflow/test_county_days.py::test_a_rung_is_reached_by_the_countys_own_days[False]",
            "tests/workflow/test_county_days.py::test_a_rung_is_reached_by_the_countys_own_days[True]",
        ),
        "workflow/commands/deadlines.py",
        "calendar = self.calendars[number]",
        "calendar = calendars.load()",
    ),
    Defect(
        "P10",
        "days or a ladder that change in mid-sweep are forgotten",
        (
            "tests/workflow/test_ladders.py::test_a_ladder_that_changes_in_mid_sweep_counts_from_that_batch_on",
            "tests/workflow/test_look_again.py::test_days_that_change_in_mid_sweep_count_from_that_batch_on",
        ),
        "workflow/commands/deadlines.py",
        "if known != scene.known:",
        "if False:",
    ),
    Defect(
        "P11",
        "who waits for an opinion is written to all the same",
        (
            "tests/workflow/test_handing.py::"
            "test_a_reminder_on_its_way_is_withdrawn_when_an_opinion_is_asked_for_and_owed_again_after_it",
        ),
        "workflow/queries/moot.py",
        "if notice.word == REMINDER and step.pk in self.waiting and doing:",
        "if False:",
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
        "(clock.now() - beat[0]).total_seconds() > STALLED_SECONDS",
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
    Defect(
        "P19",
        "an address declares nobody who may open it",
        (f"{HOUSE}::test_every_address_declares_who_may_open_it",),
        "workflow/views/weekly.py",
        "@signed_in\ndef weekly_file(",
        "def weekly_file(",
    ),
    Defect(
        "P20",
        "everybody with a post sees every case",
        (
            f"{P6}::test_nobody_without_a_posting_sees_or_touches_a_case",
            f"{SIGNERS}::test_only_the_holder_asks_and_only_within_their_scope",
        ),
        "workflow/policies.py",
        "return any(a.role not in BY_PARTICIPATION and _reaches(a, case) for a in own)",
        "return True",
    ),
    Defect(
        promise="P28",
        what="the title of an agreement is written into the queue as it was typed",
        tests=(
            "tests/security/test_hostile_text.py::test_twelve_hostile_texts_stay_text_on_every_page",
            "tests/security/test_hostile_in_browser.py::test_twelve_hostile_texts_run_on_no_page_in_the_browser",
        ),
        file="workflow/templatetags/lines.py",
        old='"title": row.title,',
        new='"title": SafeString(row.title),',
    ),
)
