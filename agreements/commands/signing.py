"""Signing: every required signature with its scan and date; the first one freezes the text."""

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from agreements import content, fields
from agreements.commands import checks, facts
from agreements.models import Agreement, Signature
from workflow.commands.change import change, retried
from workflow.commands.work import Work
from workflow.models import User
from workflow.rules import canonical

PARTY, SIGNED_ON, PROXY = fields.SIGNATURE[0], fields.SIGNATURE[3], fields.SIGNATURE[5]


@retried
def sign(
    case_id: int,
    *,
    actor: User,
    party: str,
    signer: str,
    method: str,
    signed_on: date | str,
    paper_id: int,
    proxy_paper_id: int | None = None,
    key: str | None = None,
    now: datetime | None = None,
) -> Signature:
    """Record one party's signature; a signer other than the household head needs a power of attorney on file."""
    given = {
        "party": party,
        "signer": signer,
        "method": method,
        "signed_on": signed_on,
        "paper_id": paper_id,
        "proxy_paper_id": proxy_paper_id,
    }
    with change(case_id, actor=actor, verb="sign", key=key, body=given, now=now) as work:
        if not work.replayed:
            facts.act_as(work, "signature")
            values = checks.clean(given, fields.SIGNATURE, work.today, work.case)
            _check(work, values)
            _freeze(work.case)
            signature = Signature.objects.create(agreement=work.case, **values)
            facts.refresh(
                work,
                act="signed",
                party=values["party"],
                signed_on=str(values["signed_on"]),
                paper=values["paper_id"],
                text=work.case.text_hash,
            )
            _note_last(work, values["signed_on"])
            work.outcome = {"signature": signature.pk}
    return Signature.objects.get(pk=work.outcome["signature"])


def _check(work: Work, values: dict[str, Any]) -> None:
    agreement: Agreement = work.case
    if values["party"] not in facts.required_parties(agreement):
        raise checks.invalid(PARTY, _("a party of this agreement"))
    if Signature.objects.filter(agreement=agreement, party=values["party"]).exists():
        raise checks.invalid(PARTY, _("a party that has not signed yet"))
    notice_ends = agreement.facts.get("notice_ends_on")
    if notice_ends and values["signed_on"] < date.fromisoformat(notice_ends):
        raise checks.invalid(SIGNED_ON, _("a date not before %(day)s") % {"day": notice_ends})
    by_another = values["party"] == "household" and values["signer"] != agreement.household.head_name
    if by_another and not values["proxy_paper_id"]:
        raise checks.invalid(PROXY, _("a power of attorney, because the signer is not the household head"))


def _freeze(agreement: Agreement) -> None:
    """Keep exactly what is signed; content cannot change after this but by a supplementary agreement."""
    if not agreement.frozen_text:
        agreement.frozen_text = content.full_text(agreement)
        agreement.text_hash = canonical.digest(agreement.frozen_text)
        agreement.save(update_fields=["frozen_text", "text_hash"])


def _note_last(work: Work, signed_on: date) -> None:
    if work.case.facts["all_signed"]:
        earlier = Signature.objects.filter(agreement=work.case).values_list("signed_on", flat=True)
        work.case.signed_on = max([signed_on, *earlier])
        work.case.save(update_fields=["signed_on"])
