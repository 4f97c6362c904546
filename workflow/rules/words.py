"""The owed words as sentences, one per word and rung; names no person and needs no database."""

from typing import Any

from django.utils.translation import gettext_lazy as _

REMINDER = "reminder"
WORDS: dict[str, Any] = {
    "step_opened": _("Waiting for your decision"),
    "returned": _("Returned for revision"),
    "refused": _("Not agreed; sent back"),
    "on_hold": _("Put on hold"),
    "resumed": _("Taken up again"),
    "taken_back": _("A decision was taken back"),
    "reassigned": _("Handed over to you"),
    "nudged": _("You are being asked to hurry"),
    "dates_moved": _("Dates were moved: steps of yours are late now, see your queue"),
    "copied": _("A copy for you"),
    "overridden": _("Passed by override of the chair"),
    "completed": _("Completed"),
    "withdrawn": _("Withdrawn"),
    "terminated": _("Terminated"),
    "superseded": _("Replaced by another agreement"),
}
# true on any day from the rung on: after an outage a rung is told late
RUNGS: dict[int, Any] = {
    -3: _("Due within three working days"),
    0: _("Due date reached"),
    1: _("Late"),
    3: _("Late by three working days or more; the superior is told"),
}
OTHER_RUNG_BEFORE = _("Due soon")
OTHER_RUNG_AFTER = _("Late")
OTHER_WORD = _("There is news")


def sentence(word: str, rung: int | None) -> Any:
    """What a notice says, lazily translated."""
    if word != REMINDER:
        return WORDS.get(word, OTHER_WORD)
    after = rung is not None and rung > 0
    return RUNGS.get(rung if rung is not None else -99, OTHER_RUNG_AFTER if after else OTHER_RUNG_BEFORE)
