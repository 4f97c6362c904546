"""The one place that writes a command's outcome, in as few statements as possible."""

from django.db import models

from workflow.commands.work import Work
from workflow.models import Case, Decision, Event, Hold, Notice, Receipt, Round, Step

ROUND_FIELDS = [
    "closed_at",
    "closed_by",
    "outcome",
    "void",
    "voided_by",
    "return_to",
    "resume",
    "reason_code",
    "reason",
    "override_by",
    "override_for",
    "seen",
]
STEP_FIELDS = [
    "holder",
    "claimed_at",
    "assigned",
    "role",
    "taken_back_at",
    "closed_at",
    "close_reason",
    "forward",
    "backward",
    "expiry",
    "due",
    "binding",
    "due_version",
    "held_days",
    "was_late",
    "carried_from",
    "asked_role",
    "supervisor_role",
]
CASE_FIELDS = [
    "state",
    "route",
    "partner_since",
    "facts",
    "hashes",
    "authors",
    "version",
    "overrides",
    "events",
    "head",
    "last_event_at",
    "closed_at",
    "title",
]


def write(work: Work) -> None:
    """Insert and update everything the command decided; the caller's transaction makes it all or nothing."""
    _insert_run(work)
    _update_changed(work)
    if work.new_decisions:
        Decision.objects.bulk_create(work.new_decisions)
    if work.events:
        Event.objects.bulk_create(work.events)
    if work.notices:
        for notice in work.notices:  # ids are known only now
            notice.event_id = notice.event.pk if notice.event else None
            notice.step_id = notice.step.pk if notice.step else None
        Notice.objects.bulk_create(work.notices, ignore_conflicts=True)
    if work.receipt is not None:
        work.receipt.outcome = work.outcome
        Receipt.objects.bulk_create([work.receipt])
    for state in work.hops[:-1]:  # a cascade through several states is written hop by hop
        Case.objects.filter(pk=work.case.pk).update(state=state)
    work.case.version += 1
    work.case.save(update_fields=CASE_FIELDS)


def _insert_run(work: Work) -> None:
    if work.new_rounds:
        Round.objects.bulk_create(work.new_rounds)
    for step in work.new_steps:
        step.round_id = step.round.pk
    if work.new_steps:
        Step.objects.bulk_create(work.new_steps)


def _update_changed(work: Work) -> None:
    rounds = [row for row in work.changed.values() if isinstance(row, Round)]
    steps = [row for row in work.changed.values() if isinstance(row, Step)]
    holds = [row for row in work.changed.values() if isinstance(row, Hold)]
    if rounds:
        Round.objects.bulk_update(rounds, ROUND_FIELDS)
    if steps:
        _update_steps(steps)
    for hold in holds:
        hold.save(update_fields=["resumed_at", "resumed_by"])


def _update_steps(steps: list[Step]) -> None:
    # the trigger checks every (old, new) state pair, so a bulk update cannot smuggle an illegal move in
    fields: list[str] = [*STEP_FIELDS, "state"]
    Step.objects.bulk_update(sorted(steps, key=_by_id), fields)


def _by_id(row: models.Model) -> int:
    return int(row.pk)
