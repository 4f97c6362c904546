"""How long the papers of an account transfer are good for. Calendar days; pure."""

from datetime import date, timedelta
from typing import NamedTuple

CERTIFICATE_DAYS = 30  # a moving certificate is valid at most 30 days from issue (户口登记条例 art. 13)
ARRIVAL_DAYS = 10  # in the country the arrival is declared within 10 days (户口登记条例 art. 13)
PERMIT_DAYS = 40  # a permit to move in; practice, to be checked with the county's police
LAW = "户口登记条例 13"
PRACTICE = "K"  # general knowledge, not law
PAPERS = ("permit", "certificate")  # what must be issued anew when it has run out; a late arrival is only late


class End(NamedTuple):
    """A paper or duty that runs out."""

    code: str  # certificate | arrival | permit
    since: date
    days: int
    source: str

    @property
    def last_day(self) -> date:
        """The last day it is good for."""
        return self.since + timedelta(days=self.days)


def ends(state: str, permit_on: date | None, certificate_on: date | None, moved_out_on: date | None) -> list[End]:
    """What runs out for one person in this state of the transfer; nothing once the account has arrived."""
    found = []
    if state == "permit" and permit_on:
        found.append(End("permit", permit_on, PERMIT_DAYS, PRACTICE))
    if state == "moved_out" and certificate_on:
        found.append(End("certificate", certificate_on, CERTIFICATE_DAYS, LAW))
    if state == "moved_out" and moved_out_on:
        found.append(End("arrival", moved_out_on, ARRIVAL_DAYS, LAW))
    return found
