"""The kinds of word a person can choose between, and which of them do not wait for the morning digest."""

from typing import Any

from django.utils.translation import gettext_lazy as _

TASKS, REMINDERS, HURRY, RETURNS, NEWS, REPORT = "tasks", "reminders", "hurry", "returns", "news", "report"
EVENTS: dict[str, Any] = {
    TASKS: _("New work for me"),
    REMINDERS: _("Reminders of due dates"),
    HURRY: _("Asked to hurry, supervision orders"),
    RETURNS: _("Sent back"),
    NEWS: _("How my cases fare"),
    REPORT: _("Weekly report"),
}
_OF_WORD = {
    "reminder": REMINDERS,
    "dates_moved": REMINDERS,
    "step_opened": TASKS,
    "reassigned": TASKS,
    "delegated": TASKS,
    "asked": TASKS,
    "nudged": HURRY,
    "supervised": HURRY,
    "supervision_due": HURRY,
    "supervision_late": HURRY,
    "supervision_answered": HURRY,
    "returned": RETURNS,
    "refused": RETURNS,
}
AT_ONCE = frozenset({"nudged", "supervised", "reassigned", "returned", "refused"})


def event_of(word: str) -> str:
    """The kind of a word; one nobody has classified is news."""
    return _OF_WORD.get(word, NEWS)
