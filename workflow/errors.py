"""Every refusal of the engine: its docstring is its message, its status the HTTP answer."""

from typing import Any

from django.utils.translation import gettext_lazy

from workflow.errors_people import (
    AlreadyNudged,
    LawForbids,
    NeverDecides,
    NobodyAnywhere,
    NobodyToTell,
    NobodyToUrge,
    NoPosting,
    NotForBulk,
    NothingToOverride,
    ReasonRequired,
)
from workflow.refusal import EngineFault, Refusal

__all__ = [  # what comes from elsewhere; every class below is public too
    "AlreadyNudged",
    "EngineFault",
    "LawForbids",
    "NeverDecides",
    "NoPosting",
    "NobodyAnywhere",
    "NobodyToTell",
    "NobodyToUrge",
    "NotForBulk",
    "NothingToOverride",
    "ReasonRequired",
    "Refusal",
]
RECUSALS = {
    "own_household": gettext_lazy("it concerns a household you are the contact cadre of."),
    "wrote_it": gettext_lazy("you wrote what is to be approved."),
    "same_stage": gettext_lazy("you already decided another group of this stage."),
    "voted": gettext_lazy("you already have a vote in this group."),
    "duties": gettext_lazy("it is incompatible with what you did in this case before."),
}


class NotFound(Refusal):
    """Nothing here under this address."""

    status = 404


class NotYours(Refusal):
    """This step is not yours to decide: it needs %(role)s in %(unit)s."""

    status = 403


class Recused(Refusal):
    """You cannot decide this step: %(why)s"""

    status = 403


class AlreadyDecided(Refusal):
    """%(who)s already decided this at %(when)s: %(verdict)s."""


class NoLongerOpen(Refusal):
    """This step is no longer open: %(why)s."""


class ClaimedByAnother(Refusal):
    """%(who)s has claimed this step since %(since)s."""


class AskedOfAnother(Refusal):
    """%(who)s is the one who is asked here, since %(since)s."""


class WaitsForAnother(Refusal):
    """%(who)s was asked first. Wait for the answer, or drop the question."""


class OpinionAsked(Refusal):
    """An opinion is asked for here, not a decision; the one who asked decides."""

    status = 422


class OpinionRequired(Refusal):
    """Say what you think: an opinion needs words."""

    status = 422


class NobodyNamed(Refusal):
    """Name at least one person."""

    status = 422


class NotYoursToDrop(Refusal):
    """Only the holder of a step of this group may drop a signer; after deciding it, only one they added themselves."""

    status = 403


class NoOpinionAsked(Refusal):
    """No opinion is asked for here."""

    status = 422


class NoSuchCandidate(Refusal):
    """%(who)s cannot be asked: %(why)s"""

    status = 422


class NotAnAddedSigner(Refusal):
    """Only an added signer can be dropped; whom the route asks stays asked."""

    status = 422


class ActedSince(Refusal):
    """%(who)s has acted since, at %(when)s: the decision can no longer be taken back."""


class NotYourDecision(Refusal):
    """There is no decision of yours here that could be taken back."""

    status = 403


class PastTakingBack(Refusal):
    """From %(state)s the case cannot go back: the decision can no longer be taken back."""


class Stale(Refusal):
    """What you approved has changed since you opened it: %(changed)s. Look again, then decide."""


class Unmet(Refusal):
    """Not yet possible. Missing: %(missing)s"""

    status = 422


class CommentRequired(Refusal):
    """Say why: a return or a refusal needs a reason."""

    status = 422


class DocumentRequired(Refusal):
    """Give the document number that proves this step."""

    status = 422


class NoSuchPoint(Refusal):
    """This cannot be returned to the point named; choose an earlier one of the list."""

    status = 422


class TooEarly(Refusal):
    """This step can be decided from %(when)s on."""

    status = 422


class OnHold(Refusal):
    """On hold since %(since)s (%(cause)s). Resume it first."""


class StillValid(Refusal):
    """%(paper)s is valid until %(day)s: it can be recorded as expired from the day after on."""

    status = 422


class NotOnHold(Refusal):
    """There is no open hold here."""


class IllegalMove(Refusal):
    """From %(state)s this move is not possible."""


class KeyReused(Refusal):
    """This request's key was already used for something else. Reload the page and try again."""

    status = 422


class InvalidInput(Refusal):
    """%(field)s: %(expected)s"""

    status = 422


class TooLong(Refusal):
    """%(field)s: at most %(size)s characters."""

    status = 422


def ensure_fits(name: str, text: str, column: Any) -> None:
    """Refuse a text that is longer than the column (a model's field) that would keep it."""
    if len(text) > column.max_length:
        raise TooLong(field=name, size=column.max_length, at=column.name)


class NotText(Refusal):
    """What was sent holds a character that is no text (NUL). Type it again."""

    status = 422


class TextNeeded(Refusal):
    """Write one line of at most %(size)s characters."""

    status = 422


class DeskFull(Refusal):
    """You already keep %(most)s of these. Remove one first."""

    status = 422


class NoRoute(Refusal):
    """No published route fits %(kind)s / %(mode)s in %(unit)s; the county's route keeper must publish one."""

    status = 422


class DraftUnderWay(Refusal):
    """A draft of this route is already under way; continue it or discard it first."""


class NotADraft(Refusal):
    """This version is published and cannot change; make a draft of it."""


class DraftChanged(Refusal):
    """%(who)s changed this draft at %(when)s. Look at it again, then publish."""


class NotPublishable(Refusal):
    """This draft cannot be published yet; %(count)d things must be changed first."""

    status = 422


class EditedMeanwhile(Refusal):
    """%(who)s changed this part at %(when)s, after you opened it. Nothing was saved; compare and choose."""


class MigrationBlocked(Refusal):
    """This case cannot be moved to that version: %(why)s. Nothing was changed."""


class NotAllowed(Refusal):
    """Your posting does not allow this."""

    status = 403


class AlreadyLive(Refusal):
    """There is already a live case for this subject: %(reference)s."""


class WrongCode(Refusal):
    """This code does not fit. Use the newest one that your phone shows; check that the phone's clock is right."""

    status = 422


class LastHolder(Refusal):
    """%(who)s is the last one who holds %(role)s in %(unit)s, and published routes ask for it. Post another first."""


class TakenName(Refusal):
    """The user name %(name)s is taken; choose another."""


class AlreadySupervised(Refusal):
    """An open supervision order stands on this step already. Close it first."""
