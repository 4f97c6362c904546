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
