"""Every refusal of the engine: its docstring is its message, its status the HTTP answer."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

RECUSALS = {
    "own_household": gettext_lazy("it concerns a household you are the contact cadre of."),
    "wrote_it": gettext_lazy("you wrote what is to be approved."),
    "same_stage": gettext_lazy("you already decided another group of this stage."),
    "voted": gettext_lazy("you already have a vote in this group."),
    "duties": gettext_lazy("it is incompatible with what you did in this case before."),
}


class EngineFault(Exception):
    """The lifecycle offers no single way on; an operator has to look at this case."""


class Refusal(Exception):
    """The request cannot be carried out."""

    status = 409

    def __init__(self, **detail: Any) -> None:
        self.detail = detail
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The docstring, translated, with the details filled in."""
        return _(self.__class__.__doc__ or "") % self.detail if self.__doc__ else ""

    def __str__(self) -> str:
        return self.message


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
    """Only who added this signer, or the holder of another open step of this group, may drop them."""

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


class AlreadyNudged(Refusal):
    """%(who)s already urged this step today at %(when)s; the next time is tomorrow."""


class NobodyToUrge(Refusal):
    """Nobody else holds this step, so there is nobody to urge."""


class NotForBulk(Refusal):
    """This step is not one that may be approved together with others; open it and decide it by itself."""

    status = 422


class ReasonRequired(Refusal):
    """Say why in writing; the reason stays with the agreement."""

    status = 422


class NothingToOverride(Refusal):
    """Here nothing waits that could be passed by override; drafting and what has ended cannot."""

    status = 422


class LawForbids(Refusal):
    """An override replaces approvals, never the law: a condition of the lifecycle does not hold yet."""

    status = 422


class NoPosting(Refusal):
    """%(who)s does not hold the post this step needs: %(role)s in %(unit)s. Give them the post first."""

    status = 422


class TheyAreRecused(Refusal):
    """%(who)s may not decide this step (four eyes)."""

    status = 422


class NobodyAnywhere(Refusal):
    """Nobody up to the county may decide this step; give somebody the post first."""
