"""Names of groups and plans in the reader's language, and how a date is lit."""

from collections.abc import Mapping
from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from workflow.rules.workdays import WorkCalendar

AMBER_DAYS = 3  # working days left at which green turns amber


def name(names: Mapping[str, str]) -> str:
    """The name in the active language; Chinese is complete by construction."""
    language = (get_language() or "zh-hans").lower()
    return names["en"] if language.startswith("en") else names["zh-hans"]


def days_left(due: date, today: date, calendar: WorkCalendar) -> int:
    """Working days from today to due; 0 on the day itself, negative when late."""
    return calendar.ordinal(due) - calendar.ordinal(today)


def light(left: int, held: bool, was_late: bool = False) -> str:
    """red after the due day, amber within three working days or once late, else green; held while the clock stands."""
    if held:
        return "held"
    if left < 0:
        return "red"
    return "amber" if was_late or left <= AMBER_DAYS else "green"


def verdict_counts(made: Mapping[str, int]) -> list[tuple[str, int]]:
    """(verdict in words, how often), in a fixed order."""
    names = {"approve": _("approved"), "return": _("returned"), "refuse": _("refused")}
    return [(names[verdict], made[verdict]) for verdict in names if made.get(verdict)]
