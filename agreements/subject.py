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
    open_objections: int
    signatures: list[Signature]
    homestead: Homestead | None

    @property
    def total(self) -> Decimal:
        """The agreement's amount in yuan."""
        return sum((line.amount for line in self.amounts), Decimal("0.00"))

    def paper_hashes(self, aspect: str) -> list[list[str]]:
        """Type, number and file of the papers of one aspect."""
        mine = [p for p in self.papers if lifecycle.PAPER_ASPECT.get(p.type) == aspect]
        return sorted([paper.type, paper.number, paper.sha256] for paper in mine)


def read(agreement: Agreement) -> Subject:
    """Read the rows behind an agreement."""
    pk = agreement.pk
    return Subject(
        agreement=agreement,
        members=list(Member.objects.filter(agreement_id=pk).select_related("person")),
        transfers={t.member_id: t for t in AccountTransfer.objects.filter(member__agreement_id=pk)},
        amounts=list(AmountLine.objects.filter(agreement_id=pk)),
        papers=list(Paper.objects.filter(agreement_id=pk, withdrawn_at=None).order_by("id")),
        wish=WishForm.objects.filter(agreement_id=pk).select_related("paper").first(),
        notice=PublicNotice.objects.filter(agreement_id=pk).select_related("paper").first(),
        open_objections=Objection.objects.filter(notice__agreement_id=pk, resolved_on=None).count(),
        signatures=list(Signature.objects.filter(agreement_id=pk).select_related("paper").order_by("id")),
        homestead=Homestead.objects.filter(agreement_id=pk).select_related("site").first(),
    )
