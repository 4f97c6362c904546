"""What an official is asked to approve: canonical text, hash and readable fields of each aspect of an agreement.

The texts are hashed, never stored: they may carry names. Only papers that PAPER_ASPECT assigns to an aspect count.
Whatever a reader is shown under an aspect is in its text too, or an approval would outlive what it was given for (P8).
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from agreements import labels, lifecycle
from agreements.models import AccountTransfer, Agreement, Member
from agreements.subject import Subject, read
from workflow.rules import canonical

TRANSFER_FIELDS = (
    "state",
    "permit_no",
    "permit_on",
    "certificate_no",
    "certificate_on",
    "certificate_expires_on",
    "moved_out_on",
    "moved_in_on",
    "booklet_no",
    "excuse",
)
PLOT_FIELDS = (
    "state",
    "plot_no",
    "area_m2",
    "selected_on",
    "draw_no",
    "allotted_on",
    "approval_no",
    "approved_on",
    "staked_on",
    "built_on",
    "measured_m2",
    "accepted_on",
    "acceptance_no",
)


# --- canonical texts -------------------------------------------------------------------------------------------------
def _parties(subject: Subject) -> Any:
    agreement = subject.agreement
    return {
        "household": agreement.household_id,
        "household_no": agreement.household.household_no,
        "head": agreement.household.head_name,
        "party_a": agreement.party_a,
        "authorisation_no": agreement.authorisation_no,
        "home": agreement.home_unit.code,
        "partner": agreement.partner_unit.code if agreement.partner_unit else None,
    }


def _members(subject: Subject) -> Any:
    return sorted(
        [m.person_id, m.name, m.relation, m.is_relocation_pop, m.is_production_pop, m.person.id_index]
        for m in subject.members
    )


def _amounts(subject: Subject) -> Any:
    return sorted([line.item, f"{line.amount:.2f}"] for line in subject.amounts)


def _text(subject: Subject) -> Any:
    agreement = subject.agreement
    plain = ("mode", "area_changes", "has_homestead", "copies", "terms")
    return {name: getattr(agreement, name) for name in plain} | {
        "move_by": _day(agreement.move_by),
        "homestead_m2": _number(agreement.homestead_m2),
        "production_land_mu": _number(agreement.production_land_mu),
    }


def _papers(subject: Subject) -> Any:
    wish = subject.wish
    return {
        "papers": subject.paper_hashes("papers"),
        "wish": [wish.mode, _day(wish.signed_on), wish.paper.sha256] if wish else None,
    }


def _transfers(subject: Subject) -> Any:
    rows = [[member.pk, member.name, *_transfer(subject.transfers.get(member.pk))] for member in subject.members]
    return {"rows": sorted(rows), "papers": subject.paper_hashes("transfers")}


def _transfer(row: AccountTransfer | None) -> list[str]:
    return [_plain(getattr(row, name)) for name in TRANSFER_FIELDS] if row else []


def _homestead(subject: Subject) -> Any:
    plot = subject.homestead
    values = {name: _plain(getattr(plot, name)) for name in PLOT_FIELDS} if plot else None
    return {"plot": values, "site": plot.site.code if plot else None, "papers": subject.paper_hashes("homestead")}


def _payments(subject: Subject) -> Any:
    return {"papers": subject.paper_hashes("payments")}


WRITERS: dict[str, Callable[[Subject], Any]] = {
    "parties": _parties,
    "members": _members,
    "amounts": _amounts,
    "text": _text,
    "papers": _papers,
    "transfers": _transfers,
    "homestead": _homestead,
    "payments": _payments,
}


def aspects(agreement: Agreement, subject: Subject | None = None) -> dict[str, str]:
    """{aspect: canonical text}: equal content has equal text, whatever order rows were written in."""
    subject = subject or read(agreement)
    return {aspect: canonical.text(writer(subject)) for aspect, writer in WRITERS.items()}


def hashes(agreement: Agreement, subject: Subject | None = None) -> dict[str, str]:
    """{aspect: sha256}, as kept on the case and in what a decision has seen."""
    return {aspect: canonical.digest(text) for aspect, text in aspects(agreement, subject).items()}


def full_text(agreement: Agreement) -> str:
    """What is signed: parties, members, amounts and terms as one canonical text."""
    texts = aspects(agreement)
    return canonical.text({aspect: texts[aspect] for aspect in ("parties", "members", "amounts", "text")})


WORDING = frozenset({"party_a", "authorisation_no", "terms"})  # compared, but never written into an event


def plain(subject: Subject) -> dict[str, str]:
    """The draft's fields by name, as ids, amounts, dates and figures: what an event may say about a change."""
    agreement = subject.agreement
    fields = {
        "area_changes": str(agreement.area_changes),
        "has_homestead": str(agreement.has_homestead),
        "copies": str(agreement.copies),
        "move_by": _day(agreement.move_by),
        "homestead_m2": _number(agreement.homestead_m2),
        "production_land_mu": _number(agreement.production_land_mu),
    }
    fields |= {name: canonical.digest(getattr(agreement, name)) for name in WORDING}
    fields |= {f"amount.{line.item}": f"{line.amount:.2f}" for line in subject.amounts}
    return fields | {f"member.{member.person_id}": "in" for member in subject.members}


# --- readable fields -------------------------------------------------------------------------------------------------
def describe(agreement: Agreement, aspect: str, subject: Subject | None = None) -> list[tuple[str, str]]:
    """An aspect as (label, value) pairs in the reader's language, so that a change shows field by field."""
    return DESCRIBERS[aspect](subject or read(agreement))


def _describe_parties(subject: Subject) -> list[tuple[str, str]]:
    agreement = subject.agreement
    return [
        (_("Household"), f"{agreement.household.household_no} {agreement.household.head_name}"),
        (_("Party A"), agreement.party_a),
        (_("Authorisation document"), agreement.authorisation_no),
        (_("Moves from"), agreement.home_unit.name),
        (_("Moves to"), agreement.partner_unit.name if agreement.partner_unit else ""),
    ]


def _describe_members(subject: Subject) -> list[tuple[str, str]]:
    return [(member.name, f"{member.relation} {_counted(member)}".strip()) for member in subject.members]


def _counted(member: Member) -> str:
    kinds = [
        _("relocation population") if member.is_relocation_pop else "",
        _("production population") if member.is_production_pop else "",
    ]
    return ", ".join(kind for kind in kinds if kind)


def _describe_amounts(subject: Subject) -> list[tuple[str, str]]:
    lines = [(labels.of(labels.ITEMS, line.item), f"{line.amount:,.2f}") for line in subject.amounts]
    return [*lines, (_("Total (yuan)"), f"{subject.total:,.2f}")]


def _describe_text(subject: Subject) -> list[tuple[str, str]]:
    agreement = subject.agreement
    return [
        (_("Mode"), labels.of(labels.MODES, agreement.mode)),
        (_("Registration area changes"), _yes(agreement.area_changes)),
        (_("House plot"), _yes(agreement.has_homestead)),
        (_("Homestead (m²)"), _number(agreement.homestead_m2)),
        (_("Production land (mu)"), _number(agreement.production_land_mu)),
        (_("Move by"), _day(agreement.move_by)),
        (_("Copies"), str(agreement.copies)),
        (_("Terms"), agreement.terms),
    ]


def _describe_papers(subject: Subject) -> list[tuple[str, str]]:
    return _paper_lines(subject, "papers")


def _paper_lines(subject: Subject, aspect: str) -> list[tuple[str, str]]:
    mine = [p for p in subject.papers if lifecycle.PAPER_ASPECT.get(p.type) == aspect]
    return [(labels.of(lifecycle.PAPERS, p.type), f"{p.number} {p.title or p.original_name}".strip()) for p in mine]


def _describe_transfers(subject: Subject) -> list[tuple[str, str]]:
    states = {pk: labels.of(labels.TRANSFER_STATES, row.state) for pk, row in subject.transfers.items()}
    rows = [(m.name, states.get(m.pk, labels.of(labels.TRANSFER_STATES, "pending"))) for m in subject.members]
    return rows + _paper_lines(subject, "transfers")


def _describe_homestead(subject: Subject) -> list[tuple[str, str]]:
    plot = subject.homestead
    rows = []
    if plot:
        rows = [
            (_("State"), labels.of(labels.PLOT_STATES, plot.state)),
            (_("Plot number"), plot.plot_no),
            (_("Area (m²)"), _number(plot.area_m2)),
            (_("Measured area (m²)"), _number(plot.measured_m2)),
            (_("Approval number"), plot.approval_no),
            (_("Acceptance number"), plot.acceptance_no),
        ]
    return rows + _paper_lines(subject, "homestead")


def _describe_payments(subject: Subject) -> list[tuple[str, str]]:
    return _paper_lines(subject, "payments")


DESCRIBERS: dict[str, Callable[[Subject], list[tuple[str, str]]]] = {
    "parties": _describe_parties,
    "members": _describe_members,
    "amounts": _describe_amounts,
    "text": _describe_text,
    "papers": _describe_papers,
    "transfers": _describe_transfers,
    "homestead": _describe_homestead,
    "payments": _describe_payments,
}


def _yes(value: bool) -> str:
    return _("yes") if value else _("no")


def _day(value: Any) -> str:
    return value.isoformat() if value else ""


def _number(value: Decimal | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return _number(value)
    return _day(value) if hasattr(value, "isoformat") else str(value if value is not None else "")
