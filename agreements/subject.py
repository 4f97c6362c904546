"""The rows behind one agreement, read once for its facts, its texts and its page."""

from dataclasses import dataclass
from decimal import Decimal

from agreements import lifecycle
from agreements.models import (
    AccountTransfer,
    Agreement,
    AmountLine,
    Homestead,
    Member,
    Objection,
    Paper,
    PublicNotice,
    Signature,
    WishForm,
)

ALONE = ("wish_form__paper", "public_notice__paper", "homestead__site")  # one row each, or none: read together


@dataclass(frozen=True)
class Subject:
    """The rows of one agreement, read once."""

    agreement: Agreement
    members: list[Member]
    transfers: dict[int, AccountTransfer]  # by member id
    amounts: list[AmountLine]
    papers: list[Paper]  # on file, withdrawn ones left out
    wish: WishForm | None
    notice: PublicNotice | None
    objections: list[Objection]  # to the notice
    signatures: list[Signature]
    homestead: Homestead | None

    @property
    def open_objections(self) -> int:
        """How many objections have no answer yet."""
        return sum(one.resolved_on is None for one in self.objections)

    @property
    def total(self) -> Decimal:
        """The agreement's amount in yuan."""
        return sum((line.amount for line in self.amounts), Decimal("0.00"))

    def paper_hashes(self, aspect: str) -> list[list[str]]:
        """Type, number, title, name and content of the files of one aspect."""
        mine = [p for p in self.papers if lifecycle.PAPER_ASPECT.get(p.type) == aspect]
        return sorted([p.type, p.number, p.title, p.original_name, p.sha256] for p in mine)


def read(agreement: Agreement) -> Subject:
    """Read the rows behind an agreement, as they stand now: nothing an instance may have kept is used."""
    pk = agreement.pk
    members = list(Member.objects.filter(agreement_id=pk).select_related("person", "transfer"))
    alone = Agreement.objects.filter(pk=pk).select_related(*ALONE).defer("frozen_text", "terms").get()
    return Subject(
        agreement=agreement,
        members=members,
        transfers={one.pk: one.transfer for one in members if hasattr(one, "transfer")},
        amounts=list(AmountLine.objects.filter(agreement_id=pk)),
        papers=list(Paper.objects.filter(agreement_id=pk, withdrawn_at=None).order_by("id")),
        wish=getattr(alone, "wish_form", None),
        notice=getattr(alone, "public_notice", None),
        objections=list(Objection.objects.filter(notice__agreement_id=pk).order_by("id")),
        signatures=list(Signature.objects.filter(agreement_id=pk).select_related("paper").order_by("id")),
        homestead=getattr(alone, "homestead", None),
    )
