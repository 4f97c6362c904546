"""Who may write what, in which state of the agreement. Asked by every recording command and by the pages."""

from collections.abc import Iterable
from dataclasses import dataclass

from agreements import lifecycle
from agreements.models import Agreement
from workflow import errors
from workflow.policies import Authority

HOME, PARTNER, EITHER, OWN = "home", "partner", "either", "own"
BEFORE_SIGNING = ("draft", "in_review")
OPEN = lifecycle.PATH[:-1]
PLOT = ("account_transfer", "homestead_adjustment")


@dataclass(frozen=True)
class Act:
    """States in which it may be done and the (role, side) pairs that may do it."""

    states: tuple[str, ...]
    who: tuple[tuple[str, str], ...]


CLERK = ("clerk", HOME)
CADRE = ("contact_cadre", OWN)
ACTS: dict[str, Act] = {
    "content": Act(("draft",), (CLERK,)),
    "wish": Act(BEFORE_SIGNING, (CLERK, CADRE)),
    "notice": Act(BEFORE_SIGNING, (CLERK,)),
    "signature": Act(("signing",), (CLERK,)),
    "transfers": Act(("account_transfer",), (("police_liaison", EITHER),)),
    "plot.select": Act(PLOT, (("receiving_village", PARTNER), ("receiving_town", PARTNER))),
    "plot.allot": Act(PLOT, (("receiving_village", PARTNER), ("receiving_town", PARTNER))),
    "plot.approve": Act(PLOT, (("receiving_town", PARTNER),)),
    "plot.stake": Act(PLOT, (("land_officer", PARTNER),)),
    "plot.build": Act(PLOT, (("land_officer", PARTNER),)),
    "plot.accept": Act(PLOT, (("land_officer", PARTNER), ("receiving_town", PARTNER))),
    # papers, by the aspect their type belongs to; types of no aspect are the office's own
    "paper.papers": Act(OPEN, (CLERK, CADRE)),
    "paper.other": Act(OPEN, (CLERK, CADRE)),
    "paper.transfers": Act(OPEN, (("police_liaison", EITHER), CLERK, CADRE)),
    "paper.homestead": Act(
        OPEN, (("receiving_village", PARTNER), ("receiving_town", PARTNER), ("land_officer", PARTNER))
    ),
    "paper.receiving": Act(OPEN, (("receiving_village", PARTNER), ("receiving_town", PARTNER), CLERK)),
    "paper.payments": Act(OPEN, (("finance_preparer", HOME), ("finance_payer", HOME))),
    "withdraw": Act(("draft", "in_review", "signing"), (CLERK, ("town_reviewer", HOME))),
    "terminate": Act(lifecycle.SIGNED_STATES[:-1], (("county_officer", HOME),)),
    "supersede": Act(lifecycle.SIGNED_STATES[:-1], (("county_officer", HOME),)),
    "reopen": Act(("completed",), (("county_officer", HOME),)),
}


def paper_act(paper_type: str) -> str:
    """The act under which a type of paper is filed or withdrawn."""
    if paper_type == "receiving_letter":
        return "paper.receiving"
    return f"paper.{lifecycle.PAPER_ASPECT.get(paper_type, 'other')}"


def paper_sight(paper_type: str) -> str:
    """The aspect one must be able to see to read a paper of this type."""
    if paper_type == "receiving_letter":
        return "parties"
    return lifecycle.PAPER_ASPECT.get(paper_type, "papers")


def find(authorities: Iterable[Authority], agreement: Agreement, act: str, cadres: Iterable[int]) -> Authority | None:
    """The posting that lets its holder do this, own before lent; None where the state or the posting forbids."""
    return _posted(authorities, agreement, act, cadres) if agreement.state in ACTS[act].states else None


def _posted(
    authorities: Iterable[Authority], agreement: Agreement, act: str, cadres: Iterable[int]
) -> Authority | None:
    own, rule = set(cadres), ACTS[act]
    fitting = [a for a in authorities if any(_fits(a, role, side, agreement, own) for role, side in rule.who)]
    return min(fitting, key=lambda a: a.lender is not None, default=None)


def _fits(authority: Authority, role: str, side: str, agreement: Agreement, cadres: set[int]) -> bool:
    if authority.role != role:
        return False
    at_home = agreement.home_unit.code.startswith(authority.division)
    at_partner = bool(agreement.partner_unit and agreement.partner_unit.code.startswith(authority.division))
    if side == OWN:
        holder = authority.lender or authority.user
        return holder.pk in cadres
    return {HOME: at_home, PARTNER: at_partner, EITHER: at_home or at_partner}[side]


def ensure(agreement: Agreement, act: str, authorities: Iterable[Authority], cadres: Iterable[int]) -> Authority:
    """The posting to act under; NotAllowed without one, IllegalMove where only the state is in the way."""
    found = _posted(authorities, agreement, act, cadres)
    if found is None:
        raise errors.NotAllowed()
    if agreement.state not in ACTS[act].states:
        raise errors.IllegalMove(state=str(lifecycle.STATES[agreement.state]))
    return found


def offered(authorities: Iterable[Authority], agreement: Agreement, cadres: Iterable[int]) -> frozenset[str]:
    """Every act these postings allow on this agreement now."""
    authorities, cadres = list(authorities), list(cadres)
    return frozenset(act for act in ACTS if find(authorities, agreement, act, cadres))
