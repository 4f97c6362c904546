"""Coded lists of the subject in words: modes, money items, excuses, parties, states of transfers and plots."""

from typing import Any

from django.utils.translation import gettext_lazy as _

MODES: dict[str, Any] = {
    "agri_dispersed": _("Agricultural, dispersed"),
    "agri_concentrated": _("Agricultural, concentrated"),
    "kin_reliance": _("With relatives"),
    "self_employment": _("Self-employment"),
    "annual_compensation": _("Yearly compensation"),
    "pension": _("Pension"),
    "urban_composite": _("Town resettlement"),
}
ITEMS: dict[str, Any] = {
    "house": _("House"),
    "appurtenance": _("Outbuildings and fixtures"),
    "trees": _("Trees"),
    "crops": _("Crops"),
    "sideline": _("Sideline facilities"),
    "moving": _("Moving costs"),
    "transition": _("Transition allowance"),
    "land": _("Land compensation"),
    "resettlement_subsidy": _("Resettlement subsidy"),
}
EXCUSES: dict[str, Any] = {
    "soldier": _("Serving soldier"),
    "student": _("Student away"),
    "prisoner": _("In prison"),
    "registered_elsewhere": _("Registered elsewhere already"),
    "deceased": _("Deceased"),
}
PARTIES: dict[str, Any] = {
    "household": _("Household head"),
    "origin_town": _("Origin town"),
    "receiving_town": _("Receiving town"),
}
METHODS: dict[str, Any] = {
    "ink": _("Signed by hand"),
    "fingerprint": _("Fingerprint"),
    "seal": _("Seal"),
}
TRANSFER_STATES: dict[str, Any] = {
    "pending": _("Not started"),
    "permit": _("Permit issued"),
    "moved_out": _("Moved out"),
    "moved_in": _("Moved in"),
    "excused": _("Excused"),
    "failed": _("Expired"),
}
PAPER_ENDS: dict[str, Any] = {
    "permit": _("Permit to move in"),
    "certificate": _("Moving certificate"),
    "arrival": _("Declaring the arrival"),
}
PLOT_STATES: dict[str, Any] = {
    "selected": _("Plot selected"),
    "allotted": _("Plot allotted"),
    "approved": _("Plot approved"),
    "staked": _("Staked out"),
    "built": _("Built and measured"),
    "accepted": _("Plot accepted"),
}
POINTS: dict[str, Any] = {
    "all_signed": _("All signed"),
    "registration_homestead": _("Registration and homestead"),
    "last_move": _("Last move"),
    "clearing": _("Reservoir floor cleared"),
    "self_check": _("County's self-check"),
    "first_check": _("First check"),
    "final": _("Final acceptance"),
    "freeze": _("Freeze"),
    "storage": _("Water stored"),
}
MILESTONES: dict[str, Any] = {
    "river_closure": _("River closure"),
    "staged_impoundment": _("Staged impoundment"),
    "impoundment": _("Impoundment"),
    "first_power": _("First power"),
    "completion": _("Completion of the works"),
}
DATE_FIELDS: dict[str, Any] = {
    "planned_on": _("Planned date"),
    "actual_on": _("Actual date"),
    "water_level_m": _("Water level (m)"),
    "source_document": _("Document"),
    "days": _("Days"),
    "unit": _("Kind of days"),
}
LEAD_UNITS: dict[str, Any] = {"working": _("working days"), "calendar": _("calendar days")}
CHANGES: dict[str, Any] = {
    "milestone": _("Milestone moved"),
    "stage": _("Stage added"),
    "back_plan": _("Back-plan changed"),
    "lead": _("Lead time changed"),
}
ASPECTS: dict[str, Any] = {
    "parties": _("Parties"),
    "members": _("Members"),
    "amounts": _("Amounts"),
    "text": _("Terms"),
    "papers": _("Papers"),
    "transfers": _("Account transfers"),
    "homestead": _("Homestead"),
    "payments": _("Payments"),
}


def of(labels: dict[str, Any], code: str) -> str:
    """The word for a code; an unknown code (from a workbook) is shown as it is."""
    return str(labels.get(code, code))
