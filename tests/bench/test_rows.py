"""What is compared is comparable: on 200 cases product and limit write the same rows."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections, models
from pytest_django.plugin import DjangoDbBlocker

from config.bench import approve, crowd, scratch, sweep
from workflow.models import Case, Decision, Event, Notice, Receipt, Round, Step

KINDS = (Round, Step, Decision, Event, Notice, Receipt)
# what names other rows, or follows from their names
OWN = {"id", "case_id", "step_id", "round_id", "event_id", "closed_by_id", "stream", "body", "previous", "hash", "head"}
OWN |= {"not_before", "send_after"}  # when a word may leave the house is the voice's business
OWN |= {"digest", "key", "body_hash", "outcome", "reference", "title", "subject_key"}
SAID = ("case", "step", "recipient", "rung", "cycle", "audience", "urgent", "event", "created_at", "superseded_at")


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[crowd.Crowd]:
    with django_db_blocker.unblock(), scratch.database():
        made = crowd.build(200, 80)
        approve.prepare(made)
        yield made
        connections.close_all()


def values(row: models.Model) -> dict[str, Any]:
    found = {name: value for name, value in row.__dict__.items() if not name.startswith("_") and name not in OWN}
    if isinstance(row, Receipt):
        found["state"] = row.outcome["state"]
    return found


def written(made: crowd.Crowd, number: int, decide: Any) -> dict[str, list[dict[str, Any]]]:
    """Every row of the case after deciding its measured step, without what names other rows."""
    case = Case.objects.get(pk=crowd.case_id(number))
    step, actor = next(item for item in approve.steps_of(made) if Step.objects.get(pk=item[0]).case_id == case.pk)
    receipts = set(Receipt.objects.values_list("pk", flat=True))
    decide(made, step, actor)
    found: dict[str, list[dict[str, Any]]] = {"Case": [values(Case.objects.get(pk=case.pk))]}
    for model in KINDS:
        rows = (
            Receipt.objects.exclude(pk__in=receipts)
            if model is Receipt
            else model._default_manager.filter(case_id=case.pk)
        )
        found[model.__name__] = [values(row) for row in rows.order_by("recipient" if model is Notice else "pk")]
    return found


@pytest.mark.parametrize("number", [0, 1], ids=["closes a group", "cascades a state"])
def test_product_and_limit_write_the_same_rows(made: crowd.Crowd, number: int) -> None:
    ours = written(made, number, approve.by_product)
    theirs = written(made, number + 20, approve.by_limit)  # the same town, so the same people
    for kind, rows in ours.items():
        assert rows == theirs[kind], kind
        assert rows, kind


def test_half_of_the_measured_approvals_cascade_a_state(made: crowd.Crowd) -> None:
    plans = dict(Step.objects.values_list("pk", "plan"))
    approved = [plans[step] for step, _actor in approve.steps_of(made)]
    assert approved[-4:] == ["town_review", "vice_approval"] * 2


def test_sweep_and_limit_owe_the_same_reminders(made: crowd.Crowd) -> None:
    sweep.prepare(made)
    found = []
    for side in (sweep.by_product, sweep.by_limit):
        sweep.again(made)
        side(made)
        rows = Notice.objects.filter(word="reminder").order_by("step", "recipient")
        found.append(list(rows.values_list(*SAID)))
    assert found[0] == found[1] and found[0]
