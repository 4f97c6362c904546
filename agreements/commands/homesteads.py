"""The house plot (宅基地): selected, allotted, approved, staked, built, accepted; each with its number or paper."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from agreements import fields as asked
from agreements import labels
from agreements.commands import checks, facts
from agreements.models import Homestead
from workflow import errors
from workflow.commands.change import change, retried
from workflow.commands.work import Work
from workflow.models import User

DATES = ("selected_on", "allotted_on", "approved_on", "staked_on", "built_on", "accepted_on")


def record(
    case_id: int,
    *,
    actor: User,
    move: str,
    fields: Mapping[str, Any],
    key: str | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Carry out one move of the plot by name (for pages and scripts)."""
    if move not in asked.PLOT:
        raise errors.NotFound()
    return _record(case_id, actor, move, fields, key, now)


@retried
def _record(
    case_id: int, actor: User, move: str, fields: Mapping[str, Any], key: str | None, now: datetime | None
) -> dict[str, Any]:
    body = [move, dict(fields)]
    with change(case_id, actor=actor, verb="homestead", key=key, body=body, now=now) as work:
        if not work.replayed:
            facts.act_as(work, f"plot.{move}")
            if not work.case.has_homestead:
                raise checks.invalid(asked.PLOT["select"][0], _("an agreement whose mode gives a house plot"))
            plot = Homestead.objects.filter(agreement=work.case).first()
            _in_turn(plot, move)
            recorded = {name: getattr(plot, name) for name in DATES} if plot else {}
            values = checks.clean(fields, asked.PLOT[move], work.today, work.case, recorded)
            plot = _write(work, plot, move, values)
            days = {name: str(value) for name, value in values.items() if name.endswith("_on")}
            facts.refresh(work, ["homestead"], act=f"plot.{move}", plot=plot.pk, state=plot.state, **days)
            work.outcome = {"plot": plot.pk, "plot_state": plot.state}
    return work.outcome


def _in_turn(plot: Homestead | None, move: str) -> None:
    state = plot.state if plot else ""
    if asked.PLOT_NEXT.get(state) != move:
        raise errors.IllegalMove(state=labels.of(labels.PLOT_STATES, state) if state else _("no plot selected"))


def _write(work: Work, plot: Homestead | None, move: str, values: dict[str, Any]) -> Homestead:
    """Write the values, who did it where two persons must differ, and fire the move."""
    if plot is None:
        assert work.case.partner_unit is not None
        return Homestead.objects.create(agreement=work.case, site=work.case.partner_unit, **values)
    values.pop("paper_id", None)  # checked to be on file; papers are listed with the agreement
    for name, value in values.items():
        setattr(plot, name, value)
    if move == "stake":
        plot.staked_by = work.actor
    elif move == "build":
        plot.measured_by = work.actor
    elif move == "accept":
        _accept_by_another(work, plot)
    fire = {
        "allot": plot.allot,
        "approve": plot.approve_plot,
        "stake": plot.stake,
        "build": plot.build,
        "accept": plot.accept,
    }[move]
    fire()
    plot.save()
    return plot


def _accept_by_another(work: Work, plot: Homestead) -> None:
    """Measure and accept exclude each other, for the actor and for whom the actor acts (promise P5)."""
    names = {person.pk for person in (work.actor, work.on_behalf_of) if person}
    if plot.measured_by_id in names:
        raise errors.Recused(why=errors.RECUSALS["duties"])
    plot.accepted_by = work.actor


def select(
    case_id: int, *, actor: User, fields: Mapping[str, Any], key: str | None = None, now: datetime | None = None
) -> dict[str, Any]:
    """A plot is chosen: plot_no, area_m2 (m²), selected_on."""
    return _record(case_id, actor, "select", fields, key, now)


def allot(
    case_id: int, *, actor: User, fields: Mapping[str, Any], key: str | None = None, now: datetime | None = None
) -> dict[str, Any]:
    """Drawn or decided: draw_no, allotted_on."""
    return _record(case_id, actor, "allot", fields, key, now)


def approve(
    case_id: int, *, actor: User, fields: Mapping[str, Any], key: str | None = None, now: datetime | None = None
) -> dict[str, Any]:
    """The receiving town's approval: approval_no, approved_on."""
    return _record(case_id, actor, "approve", fields, key, now)


def stake(
    case_id: int, *, actor: User, fields: Mapping[str, Any], key: str | None = None, now: datetime | None = None
) -> dict[str, Any]:
    """Staked out: staked_on, paper_id of the staking record."""
    return _record(case_id, actor, "stake", fields, key, now)


def build(
    case_id: int, *, actor: User, fields: Mapping[str, Any], key: str | None = None, now: datetime | None = None
) -> dict[str, Any]:
    """Built and measured: built_on, measured_m2 (m²)."""
    return _record(case_id, actor, "build", fields, key, now)


def accept(
    case_id: int, *, actor: User, fields: Mapping[str, Any], key: str | None = None, now: datetime | None = None
) -> dict[str, Any]:
    """Accepted by someone other than who measured: acceptance_no, accepted_on."""
    return _record(case_id, actor, "accept", fields, key, now)
