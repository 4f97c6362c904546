"""The owed words as sentences, one per word and rung; names no person and needs no database."""

from collections.abc import Iterable
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

REMINDER = "reminder"
ESTIMATE = "E"  # in the place of a document's number
WORDS: dict[str, Any] = {
    "step_opened": _("Waiting for your decision"),
    "returned": _("Returned for revision"),
    "refused": _("Not agreed; sent back"),
    "on_hold": _("Put on hold"),
    "resumed": _("Taken up again"),
    "taken_back": _("A decision was taken back"),
    "reassigned": _("Handed over to you"),
    "asked": _("You are asked to sign or advise"),
    "answered": _("The opinion you asked for is there"),
    "nudged": _("You are being asked to hurry"),
    "dates_moved": _("Dates were moved: steps of yours are late now, see your queue"),
    "copied": _("A copy for you"),
    "overridden": _("Passed by override of the chair"),
    "supervised": _("A supervision order for you: acknowledge receipt"),
    "supervision_answered": _("Your supervision order was answered"),
    "supervision_due": _("A supervision order runs out within one working day"),
    "supervision_late": _("A supervision order is late"),
    "completed": _("Completed"),
    "withdrawn": _("Withdrawn"),
    "terminated": _("Terminated"),
    "superseded": _("Replaced by another agreement"),
}
# true on any day from the rung on: after an outage a rung is told late
DUE, LATE, TOMORROW = _("Due date reached"), _("Late"), _("Due within one working day")
MOVED = _("Dates were moved; steps of yours that are late now: {n}, see your queue")
DUE_WITHIN, LATE_BY = _("Due within {n} working days"), _("Late by {n} working days or more")
OTHER_WORD = _("There is news")


def sentence(word: str, rung: int | None, number: int | None = None) -> Any:
    """What a notice says, lazily translated; `number`: of steps it is about."""
    if word == "dates_moved" and number:
        return format_lazy(MOVED, n=number)
    if word != REMINDER or rung is None:
        return WORDS.get(word, OTHER_WORD)
    if rung < -1:
        return format_lazy(DUE_WITHIN, n=-rung)
    if rung > 1:
        return format_lazy(LATE_BY, n=rung)
    return (TOMORROW, DUE, LATE)[rung + 1]


def estimated(source: str) -> bool:
    """Whether a lead time rests on no document: E, or E with the row of our own list it comes from (domain.md b.3)."""
    return source.split(" ")[0] in ("", ESTIMATE)


def source(raw: str) -> str:
    """What a lead time rests on, as people read it: the document, or that there is none; our marks are not shown."""
    return gettext("estimate (no document)") if estimated(raw) else raw


def listed(items: Iterable[Any]) -> str:
    """Names one after another, separated as the reader's language does."""
    return gettext(", ").join(str(item) for item in items)
