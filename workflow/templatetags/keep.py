"""{% keep tab=page.tab %} ... {% endkeep %}: a part of a page that says the same for the same values is rendered once.

What stands between the two knows the named values and the reader's language, nothing else: it cannot show one reader
what belongs to another. Values have to be hashable. Forms with a token stay outside.
"""

from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()
MOST = 500  # values kept for each part; beyond that it begins anew


class KeepNode(template.Node):
    """A part of a template with what it has said already."""

    def __init__(self, nodelist: NodeList, values: dict[str, FilterExpression]) -> None:
        self.nodelist, self.values = nodelist, values
        self.kept: dict[tuple[Any, ...], SafeString] = {}

    def render(self, context: template.Context) -> SafeString:
        """From memory, or rendered and kept."""
        given = [value.resolve(context) for value in self.values.values()]
        key = (get_language(), *given)
        said = self.kept.get(key)
        if said is None:
            if len(self.kept) >= MOST:
                self.kept.clear()
            said = self.nodelist.render(context.new(dict(zip(self.values, given, strict=True))))
            self.kept[key] = said
        return said


@register.tag
def keep(parser: Parser, token: Token) -> KeepNode:
    """{% keep name=value ... %}."""
    values = token_kwargs(token.split_contents()[1:], parser)
    nodelist = parser.parse(("endkeep",))
    parser.delete_first_token()
    return KeepNode(nodelist, values)
