"""What each recording act asks for: one table, which the commands check against and the forms show."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from agreements import labels


@dataclass(frozen=True)
class Field:
    """One value: its kind is text, day, area (m²), choice or paper (a paper on file of the given types)."""

    name: str
    kind: str
    label: Any
    required: bool = True
    size: int = 60
    choices: dict[str, Any] | None = None
    papers: tuple[str, ...] = ()
    later: bool = False  # may stay empty in a draft, but not when it is submitted
    after: str = ""  # a day not before this other day, which may be recorded earlier
    usual: tuple[int, int] | None = None  # outside it a number is doubted where people look at it, never refused


USUAL_PLOT = (20, 1000)  # m²; domain.md, validation catalogue
USUAL_LAND = (0, 1000)  # mu


HOMESTEAD_M2 = Field("homestead_m2", "area", _("Homestead (m²)"), required=False, usual=USUAL_PLOT)
LAND_MU = Field("production_land_mu", "area", _("Production land (mu)"), required=False, usual=USUAL_LAND)
PERMIT_NO = Field("permit_no", "text", _("Permit number"))
TRANSFER: dict[str, tuple[Field, ...]] = {
    "permit": (PERMIT_NO, Field("permit_on", "day", _("Permit date"))),
    "move_out": (
        Field("certificate_no", "text", _("Certificate number")),
        Field("certificate_on", "day", _("Certificate date"), after="permit_on"),
        Field("moved_out_on", "day", _("Moved out on"), after="permit_on"),
    ),
    "move_in": (
        Field("booklet_no", "text", _("New booklet number")),
        Field("moved_in_on", "day", _("Moved in on"), after="moved_out_on"),
    ),
    "excuse": (
        Field("excuse", "choice", _("Why this person does not move"), choices=labels.EXCUSES),
        Field("paper_id", "paper", _("Proof"), papers=("excuse_proof",)),
    ),
    "fail": (),
    "retry": (),
}
TRANSFER_MOVES: dict[str, Any] = {
    "permit": _("Record the permit"),
    "move_out": _("Record the move out"),
    "move_in": _("Record the move in"),
    "excuse": _("Excuse this person"),
    "fail": _("Permit or certificate expired"),
    "retry": _("Start again"),
}
# which moves a transfer's state offers, the usual one first
TRANSFER_OFFERS = {
    "pending": ("permit", "excuse"),
    "permit": ("move_out", "excuse", "fail"),
    "moved_out": ("move_in", "fail"),
    "failed": ("retry",),
}
PLOT: dict[str, tuple[Field, ...]] = {
    "select": (
        Field("plot_no", "text", _("Plot number"), size=40),
        Field("area_m2", "area", _("Area (m²)"), usual=USUAL_PLOT),
        Field("selected_on", "day", _("Selected on")),
    ),
    "allot": (
        Field("draw_no", "text", _("Draw or decision number"), size=40),
        Field("allotted_on", "day", _("Allotted on"), after="selected_on"),
    ),
    "approve": (
        Field("approval_no", "text", _("Approval number")),
        Field("approved_on", "day", _("Approved on"), after="allotted_on"),
    ),
    "stake": (
        Field("staked_on", "day", _("Staked on"), after="approved_on"),
        Field("paper_id", "paper", _("Staking record"), papers=("staking_record",)),
    ),
    "build": (
        Field("built_on", "day", _("Built on"), after="staked_on"),
        Field("measured_m2", "area", _("Measured area (m²)"), usual=USUAL_PLOT),
    ),
    "accept": (
        Field("acceptance_no", "text", _("Acceptance number")),
        Field("accepted_on", "day", _("Accepted on"), after="built_on"),
    ),
}
PLOT_MOVES: dict[str, Any] = {
    "select": _("Select a plot"),
    "allot": _("Record the allotment"),
    "approve": _("Record the approval"),
    "stake": _("Record the staking"),
    "build": _("Record the finished house and its measure"),
    "accept": _("Record the acceptance"),
}
PLOT_NEXT = {
    "": "select",
    "selected": "allot",
    "allotted": "approve",
    "approved": "stake",
    "staked": "build",
    "built": "accept",
}
WISH = (
    Field("mode", "choice", _("Mode"), choices=labels.MODES),
    Field("signed_on", "day", _("Signed on")),
    Field("paper_id", "paper", _("Wish form"), papers=("wish_form",)),
)
NOTICE = (
    Field("place", "text", _("Posted where"), size=120),
    Field("posted_on", "day", _("Posted on")),
    Field("ends_on", "future", _("Runs until"), after="posted_on"),
    Field("paper_id", "paper", _("Photo of the notice"), papers=("notice_photo",)),
)
OBJECTION = (
    Field("topic", "text", _("What is objected to"), size=200),
    Field("received_on", "day", _("Received on"), after="posted_on"),
)
ANSWER = (
    Field("reply_no", "text", _("Reply document number"), size=80),
    Field("resolved_on", "day", _("Answered on"), after="received_on"),
)
SIGNATURE = (
    Field("party", "choice", _("Who signed"), choices=labels.PARTIES),
    Field("signer", "text", _("Name of the signer"), size=50),
    Field("method", "choice", _("How it was signed"), choices=labels.METHODS),
    Field("signed_on", "day", _("Signed on")),
    Field("paper_id", "paper", _("Scan of the signed page"), papers=("signed_agreement",)),
    Field("proxy_paper_id", "paper", _("Power of attorney"), required=False, papers=("power_of_attorney",)),
)
