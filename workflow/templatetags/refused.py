"""What a form says after it was refused on its own page (views/again.py): the reason beside the field, what was typed.

Each tag is given the address the form posts to: a page has several forms, and only the one that was sent speaks.
"""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from workflow.errors import Refusal

register = template.Library()


def _refusal(context: dict[str, Any], to: str) -> Refusal | None:
    request = context["request"]
    return getattr(request, "refused", None) if request.path == to else None


@register.simple_tag(takes_context=True)
def typed(context: dict[str, Any], to: str, name: str, first: Any = "") -> Any:
    """What was typed into a field of the refused form; `first` is what it holds when nothing was sent."""
    return context["request"].POST.get(name, "") if _refusal(context, to) else first


@register.simple_tag(takes_context=True)
def wrong(context: dict[str, Any], to: str, name: str) -> SafeString:
    """Attributes of the field that was refused: marked for everybody, and the focus goes there."""
    refusal = _refusal(context, to)
    at_fault = refusal is not None and refusal.at == name
    return format_html(' aria-invalid="true" aria-describedby="{}-e" autofocus', name) if at_fault else SafeString("")


@register.simple_tag(takes_context=True)
def why_wrong(context: dict[str, Any], to: str, name: str = "") -> SafeString:
    """The refusal beside its field; without a name, the refusal of the form as a whole."""
    refusal = _refusal(context, to)
    if refusal is None or refusal.at != name:
        return SafeString("")
    return format_html('<span class="err" id="{}-e" role="alert">{}</span>', name, refusal.message)


@register.simple_tag(takes_context=True)
def sent(context: dict[str, Any], to: str) -> bool:
    """Whether this is the form that was refused: a folded one is shown unfolded."""
    return _refusal(context, to) is not None
