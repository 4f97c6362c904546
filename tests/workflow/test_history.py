"""P16 and D7: any touched event or decision row is found, and the application's role cannot touch them at all."""

import pytest
from django.db import DatabaseError, connections, transaction

from tests import builders
from workflow import audit
from workflow.models import Case, Event

FORBIDDEN = (
    "UPDATE workflow_event SET kind = 'x'",
    "DELETE FROM workflow_event",
    "TRUNCATE workflow_event CASCADE",
    "UPDATE workflow_decision SET comment = 'x'",
    "DELETE FROM workflow_decision",
    "ALTER TABLE workflow_event DISABLE TRIGGER ALL",
    "DELETE FROM workflow_legalmove",
)


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_applications_role_cannot_touch_history(world: builders.World, statement: str) -> None:
    builders.walk(world, builders.agreement(world), "in_review")
    with pytest.raises(DatabaseError), transaction.atomic(), connections["default"].cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("statement", [s for s in FORBIDDEN if s.startswith(("UPDATE", "DELETE FROM workflow_e"))])
def test_even_the_owner_meets_the_trigger(live_world: builders.World, statement: str) -> None:
    builders.walk(live_world, builders.agreement(live_world), "in_review")
    with pytest.raises(DatabaseError), connections["owner"].cursor() as cursor:
        cursor.execute(statement)


TAMPERED = (
    "UPDATE workflow_event SET body = replace(body, 'submit', 'submid') WHERE kind = 'case.moved'",
    "UPDATE workflow_event SET actor_id = NULL WHERE sequence = 3",
    "UPDATE workflow_event SET at = at + interval '1 second' WHERE sequence = 3",
    "DELETE FROM workflow_event WHERE sequence = 3 AND stream LIKE 'case:%'",
    "DELETE FROM workflow_event WHERE stream LIKE 'case:%' AND sequence = (SELECT max(sequence) FROM workflow_event)",
    "UPDATE workflow_decision SET comment = 'never said'",
)


@pytest.mark.parametrize("statement", TAMPERED)
def test_a_superusers_edit_is_found_and_named(live_world: builders.World, statement: str) -> None:
    case = builders.walk(live_world, builders.agreement(live_world), "in_review")
    assert audit.verify().ok
    with connections["owner"].cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement.replace("case:%", "case:%"))
        assert cursor.rowcount > 0
        cursor.execute("SET session_replication_role = origin")
    found = audit.verify()
    assert not found.ok
    assert f"case:{case.pk}" in found.first_bad or found.first_bad.startswith("decision:")


def test_no_path_makes_an_illegal_move(world: builders.World) -> None:
    case = builders.agreement(world)
    for target in ("signing", "completed", "nonsense"):
        with pytest.raises(DatabaseError), transaction.atomic():
            Case.objects.filter(pk=case.pk).update(state=target)
    with pytest.raises(AttributeError):
        Case.objects.get(pk=case.pk).state = "completed"


def test_folding_the_events_gives_state_and_decisions(world: builders.World) -> None:
    case = builders.walk(world, builders.agreement(world))
    moves = [e.body for e in Event.objects.filter(case=case, kind="case.moved").order_by("sequence")]
    assert '"target":"completed"' in moves[-1]
    decided = Event.objects.filter(case=case, kind="step.decided").count()
    assert decided == case.decisions.count() == case.steps.filter(state="approved").count()
