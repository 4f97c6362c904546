"""Coded lists that people choose from: causes of a hold, reasons of a return, duties of a step."""

from typing import Any

from django.utils.translation import gettext_lazy as _

HOLD_CAUSES: dict[str, Any] = {
    "funds_short": _("Funds short"),
    "quota_full": _("Quota full"),
    "papers_missing": _("Papers missing"),
    "dispute": _("Dispute"),
    "household_absent": _("Household absent"),
    "police": _("Waiting for the police station"),
    "other": _("Other (say what)"),
}
# who is waited for while a hold lasts: the days are booked to them
PARTIES: dict[str, Any] = {
    "funds": _("Funds (finance)"),
    "receiving_town": _("Receiving town"),
    "origin_town": _("Origin town"),
    "police": _("Police station"),
    "household": _("Household"),
    "other": _("Others"),
}
PARTY_OF = {
    "funds_short": "funds",
    "quota_full": "receiving_town",
    "papers_missing": "origin_town",
    "dispute": "household",
    "household_absent": "household",
    "police": "police",
    "other": "other",
}
REASON_CODES: dict[str, Any] = {
    "papers_missing": _("Papers missing"),
    "papers_wrong": _("Papers wrong"),
    "amount_wrong": _("Amount wrong"),
    "members_wrong": _("Members wrong"),
    "objection": _("Objection received"),
    "quota_full": _("Quota full"),
    "no_plot": _("No plot available"),
    "wish_changed": _("Household changed its wish"),
    "other": _("Other (say what)"),
}
LEANINGS: dict[str, Any] = {
    "agree": _("I would agree"),
    "doubt": _("I have doubts"),
    "against": _("I advise against it"),
}
ASPECT_NAMES: dict[str, Any] = {
    "parties": _("the parties"),
    "members": _("the members"),
    "amounts": _("the amounts"),
    "text": _("the text"),
    "papers": _("the papers"),
    "transfers": _("the account transfers"),
    "homestead": _("the homestead"),
    "payments": _("the payments"),
}
DUTY_NAMES: dict[str, Any] = {
    "draft": _("Drafts"),
    "collect": _("Collects and records"),
    "review": _("Reviews"),
    "approve": _("Approves"),
    "receive": _("Confirms for the receiving side"),
    "measure": _("Measures"),
    "accept": _("Accepts the work"),
    "prepare": _("Prepares the payment"),
    "check": _("Checks"),
    "pay": _("Pays"),
}
DUTIES = frozenset(DUTY_NAMES)
# duties that judge what another wrote; the rest produce content themselves
JUDGING = frozenset({"review", "approve", "receive", "accept", "check", "pay"})
# at most one of each set per person and case, for actor and on-behalf-of, over the life of the case
EXCLUSIVE = (frozenset({"measure", "accept"}), frozenset({"prepare", "check", "pay"}))
BULK_MOST = 200  # items approved at once: an official's page of work, not a migration
