"""Defects of deciding and moving: promises P1 to P8."""

from tests.sabotage.defect import Defect

P1 = "tests/workflow/test_promise_1_decided_once.py"
P5 = "tests/workflow/test_promise_5_four_eyes.py"
P6 = "tests/workflow/test_promise_6_order.py"
P7 = "tests/workflow/test_promise_7_running_cases.py"
P8 = "tests/workflow/test_promise_8_seen.py"
FAULTS = "tests/faults/test_the_product_survives.py"
HISTORY = "tests/workflow/test_history.py"
SIGNERS = "tests/workflow/test_signers.py"
BACK = "tests/workflow/test_taking_back.py"
ASKING = "tests/workflow/test_asking.py"
POLICIES = "tests/workflow/test_publish_policies.py"
REACH = "tests/workflow/test_out_of_reach.py"
TABLE = "tests/model/test_table.py"
DESK = "tests/workflow/test_handover.py"
OVERRIDE = "tests/workflow/test_override.py"
MIGRATION = "tests/workflow/test_case_migration.py"
RETURNS = "tests/workflow/test_returns.py"
SHOWN = "tests/agreements/test_promise_8_shown.py"

DECISIONS = (
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
        "P2",
        "a step that has approved is ended with the signers nobody needs any more",
        (f"{SIGNERS}::test_signers_after_an_approval_nobody_needs_any_more_are_let_go_and_it_stays_approved",),
        "workflow/commands/rounds.py",
        '    if step.state == "open":\n        _cancel(',
        "    if True:\n        _cancel(",
    ),
    Defect(
        "P2",
        "a return taken back leaves what it had made void void",
        (
            f"{BACK}::test_a_return_taken_back_puts_everything_where_it_was",
            f"{TABLE}::test_every_act_in_every_situation_under_every_rule[any-it was returned]",
        ),
        "workflow/commands/taking_back.py",
        "past.void, past.voided_by = False, None",
        "past.voided_by = None",
    ),
    Defect(
        "P2",
        "an added signer may be missing",
        (f"{TABLE}::test_every_act_in_every_situation_under_every_rule[k_of_n-nobody has decided]",),
        "workflow/rules/effects.py",
        'return PASSED if base == PASSED and all(state == "approved" for state in added) else OPEN',
        "return base",
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
        "P3",
        "a decision is written statement by statement, without a transaction",
        ("tests/faults/test_killed_in_mid_decision.py::test_the_web_process_killed_at_every_point_of_a_decision",),
        "workflow/commands/change.py",
        "    with transaction.atomic():\n        locked = ",
        "    with transaction.mark_for_rollback_on_error():\n        locked = ",
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
        "workflow/postings.py",
        "({self.lender.pk} if self.lender else set())",
        "set()",
    ),
    Defect(
        "P5",
        "a leaver's desk goes to somebody whom four eyes excludes",
        (f"{DESK}::test_never_to_someone_excluded_by_four_eyes_the_others_still_move",),
        "workflow/commands/handover.py",
        "barred=lambda: candidates.why_not_given(work, step, to.pk))",
        "barred=str)",
    ),
    Defect(
        "P5",
        "four eyes does not hold for an override",
        (
            f"{OVERRIDE}::test_four_eyes_holds_for_the_chair_too_before_and_afterwards",
            f"{OVERRIDE}::test_the_chair_who_wrote_the_text_cannot_pass_it",
        ),
        "workflow/commands/override.py",
        "excluded=(askers.excluded(work, place, plan, persons) for plan in asked),",
        "excluded=(),",
    ),
    Defect(
        "P6",
        "the next group opens while the one before it is still open",
        (f"{P6}::test_groups_of_a_track_open_one_after_another",),
        "workflow/commands/advance.py",
        "        if _votes(work, live) != PASSED:\n            return False\n",
        "",
    ),
    Defect(
        "P6",
        "a rule asks for no more than are there, and passes when all of those approve",
        (
            f"{REACH}::test_too_few_are_asked_so_all_their_approvals_do_not_pass",
            f"{REACH}::test_no_mend_passes_a_group_that_a_leaver_put_out_of_reach",
        ),
        "workflow/rules/route.py",
        '"all": total}.get(rule, threshold)',
        '"all": total}.get(rule, min(total, threshold))',
    ),
    Defect(
        "P6",
        "the hourly check does not know who has a vote already",
        (f"{REACH}::test_a_step_whose_only_holder_has_voted_already_is_found",),
        "workflow/queries/exclusions.py",
        "frozenset(cadres), votes, past)",
        "frozenset(cadres), {}, past)",
    ),
    Defect(
        "P6",
        "one after another, a carried decision leaves the group waiting for nobody",
        (f"{ASKING}::test_one_after_another_a_decision_carried_to_the_next_lets_the_group_go_on",),
        "workflow/commands/rounds.py",
        "    return due\n",
        "    return False\n",
    ),
    Defect(
        "P7",
        "the check before publishing forgets that a missing holder stops it",
        (f"{POLICIES}::test_stop_publish_blocks_wherever_a_superior_would_be_asked",),
        "workflow/routechecks.py",
        "if self.spec.nobody == asking.SUPERIOR else (plan.role,)",
        "if self.spec else (plan.role,)",
    ),
    Defect(
        "P6",
        "an override waives what the law needs",
        (f"{OVERRIDE}::test_what_the_law_needs_is_not_waived",),
        "workflow/commands/override.py",
        "missing=lambda: work.case.unmet([need for step in waiting for need in work.plan(step).needs], work.today),",
        "missing=list,",
    ),
    Defect(
        "P6",
        "a decision is taken back although others have built on it",
        (f"{BACK}::test_nor_what_one_of_several_has_answered_while_the_others_are_asked",),
        "workflow/rules/taking_back.py",
        "if seat.decided > own.number:",
        "if False:",
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
        "P7",
        "a case is migrated although somebody has acted in a group that changes",
        (f"{MIGRATION}::test_a_group_somebody_has_acted_in_blocks_and_nothing_is_changed",),
        "workflow/rules/migration.py",
        "return Line(one.group, BLOCKED, ACTED) if one.acted else Line(one.group, AGAIN)",
        "return Line(one.group, AGAIN)",
    ),
    Defect(
        "P7",
        "a migration is reverted although somebody has acted since",
        (f"{MIGRATION}::test_after_anybody_has_acted_it_cannot_be_taken_back",),
        "workflow/commands/migrations.py",
        " or not _untouched().filter(pk=found.pk).exists():",
        ":",
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
        "P8",
        "a group goes on standing although what its deciders saw has changed",
        (f"{RETURNS}::test_content_changed_behind_an_approval_asks_again_and_ends_what_was_asked_after_it",),
        "workflow/rules/route.py",
        "return all(current.get(aspect) == digest for one in seen for aspect, digest in one.items())",
        "return True",
    ),
    Defect(
        "P8",
        "the title of a paper is shown and not hashed",
        (f"{SHOWN}::test_a_field_that_is_shown_is_hashed",),
        "agreements/subject.py",
        "p.number, p.title, p.original_name",
        "p.number, p.original_name",
    ),
    Defect(
        "P8",
        "names of members are shown under transfers and not hashed",
        (f"{SHOWN}::test_a_field_that_is_shown_is_hashed",),
        "agreements/content.py",
        "[[member.pk, member.name, *_transfer",
        "[[member.pk, *_transfer",
    ),
)
