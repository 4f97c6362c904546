"""The legal lifecycle in words: its states one sentence each, and its conditions as functions over facts.

Facts (see agreements.commands.facts): mode, households, persons, amount, area_changes, has_homestead, all_moved,
moved, excused, plot_state, papers[], wish_signed, notice_ends_on, notice_posted, open_objections, signatures[],
missing_signatures[], signed, money_complete.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

Facts = dict[str, Any]

STATES: dict[str, Any] = {
    "draft": _("Draft"),
    "in_review": _("In review"),
    "signing": _("Signing"),
    "account_transfer": _("Account transfer"),
    "homestead_adjustment": _("Homestead adjustment"),
    "final_check": _("Final check"),
    "completed": _("Completed"),
    "withdrawn": _("Withdrawn"),
    "terminated": _("Terminated"),
    "superseded": _("Superseded"),
}
PATH = ("draft", "in_review", "signing", "account_transfer", "homestead_adjustment", "final_check", "completed")
SIGNED_STATES = ("account_transfer", "homestead_adjustment", "final_check", "completed")


# --- conditions of transitions: one argument, the agreement; they read facts and nothing else -------------------------
def every_required_signature_is_recorded(agreement: Any) -> bool:
    """Household head, origin town, receiving town have signed, each with scan and date."""
    return bool(agreement.facts.get("all_signed"))


def nothing_is_signed(agreement: Any) -> bool:
    """No signature is recorded yet (never behind signing once signed)."""
    return not agreement.facts.get("signatures")


def registration_area_changes(agreement: Any) -> bool:
    """The household's registration area changes, so accounts have to move."""
    return bool(agreement.facts.get("area_changes"))


def registration_area_stays(agreement: Any) -> bool:
    """The household stays in its registration area."""
    return not registration_area_changes(agreement)


def household_has_a_homestead(agreement: Any) -> bool:
    """The household's mode gives it a house plot."""
    return bool(agreement.facts.get("has_homestead"))


def household_has_no_homestead(agreement: Any) -> bool:
    """The household's mode gives it no house plot."""
    return not household_has_a_homestead(agreement)


def every_person_has_moved_or_is_excused(agreement: Any) -> bool:
    """No member's account is still on the way."""
    return bool(agreement.facts.get("all_moved"))


def homestead_is_accepted(agreement: Any) -> bool:
    """The plot was measured and accepted."""
    return agreement.facts.get("plot_state") == "accepted"


# --- needs of step plans: what must hold before a step can be approved; the docstring is the message shown -----------
def wish_form_is_signed(facts: Facts, today: date) -> bool:
    """The household's signed wish form is not on file."""
    return bool(facts.get("wish_signed"))


def party_a_is_authorised(facts: Facts, today: date) -> bool:
    """Party A or its authorisation document is not filled in."""
    return bool(facts.get("party_a_authorised"))


def members_are_listed(facts: Facts, today: date) -> bool:
    """No member of the household is listed."""
    return facts.get("persons", 0) > 0


def notice_is_posted(facts: Facts, today: date) -> bool:
    """The public notice has not been posted with a photo."""
    return bool(facts.get("notice_posted"))


def notice_is_over(facts: Facts, today: date) -> bool:
    """The public notice has not run to its end."""
    ends = facts.get("notice_ends_on")
    return bool(ends) and date.fromisoformat(str(ends)) < today


def no_objection_is_open(facts: Facts, today: date) -> bool:
    """An objection to the public notice is still open."""
    return not facts.get("open_objections")


def signatures_are_complete(facts: Facts, today: date) -> bool:
    """Not every required signature is recorded with its scan."""
    return bool(facts.get("all_signed"))


def accounts_are_moved(facts: Facts, today: date) -> bool:
    """Not every member has moved in or is excused."""
    return bool(facts.get("all_moved"))


def plot_is_selected(facts: Facts, today: date) -> bool:
    """No plot has been selected."""
    return bool(facts.get("plot_state"))


def plot_is_allotted(facts: Facts, today: date) -> bool:
    """The plot has not been allotted."""
    return facts.get("plot_state") in ("allotted", "approved", "staked", "built", "accepted")


def plot_is_approved(facts: Facts, today: date) -> bool:
    """The plot's approval has not been recorded."""
    return facts.get("plot_state") in ("approved", "staked", "built", "accepted")


def plot_is_built(facts: Facts, today: date) -> bool:
    """The house has not been recorded as built."""
    return facts.get("plot_state") in ("built", "accepted")


def plot_is_accepted(facts: Facts, today: date) -> bool:
    """The plot has not been measured and accepted."""
    return facts.get("plot_state") == "accepted"


NEEDS: dict[str, Callable[[Facts, date], bool]] = {
    need.__name__: need
    for need in (
        wish_form_is_signed,
        party_a_is_authorised,
        members_are_listed,
        notice_is_posted,
        notice_is_over,
        no_objection_is_open,
        signatures_are_complete,
        accounts_are_moved,
        plot_is_selected,
        plot_is_allotted,
        plot_is_approved,
        plot_is_built,
        plot_is_accepted,
    )
}
PAPERS: dict[str, Any] = {
    "wish_form": _("Wish form"),
    "household_booklet": _("Household booklet"),
    "id_copies": _("ID card copies"),
    "inventory_sheet": _("Inventory sheet"),
    "notice_photo": _("Photo of the public notice"),
    "minutes": _("Minutes of the leading group"),
    "receiving_letter": _("Letter of the receiving side"),
    "signed_agreement": _("Signed agreement"),
    "power_of_attorney": _("Power of attorney"),
    "transfer_permit": _("Transfer permit"),
    "transfer_certificate": _("Transfer certificate"),
    "booklet_page": _("New booklet page"),
    "excuse_proof": _("Proof why a person does not move"),
    "homestead_application": _("Homestead application"),
    "homestead_approval": _("Homestead approval"),
    "staking_record": _("Staking record"),
    "acceptance_record": _("Acceptance record"),
    "payment_voucher": _("Payment voucher"),
    "other": _("Other paper"),
}
# which aspect a paper belongs to: only the drafter's papers are part of what reviewers approve as "papers", so that
# filing a later step's own paper does not void the reviews that came before it
PAPER_ASPECT = {
    **dict.fromkeys(("wish_form", "household_booklet", "id_copies", "inventory_sheet"), "papers"),
    **dict.fromkeys(("transfer_permit", "transfer_certificate", "booklet_page", "excuse_proof"), "transfers"),
    **dict.fromkeys(
        ("homestead_application", "homestead_approval", "staking_record", "acceptance_record"), "homestead"
    ),
    "payment_voucher": "payments",
}


def unmet(needs: list[str], facts: Facts, today: date) -> list[str]:
    """Messages of the needs that do not hold; an unknown need is a fault of the route and never passes silently."""
    return [gettext(NEEDS[name].__doc__ or name) for name in needs if not NEEDS[name](facts, today)]


def unit_code(resolver: str, home: str, partner: str | None) -> str | None:
    """Code of the unit a resolver names: division codes have 6 (county), 9 (town), 12 (village), 14 (group) digits."""
    lengths = {"group": 14, "village": 12, "town": 9, "county": 6}
    if resolver == "county":
        return home[:6]
    side, _sep, level = resolver.partition("_")
    base = home if side == "home" else partner
    length = lengths[level]
    return base[:length] if base and len(base) >= min(length, len(base)) else None
