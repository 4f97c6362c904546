"""The law of an agreement: every (state, move) pair, one way on from every state, and a trigger behind it all."""

from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, transaction
from django_fsm import TransitionNotAllowed

from agreements import lifecycle
from agreements.models import AccountTransfer, Agreement, Homestead
from agreements.queries import drawing
from tests.agreements import families
from tests.builders import World
from workflow.commands import moves
from workflow.models import Case

# engine.md, "The lifecycle of an agreement": every legal move, written out by hand
LEGAL = {
    ("draft", "submit"): "in_review",
    ("in_review", "pass_review"): "signing",
    ("signing", "sign_into_transfer"): "account_transfer",
    ("signing", "sign_into_homestead"): "homestead_adjustment",
    ("signing", "sign_into_check"): "final_check",
    ("account_transfer", "finish_transfer_into_homestead"): "homestead_adjustment",
    ("account_transfer", "finish_transfer_into_check"): "final_check",
    ("homestead_adjustment", "finish_homestead"): "final_check",
    ("final_check", "close"): "completed",
    ("in_review", "back_to_draft"): "draft",
    ("signing", "back_to_draft"): "draft",
    ("signing", "back_to_review"): "in_review",
    ("homestead_adjustment", "back_to_transfer"): "account_transfer",
    ("final_check", "back_to_transfer"): "account_transfer",
    ("final_check", "back_to_homestead"): "homestead_adjustment",
    ("draft", "withdraw"): "withdrawn",
    ("in_review", "withdraw"): "withdrawn",
    ("signing", "withdraw"): "withdrawn",
    ("account_transfer", "terminate"): "terminated",
    ("homestead_adjustment", "terminate"): "terminated",
    ("final_check", "terminate"): "terminated",
    ("account_transfer", "supersede"): "superseded",
    ("homestead_adjustment", "supersede"): "superseded",
    ("final_check", "supersede"): "superseded",
    ("completed", "reopen"): "final_check",
}
MOVES = sorted({move for _state, move in LEGAL})
SWITCHES = ("area_changes", "has_homestead", "all_signed", "all_moved")
# what the default route's needs guarantee when a stage's last group has passed
LEAVING: dict[str, dict[str, Any]] = {
    "signing": {"all_signed": True},
    "account_transfer": {"all_moved": True},
    "homestead_adjustment": {"plot_state": "accepted"},
}


def _open_facts(move: str) -> dict[str, Any]:
    """Facts that let this move happen as far as its conditions go."""
    facts: dict[str, Any] = {
        "all_signed": True,
        "all_moved": True,
        "plot_state": "accepted",
        "signatures": [],
        "area_changes": True,
        "has_homestead": True,
    }
    if move in ("sign_into_homestead", "sign_into_check"):
        facts["area_changes"] = False
    if move in ("sign_into_check", "finish_transfer_into_check"):
        facts["has_homestead"] = False
    return facts


@pytest.mark.parametrize(("state", "move"), list(product(lifecycle.STATES, MOVES)))
def test_every_state_and_move_is_legal_as_written_or_refused(state: str, move: str) -> None:
    case = Agreement(state=state, facts=_open_facts(move))
    if (state, move) in LEGAL:
        getattr(case, move)()
        assert case.state == LEGAL[state, move]
        return
    with pytest.raises(TransitionNotAllowed):
        getattr(case, move)()
    assert case.state == state


def test_the_machine_has_these_moves_and_no_other() -> None:
    assert {(m.source, m.name): m.target for m in drawing.moves()} == LEGAL


@pytest.mark.parametrize("state", lifecycle.PATH[:-1])
def test_from_every_state_and_facts_exactly_one_way_leads_on(state: str) -> None:
    for values in product((True, False), repeat=len(SWITCHES)):
        for plot in ("", "selected", "accepted"):
            facts = dict(zip(SWITCHES, values, strict=True)) | {"plot_state": plot} | LEAVING.get(state, {})
            if state == "homestead_adjustment":
                facts["has_homestead"] = True  # entered by this guard only
            case = Agreement(state=state, facts=facts | {"signatures": []})
            on = [t.name for t in case.get_available_state_transitions() if t.custom.get("advance")]
            assert len(on) == 1, (facts, on)


@pytest.mark.parametrize(
    ("state", "facts"),
    [
        ("signing", {"all_signed": False, "area_changes": True}),
        ("account_transfer", {"all_moved": False, "has_homestead": True}),
        ("homestead_adjustment", {"plot_state": "built"}),
    ],
)
def test_no_way_leads_on_while_the_stages_need_is_unmet(state: str, facts: dict[str, Any]) -> None:
    case = Agreement(state=state, facts=facts)
    assert not [t for t in case.get_available_state_transitions() if t.custom.get("advance")]


def test_nothing_goes_behind_signing_once_signed() -> None:
    case = Agreement(state="signing", facts={"signatures": ["household"]})
    for move in (case.back_to_draft, case.back_to_review, case.withdraw):
        with pytest.raises(TransitionNotAllowed):
            move()


def test_every_state_is_one_sentence_and_the_state_is_protected() -> None:
    assert set(lifecycle.PATH) < set(lifecycle.STATES)
    with pytest.raises(AttributeError):
        Agreement(state="draft").state = "completed"


def test_every_need_says_what_is_missing() -> None:
    assert all((need.__doc__ or "").endswith(".") for need in lifecycle.NEEDS.values())
    with pytest.raises(KeyError):
        lifecycle.unmet(["no_such_need"], {}, None)  # type: ignore[arg-type]


SMALL = {
    AccountTransfer: {
        ("pending", "permit"),
        ("permit", "moved_out"),
        ("moved_out", "moved_in"),
        ("pending", "excused"),
        ("permit", "excused"),
        ("permit", "failed"),
        ("moved_out", "failed"),
        ("failed", "pending"),
    },
    Homestead: {
        ("selected", "allotted"),
        ("allotted", "approved"),
        ("approved", "staked"),
        ("staked", "built"),
        ("built", "accepted"),
    },
}


@pytest.mark.parametrize("model", SMALL)
def test_the_small_machines_are_as_written(model: Any) -> None:
    label = model._meta.label
    assert {(s, t) for kind, s, t in moves.declared() if kind == label and s} == SMALL[model]


def test_the_database_refuses_an_illegal_move_from_any_path(world: World) -> None:
    case = families.draft(world)
    for state in ("completed", "signing", "nonsense"):
        with pytest.raises(DatabaseError), transaction.atomic():
            Case.objects.filter(pk=case.pk).update(state=state)
    with pytest.raises(DatabaseError), transaction.atomic():
        AccountTransfer.objects.filter(member__agreement=case).update(state="moved_in")


def test_the_picture_in_docs_is_current() -> None:
    kept = Path(settings.BASE_DIR) / "docs" / "lifecycle.svg"
    assert kept.read_text(encoding="utf-8") == drawing.svg(), "run manage.py draw_lifecycle"
