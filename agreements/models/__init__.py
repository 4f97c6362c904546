"""The subject's rows."""

from agreements.models.agreement import Agreement, AmountLine, Member
from agreements.models.household import CompensationItem, Household, Person
from agreements.models.programme import BackPlanPoint, Milestone, Programme, Revision
from agreements.models.records import Ending, Objection, Paper, PublicNotice, Signature, WishForm
from agreements.models.transfer import AccountTransfer, Homestead
from agreements.models.typed import TypedDraft

__all__ = [
    "AccountTransfer",
    "Agreement",
    "AmountLine",
    "BackPlanPoint",
    "CompensationItem",
    "Ending",
    "Homestead",
    "Household",
    "Member",
    "Milestone",
    "Objection",
    "Paper",
    "Person",
    "Programme",
    "PublicNotice",
    "Revision",
    "Signature",
    "TypedDraft",
    "WishForm",
]
