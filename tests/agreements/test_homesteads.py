"""The plot: six moves in order, each with its number and date; who measured does not accept."""

import pytest

from agreements.commands import homesteads
from agreements.models import Agreement, Homestead
from tests import builders
from tests.agreements import families
from tests.builders import World
from workflow import errors

SELECTED = {"plot_no": "A-12", "area_m2": "150", "selected_on": "2026-02-01"}


@pytest.fixture
def plotted(world: World) -> Agreement:
    """An agreement whose plot may be chosen: accounts and plot run side by side."""
    return families.walk(world, families.draft(world), "account_transfer")


def _until(world: World, case: Agreement, last: str) -> None:
    record = families.paper(case, "staking_record", world.land_officer)
    moves = [
        ("select", world.receiving_village, SELECTED),
        ("allot", world.receiving_village, {"draw_no": "7", "allotted_on": "2026-02-02"}),
        ("approve", world.receiving_town, {"approval_no": "宅1", "approved_on": "2026-02-03"}),
        ("stake", world.land_officer, {"staked_on": "2026-02-04", "paper_id": record.pk}),
        ("build", world.land_officer, {"built_on": "2026-02-20", "measured_m2": "149.50"}),
    ]
    for move, person, fields in moves:
        homesteads.record(case.pk, actor=person, move=move, fields=fields, now=families.later(case))
        if move == last:
            return


def test_whoever_measured_cannot_accept_but_another_may(world: World, plotted: Agreement) -> None:
    _until(world, plotted, "build")
    accepted = {"acceptance_no": "验1", "accepted_on": "2026-02-25"}
    with pytest.raises(errors.Recused):
        homesteads.accept(plotted.pk, actor=world.land_officer, fields=accepted)
    second = builders.user("land_2", "land_officer", world.units[builders.PARTNER_TOWN])
    homesteads.accept(plotted.pk, actor=second, fields=accepted, now=families.later(plotted))
    plot = Homestead.objects.get(agreement=plotted)
    assert (plot.state, plot.measured_by, plot.accepted_by) == ("accepted", world.land_officer, second)
    assert families.again(plotted).facts["plot_state"] == "accepted"


@pytest.mark.parametrize(
    ("after", "move", "fields", "name"),
    [
        ("", "select", SELECTED | {"area_m2": "0"}, "area_m2"),
        ("", "select", SELECTED | {"plot_no": ""}, "plot_no"),
        ("select", "allot", {"draw_no": "", "allotted_on": "2026-02-02"}, "draw_no"),
        ("allot", "approve", {"approval_no": "", "approved_on": "2026-02-03"}, "approval_no"),
        ("allot", "approve", {"approval_no": "宅1", "approved_on": "2026-02-01"}, "approved_on"),
        ("approve", "stake", {"staked_on": "2026-02-04", "paper_id": ""}, "paper_id"),
        ("build", "accept", {"acceptance_no": "", "accepted_on": "2026-02-25"}, "acceptance_no"),
        ("build", "accept", {"acceptance_no": "验1", "accepted_on": "2026-02-19"}, "accepted_on"),
    ],
)
def test_every_move_needs_its_number_and_a_date_after_the_one_before(
    world: World, plotted: Agreement, after: str, move: str, fields: dict[str, str], name: str
) -> None:
    if after:
        _until(world, plotted, after)
    who = {
        "select": world.receiving_village,
        "allot": world.receiving_village,
        "approve": world.receiving_town,
        "stake": world.land_officer,
        "accept": world.receiving_town,
    }[move]
    with pytest.raises(errors.InvalidInput) as caught:
        homesteads.record(plotted.pk, actor=who, move=move, fields=fields)
    assert caught.value.at == name


def test_moves_out_of_turn_and_by_the_wrong_office_are_refused(world: World, plotted: Agreement) -> None:
    with pytest.raises(errors.IllegalMove):
        homesteads.allot(plotted.pk, actor=world.receiving_village, fields={})
    for person in (world.clerk, world.land_officer, world.town_reviewer, world.police_liaison):
        with pytest.raises(errors.NotAllowed):
            homesteads.select(plotted.pk, actor=person, fields=SELECTED)
    _until(world, plotted, "allot")
    with pytest.raises(errors.NotAllowed):
        homesteads.approve(plotted.pk, actor=world.receiving_village, fields={})
    with pytest.raises(errors.NotFound):
        homesteads.record(plotted.pk, actor=world.receiving_village, move="sell", fields={})


def test_no_plot_is_selected_before_signing(world: World) -> None:
    case = families.walk(world, families.draft(world), "receiving_town")
    with pytest.raises(errors.IllegalMove):
        homesteads.select(case.pk, actor=world.receiving_town, fields=SELECTED)
