"""The subject's part of a case page: what is recorded, what is missing in plain words, and what this reader may do."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from agreements import authority, content, fields, labels, lifecycle, privacy
from agreements.content import Subject
from agreements.models import AccountTransfer, Agreement, Ending, Homestead, Member, Objection, Paper, Signature
from agreements.queries.doubts import doubts
from workflow import policies
from workflow.models import User
from workflow.models.plan import spec

EXPIRY_WARNING = 10  # days before a moving certificate runs out at which the page says so


@dataclass(frozen=True)
class Offer:
    """One thing this reader may do now."""

    move: str
    label: str


@dataclass(frozen=True)
class MemberRow:
    """A member with the state of their account."""

    member: Member
    id_number: str  # masked, or why there is none
    transfer: AccountTransfer | None
    state: str
    label: str
    excuse: str
    moves: list[Offer]
    expires_in: int | None  # days left of a moving certificate still under way
    moved: bool


@dataclass(frozen=True)
class PaperRow:
    """A paper on file."""

    paper: Paper
    name: str
    can_withdraw: bool


@dataclass(frozen=True)
class SignatureRow:
    """A required signature, recorded or not."""

    party: str
    label: str
    method: str
    signature: Signature | None


@dataclass(frozen=True)
class AgreementPage:
    """Everything the template needs; sections out of sight are empty."""

    case: Agreement
    sight: frozenset[str]
    may: frozenset[str]
    members: list[MemberRow]
    amounts: list[tuple[str, Decimal]]
    total: Decimal | None
    papers: list[PaperRow]
    missing_papers: list[str]
    paper_types: list[tuple[str, str]]
    wish: Any
    wish_mode: str
    notice: Any
    notice_over: bool
    objections: list[Objection]
    signatures: list[SignatureRow]
    plot: Homestead | None
    plot_label: str
    plot_next: Offer | None
    plot_waits_for: str
    endings: list[Ending]
    mode: str
    not_moved: int
    doubts: list[str]  # values outside what is usual, in sentences


def agreement_page(user: User, case: Agreement, today: date) -> AgreementPage:
    """Read the agreement for this reader; the case itself must already be in the reader's scope."""
    authorities = policies.postings_of(user, today)
    sight = policies.aspects_in_sight(authorities, case)
    may = authority.offered(authorities, case, cadres_of(case))
    subject = content.read(case)
    notice = subject.notice if "papers" in sight else None
    plot = subject.homestead if "homestead" in sight else None
    return AgreementPage(
        case=case,
        sight=sight,
        may=may,
        members=[_member(subject, m, may, today) for m in subject.members],
        amounts=_amounts(subject) if "amounts" in sight else [],
        total=subject.total if "amounts" in sight else None,
        papers=_papers(subject, sight, may),
        missing_papers=_missing_papers(case, sight),
        paper_types=_paper_types(may),
        wish=subject.wish if "papers" in sight else None,
        wish_mode=labels.of(labels.MODES, subject.wish.mode) if subject.wish else "",
        notice=notice,
        notice_over=bool(notice and notice.ends_on < today),
        objections=subject.objections if notice else [],
        signatures=_signatures(subject),
        plot=plot,
        plot_label=labels.of(labels.PLOT_STATES, plot.state) if plot else "",
        plot_next=_plot_next(subject, may),
        plot_waits_for=_plot_waits_for(subject),
        endings=list(Ending.objects.filter(agreement=case).select_related("by").order_by("id")),
        mode=labels.of(labels.MODES, case.mode),
        doubts=doubts(case, plot),
        not_moved=len(subject.members) - case.facts.get("moved", 0) - case.facts.get("excused", 0),
    )


def cadres_of(case: Agreement) -> frozenset[int]:
    """Contact cadres of the household, as the case page has read them already."""
    known: frozenset[int] | None = getattr(case, "cadres", None)
    if known is not None:
        return known
    return frozenset(case.participants.filter(role="contact_cadre").values_list("user_id", flat=True))


def _member(subject: Subject, member: Member, may: frozenset[str], today: date) -> MemberRow:
    transfer = subject.transfers.get(member.pk)
    state = transfer.state if transfer else "pending"
    end = transfer.paper_end if transfer else None
    valid = end is not None and today <= end.last_day
    offers = fields.TRANSFER_OFFERS.get(state, ()) if "transfers" in may else ()
    moves = [move for move in offers if not (move == "fail" and valid)]
    expires = transfer.certificate_expires_on if transfer and state == "moved_out" else None
    return MemberRow(
        member=member,
        id_number=_id_number(member),
        transfer=transfer,
        state=state,
        label=labels.of(labels.TRANSFER_STATES, state),
        excuse=labels.of(labels.EXCUSES, transfer.excuse) if transfer and transfer.excuse else "",
        moves=[Offer(move, str(fields.TRANSFER_MOVES[move])) for move in moves],
        expires_in=(expires - today).days if expires else None,
        moved=state in ("moved_in", "excused"),
    )


def _id_number(member: Member) -> str:
    try:
        masked = privacy.id_number(str(member.person.uid), member.person.id_cipher)
    except privacy.Moved:
        return _("unreadable")
    return str(masked) if masked else member.person.id_missing_reason


def _amounts(subject: Subject) -> list[tuple[str, Decimal]]:
    return [(labels.of(labels.ITEMS, line.item), line.amount) for line in subject.amounts]


def _papers(subject: Subject, sight: frozenset[str], may: frozenset[str]) -> list[PaperRow]:
    return [
        PaperRow(paper, labels.of(lifecycle.PAPERS, paper.type), authority.paper_act(paper.type) in may)
        for paper in subject.papers
        if authority.paper_sight(paper.type) in sight
    ]


def _missing_papers(case: Agreement, sight: frozenset[str]) -> list[str]:
    """Papers that steps of this and earlier states of the case's route ask for and that are not on file."""
    route = spec(case.route_id)
    here = route.order.get(case.state)
    if here is None:
        return []
    on_file = set(case.facts.get("papers", ()))
    asked = [
        paper
        for place, plan in route.plans.values()
        for paper in plan.papers
        if route.order[place.stage.state] <= max(here, 1)
    ]
    lacking = [p for p in dict.fromkeys(asked) if p not in on_file and authority.paper_sight(p) in sight]
    return [labels.of(lifecycle.PAPERS, paper) for paper in lacking]


def _paper_types(may: frozenset[str]) -> list[tuple[str, str]]:
    return [(code, str(name)) for code, name in lifecycle.PAPERS.items() if authority.paper_act(code) in may]


def _signatures(subject: Subject) -> list[SignatureRow]:
    made = {signature.party: signature for signature in subject.signatures}
    missing = subject.agreement.facts.get("missing_signatures", ())
    return [
        SignatureRow(
            party, str(name), labels.of(labels.METHODS, made[party].method) if party in made else "", made.get(party)
        )
        for party, name in labels.PARTIES.items()
        if party in made or party in missing
    ]


def _plot_next(subject: Subject, may: frozenset[str]) -> Offer | None:
    move = fields.PLOT_NEXT.get(subject.homestead.state if subject.homestead else "")
    if move is None or f"plot.{move}" not in may or not subject.agreement.has_homestead:
        return None
    return Offer(move, str(fields.PLOT_MOVES[move]))


def _plot_waits_for(subject: Subject) -> str:
    """Who does the plot's next move, in words."""
    move = fields.PLOT_NEXT.get(subject.homestead.state if subject.homestead else "")
    if move is None or not subject.agreement.has_homestead:
        return ""
    roles = [str(policies.Role(role).label) for role, _side in authority.ACTS[f"plot.{move}"].who]
    return _("%(move)s: %(who)s") % {"move": fields.PLOT_MOVES[move], "who": " / ".join(roles)}


def paper_in_sight(user: User, uid: Any, today: date) -> Paper | None:
    """A paper this reader may open, or None (promise P20: the page does not tell which)."""
    paper = Paper.objects.filter(uid=uid).select_related("agreement__home_unit", "agreement__partner_unit").first()
    if paper is None or not policies.visible_cases(user, today).filter(pk=paper.agreement_id).exists():
        return None
    sight = policies.aspects_in_sight(policies.postings_of(user, today), paper.agreement)
    return paper if authority.paper_sight(paper.type) in sight else None
