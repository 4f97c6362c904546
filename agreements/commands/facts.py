"""Facts of an agreement: what routes, guards, queues and counts read. Ids, enums, amounts and dates, never names."""

from collections.abc import Iterable
from typing import Any

from agreements import authority, content
from agreements.content import Subject
from agreements.models import Agreement
from workflow.commands import dates
from workflow.commands.work import Work
from workflow.models import Event
from workflow.policies import Authority
from workflow.rules import dates as rules

DONE = ("moved_in", "excused")


def derive(agreement: Agreement, subject: Subject | None = None) -> dict[str, Any]:
    """The facts as the rows say them now; an hourly check may derive them again and compare."""
    subject = subject or content.read(agreement)
    states = [subject.transfers[m.pk].state if m.pk in subject.transfers else "pending" for m in subject.members]
    signed = [signature.party for signature in subject.signatures]
    missing = [party for party in required_parties(agreement) if party not in signed]
    return {
        "mode": agreement.mode,
        "households": 1,
        "persons": len(subject.members),
        "amount": f"{subject.total:.2f}",
        "area_changes": agreement.area_changes,
        "has_homestead": agreement.has_homestead,
        "crosses_county": crosses_county(agreement),
        "moved": states.count("moved_in"),
        "excused": states.count("excused"),
        "all_moved": bool(states) and all(state in DONE for state in states),
        "plot_state": subject.homestead.state if subject.homestead else "",
        "papers": sorted({paper.type for paper in subject.papers}),
        "wish_signed": subject.wish is not None,
        "party_a_authorised": bool(agreement.party_a.strip() and agreement.authorisation_no.strip()),
        "notice_posted": subject.notice is not None,
        "notice_ends_on": subject.notice.ends_on.isoformat() if subject.notice else None,
        "open_objections": subject.open_objections,
        "signatures": signed,
        "missing_signatures": missing,
        "all_signed": not missing,
    }


def crosses_county(agreement: Agreement) -> bool:
    """Whether the household moves into another county: the first six digits of both units differ."""
    return bool(agreement.partner_unit and agreement.partner_unit.code[:6] != agreement.home_unit.code[:6])


def derived(agreement: Agreement) -> tuple[dict[str, Any], dict[str, str]]:
    """(facts, aspect hashes) as the rows say them now: what the hourly check compares with what is stored."""
    subject = content.read(agreement)
    return derive(agreement, subject), content.hashes(agreement, subject)


def required_parties(agreement: Agreement) -> tuple[str, ...]:
    """Whose signatures are required: the receiving town's only where there is one."""
    return ("household", "origin_town", "receiving_town") if agreement.partner_unit_id else ("household", "origin_town")


def refresh(work: Work, wrote: Iterable[str] = (), act: str = "", **what: Any) -> Event:
    """Put facts, hashes and authors of the locked agreement in step with its rows, and record the change.

    Both names of a substitution become authors of the aspects in `wrote`: neither may approve what one of them wrote.
    """
    agreement: Agreement = work.case
    subject, before = content.read(agreement), agreement.hashes
    way = rules.applying(work.route, agreement.facts)
    agreement.facts, agreement.hashes = derive(agreement, subject), content.hashes(agreement, subject)
    if rules.applying(work.route, agreement.facts) != way:
        dates.refresh_open(work)  # what must still follow is longer or shorter now
    fresh = {aspect: digest for aspect, digest in agreement.hashes.items() if before.get(aspect) != digest}
    writers = {person.pk for person in (work.actor, work.on_behalf_of) if person}
    named = sorted(set(wrote))
    for aspect in named:
        agreement.authors[aspect] = sorted(set(agreement.authors.get(aspect, ())) | writers)
    return work.event("subject.changed", aspects=named, hashes=fresh, **({"act": act} if act else {}), **what)


def act_as(work: Work, act: str) -> Authority:
    """Check that the actor may do this now, and act under the posting that covers it (a lent one names its lender)."""
    assert work.actor is not None
    mine = work.authorities
    found = authority.ensure(work.case, act, mine, work.cadres)
    work.as_authority(found)
    return found
