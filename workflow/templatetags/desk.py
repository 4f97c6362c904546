"""Icons, money, lights and dates as words."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from workflow.models import kinds
from workflow.rules import agents, explain, words
from workflow.templatetags.saying import in_language

register = template.Library()
# own strokes on a 24 px grid
ICONS = {
    "inbox": "M3 13h5l2 3h4l2-3h5M5 5h14l2 8v6H3v-6z",
    "check": "M5 12.5l4.5 4.5L19 7.5",
    "send": "M4 12l16-8-6 16-3-7z",
    "map": "M4 20V10M10 20V4M16 20v-8M21 20H3",
    "doc": "M7 3h8l4 4v14H7zM14 3v5h5",
    "home": "M4 11l8-7 8 7v9h-5v-6H9v6H4z",
    "bell": "M6 16V11a6 6 0 1112 0v5l2 2H4zM10 21h4",
    "cal": "M4 6h16v14H4zM4 10h16M8 3v5M16 3v5",
    "clock": "M12 3a9 9 0 100 18 9 9 0 000-18zM12 7v5l3 3",
    "alert": "M12 4l9 16H3zM12 10v4M12 17v.5",
    "x": "M6 6l12 12M18 6L6 18",
    "flag": "M5 21V4h13l-3 4 3 4H5",
    "user": "M12 4a4 4 0 100 8 4 4 0 000-8zM4 21a8 8 0 0116 0",
    "swap": "M4 8h13l-4-4M20 16H7l4 4",
    "shield": "M12 3l8 3v6c0 5-3.5 8-8 9-4.5-1-8-4-8-9V6z",
    "gear": "M12 8a4 4 0 100 8 4 4 0 000-8zM12 2v3M12 19v3M2 12h3M19 12h3",
    "print": "M7 9V3h10v6M7 18H4v-8h16v8h-3M7 14h10v7H7z",
    "dl": "M12 4v11M7 11l5 5 5-5M4 20h16",
    "back": "M9 7l-5 5 5 5M4 12h11a5 5 0 010 10h-2",
    "help": "M12 3a9 9 0 100 18 9 9 0 000-18zM9.5 9.5a2.5 2.5 0 115 0c0 1.7-2.5 2-2.5 3.7M12 16.5v.5",
    "search": "M11 4a7 7 0 100 14 7 7 0 000-14zM20 20l-4-4",
    "mail": "M4 6h16v12H4zM4 7l8 6 8-6",
    "nudge": "M4 10v4h3l6 4V6l-6 4zM16 9a4 4 0 010 6",
    "dots": "M6 12h.01M12 12h.01M18 12h.01",
    "up": "M12 19V5M6 11l6-6 6 6",
    "down": "M12 5v14M6 13l6 6 6-6",
    "hand": "M4 12h12M12 6l6 6-6 6",
    "order": "M8 4h8v3H8zM8 5H5v16h14V5h-3M9 12l2 2 4-4",
    "water": "M3 8c3-3 6 3 9 0s6 3 9 0M3 14c3-3 6 3 9 0s6 3 9 0M3 20c3-3 6 3 9 0s6 3 9 0",
    "path": "M5 4a2 2 0 100 4 2 2 0 000-4zM19 16a2 2 0 100 4 2 2 0 000-4zM7 6h8a3 3 0 010 6H9a3 3 0 000 6h8",
    "tree": "M12 3v6M6 21v-5h12v5M12 9v7M9 3h6v4H9zM3 21h6M15 21h6",
    "people": "M9 5a3.5 3.5 0 100 7 3.5 3.5 0 000-7zM2 20a7 7 0 0114 0M16 5a3.5 3.5 0 010 7M18 14a7 7 0 014 6",
}
LIGHT_ICON = {"red": "alert", "amber": "clock", "green": "check", "held": "flag"}
LIGHT_CLASS = {"red": "r", "amber": "y", "green": "g", "held": "h"}


@register.simple_tag
@cache
def icon(name: str, size: int = 18, width: float = 1.8) -> SafeString:
    """One icon of the set as inline SVG; decoration only, the words stand beside it."""
    return format_html(
        '<svg class="ic" width="{0}" height="{0}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        'stroke-width="{1}" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="{2}"/></svg>',
        size,
        width,
        ICONS[name],
    )


@register.filter
def money(value: Any) -> str:
    """Yuan with two decimals and thousands: ¥96,310.50."""
    try:
        return f"¥{Decimal(str(value)):,.2f}"
    except (InvalidOperation, ValueError):
        return "—"


@register.filter
def listed(items: Any) -> str:
    """Names one after another, separated as the reader's language does; nothing for nothing."""
    return words.listed(items or ())


@register.filter
def document(source: str) -> str:
    """What a lead time rests on; `estimated` asks whether that is a document."""
    return words.source(source or "")


@register.filter
def holiday(names: str) -> str:
    """Public holidays in the reader's language."""
    return explain.holiday(names)


@register.filter
def agent(name: str) -> str:
    """What a browser calls itself, as browser and system."""
    return agents.named(name)


@register.filter
def estimated(source: str) -> bool:
    """Whether a lead time rests on no document."""
    return words.estimated(source or "")


@register.filter
def capped(value: int) -> str:
    """Counts are exact to 999."""
    return "999+" if value > 999 else str(value)


@in_language
def due_words(light: str, left: int, cause: str = "") -> str:
    """A light in words: nobody has to decode a colour. `cause`: what a held and late step waits for."""
    if cause:
        return _("late: %(c)s") % {"c": cause}
    if light == "held":
        return _("On hold")
    if left < 0:
        return ngettext("%(n)s working day late", "%(n)s working days late", -left) % {"n": -left}
    if left == 0:
        return _("Due today")
    return ngettext("%(n)s working day left", "%(n)s working days left", left) % {"n": left}


@in_language
def due_on(left: int, due: date) -> str:
    """The due day beside those words."""
    return (_("was due %(d)s") if left < 0 else _("due %(d)s")) % {"d": monthday(due)}


@register.inclusion_tag("workflow/partials/due.html")
def due_badge(light: str, left: int, due: date, step: int = 0, cause: str = "") -> dict[str, Any]:
    """Light, words and date together; with a step id also why this date, and what a held and late step waits for."""
    return {
        "css": LIGHT_CLASS[light],
        "icon": LIGHT_ICON[light],
        "words": due_words(light, left, cause),
        "on": due_on(left, due),
        "why": reverse("step_why", args=[step]) if step else "",
    }


@register.filter
def light_class(light: str) -> str:
    """CSS class of a light."""
    return LIGHT_CLASS[light]


@register.filter
def light_icon(light: str) -> str:
    """Icon of a light."""
    return LIGHT_ICON[light]


@register.filter
def monthday(value: date | None) -> str:
    """06-01, with the weekday."""
    if value is None:
        return "—"
    days = [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")]
    return f"{value:%m-%d} {days[value.weekday()]}"


@register.filter
def state_name(case: Any) -> str:
    """The state of a case in words, as its kind names it; works on the bare case too."""
    return str(kinds.state_names().get(case.state, case.state))


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """mapping[key], or the key itself."""
    return mapping.get(key, key)


@register.filter
def get_or_none(mapping: Any, key: Any) -> Any:
    """mapping[key], or nothing."""
    return mapping.get(key)


@register.filter
def initial(name: str) -> str:
    """The sign on the avatar: a Chinese surname, or a first letter."""
    return name[:1].upper() if name else "?"


@register.simple_tag
def other_language() -> str:
    """The language the switch leads to."""
    return "en" if (get_language() or "").startswith("zh") else "zh-hans"


@register.simple_tag
def query(asked: Any, **changed: str) -> str:
    """The queue's address with some of its fields changed."""
    return str(asked.query(**changed))


@register.simple_tag(takes_context=True)
def in_place(context: dict[str, Any], address: str) -> SafeString:
    """In a sheet (the drawer, a run) a form is answered where it stands; elsewhere by the page."""
    place = "work" if context.get("work") else "drawer" if context.get("in_drawer") else ""
    if not place:
        return SafeString("")
    return format_html(' hx-post="{}" hx-target="#{}" hx-swap="innerHTML"', address, place)


@register.filter
def undo_step(message: Any) -> str:
    """The step whose decision a message offers to undo; empty when none."""
    found = [tag.removeprefix("undo-") for tag in message.tags.split() if tag.startswith("undo-")]
    return found[0] if found else ""


@register.filter
def plus(one: int, other: int) -> int:
    """Sum of two counts."""
    return one + other


@register.filter
def told(opening: str, lines: Iterable[Any]) -> SafeString:
    """An opening and its sentences, run on as the reader's language does: Chinese has no space between them."""
    between = "" if (get_language() or "").startswith("zh") else " "
    return format_html_join(between, "{}", ((one,) for one in (opening, *lines)))
