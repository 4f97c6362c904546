"""The small declarative form in which routes put conditions on facts; validated, explained, never executed as code.

Forms: {"all": [...]}, {"any": [...]}, {"not": {...}}, {"fact": name, "is" | "in" | "at_least" | "at_most": value}.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import product
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workflow.rules.vocabulary import CHOICE, NUMBER, YES_NO, Fact


def _is_figure(wanted: Any) -> bool:
    return isinstance(wanted, int | float) and not isinstance(wanted, bool)


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "is": lambda value, wanted: float(value or 0) == float(wanted) if _is_figure(wanted) else value == wanted,
    "in": lambda value, wanted: value in wanted,
    "at_least": lambda value, wanted: float(value or 0) >= float(wanted),
    "at_most": lambda value, wanted: float(value or 0) <= float(wanted),
}
# which comparisons make sense for which type of fact
FITTING = {YES_NO: ("is",), CHOICE: ("is", "in"), NUMBER: ("at_least", "at_most", "is")}
OPERATOR_NAMES: dict[str, Any] = {
    "is": gettext_lazy("is"),
    "in": gettext_lazy("is one of"),
    "at_least": gettext_lazy("is at least"),
    "at_most": gettext_lazy("is at most"),
}

DEPTH = 6  # deeper nesting is nobody's policy
PROBES = 20_000  # combinations of fact values looked at; more than any sensible route asks for


def holds(condition: Mapping[str, Any] | None, facts: Mapping[str, Any]) -> bool:
    """Whether the condition holds on these facts; no condition always holds."""
    if not condition:
        return True
    if "all" in condition:
        return all(holds(part, facts) for part in condition["all"])
    if "any" in condition:
        return any(holds(part, facts) for part in condition["any"])
    if "not" in condition:
        return not holds(condition["not"], facts)
    operator = next(name for name in condition if name != "fact")
    return OPERATORS[operator](facts.get(condition["fact"]), condition[operator])


# --- checking ---------------------------------------------------------------------
def faults(condition: Any, known: Mapping[str, Fact], depth: int = 0) -> list[str]:
    """What is wrong with a condition and what to change, in words; an empty list when it may be published."""
    if condition is None:
        return []
    if not isinstance(condition, Mapping) or depth > DEPTH:
        return [_("a condition is a comparison, or a list of them joined by all, any or not")]
    for word in ("all", "any"):
        if word in condition:
            parts = condition[word]
            if len(condition) != 1 or not isinstance(parts, list) or not parts:
                return [_("“%(word)s” needs a list with at least one comparison") % {"word": word}]
            return [fault for part in parts for fault in faults(part or {}, known, depth + 1)]
    if "not" in condition and len(condition) == 1:
        return faults(condition["not"] or {}, known, depth + 1)
    return _comparison_faults(condition, known)


def _comparison_faults(condition: Mapping[str, Any], known: Mapping[str, Fact]) -> list[str]:
    operators = [name for name in condition if name != "fact"]
    if len(operators) != 1 or operators[0] not in OPERATORS:
        return [_("exactly one comparison is expected: %(known)s") % {"known": ", ".join(OPERATORS)}]
    fact = known.get(str(condition.get("fact")))
    if fact is None:
        names = {"fact": condition.get("fact"), "known": ", ".join(known)}
        return [_("unknown fact “%(fact)s”; known are %(known)s") % names]
    if operators[0] not in FITTING[fact.type]:
        names = {"fact": fact.label, "known": ", ".join(str(OPERATOR_NAMES[o]) for o in FITTING[fact.type])}
        return [_("“%(fact)s” can only be compared with: %(known)s") % names]
    return _value_faults(fact, operators[0], condition[operators[0]])


def _value_faults(fact: Fact, operator: str, value: Any) -> list[str]:
    names = {"fact": fact.label, "known": ", ".join(str(v) for v in fact.choices.values())}
    if fact.type == YES_NO and not isinstance(value, bool):
        return [_("“%(fact)s” is either yes or no") % names]
    if fact.type == NUMBER and (isinstance(value, bool) or not _number(value)):
        return [_("“%(fact)s” is compared with a number") % names]
    if fact.type == CHOICE:
        wanted = value if operator == "in" else [value]
        if not isinstance(wanted, list) or not wanted or not set(map(str, wanted)) <= set(fact.choices):
            return [_("“%(fact)s” can only be: %(known)s") % names]
    return []


def _number(value: Any) -> bool:
    try:
        return abs(float(value)) < 1e15
    except (TypeError, ValueError):
        return False


# --- telling ---------------------------------------------------------------------
def explain(condition: Mapping[str, Any] | None, known: Mapping[str, Fact], inner: bool = False) -> str:
    """The condition as a sentence in the reader's language; empty when there is none."""
    if not condition:
        return ""
    if "all" in condition or "any" in condition:
        parts = [explain(part, known, True) for part in condition.get("all") or condition["any"]]
        told = (_(" and ") if "all" in condition else _(" or ")).join(parts)
        return _("(%(part)s)") % {"part": told} if inner and len(parts) > 1 else told
    if "not" in condition:
        return _("it is not so that %(part)s") % {"part": explain(condition["not"], known, True)}
    return _comparison(condition, known)


def _comparison(condition: Mapping[str, Any], known: Mapping[str, Fact]) -> str:
    operator = next((name for name in condition if name in OPERATORS), "is")
    value, fact = condition.get(operator), known.get(str(condition.get("fact")))
    if fact is None:
        return f"{condition.get('fact')} {operator} {value}"
    if fact.type == YES_NO:
        return str(fact.yes if value else fact.no)
    names = {"fact": fact.label, "value": _value(fact, value)}
    if operator == "in":
        return _("%(fact)s is one of %(value)s") % names
    if operator == "at_least":
        return _("%(fact)s is at least %(value)s") % names
    if operator == "at_most":
        return _("%(fact)s is at most %(value)s") % names
    return _("%(fact)s is %(value)s") % names


def _value(fact: Fact, value: Any) -> str:
    if isinstance(value, list):
        return _(", ").join(_value(fact, one) for one in value)
    if fact.type == NUMBER and _number(value):
        figure = float(value)
        told = f"{figure:,.0f}" if figure == int(figure) else f"{figure:,.2f}"
        return f"{told} {fact.measure}".strip()
    return str(fact.choices.get(str(value), value))


# --- the values facts can take ---------------------------------------------------------------------
def probes(conditions: Iterable[Mapping[str, Any] | None], known: Mapping[str, Fact]) -> Iterator[dict[str, Any]]:
    """Combinations of fact values that stand for all others as far as these conditions can tell them apart.

    A number is asked just below, at and just above each figure it is compared with, and at the ends of its range.
    """
    asked: dict[str, set[float]] = {}
    for condition in conditions:
        for fact, figures in _asked(condition):
            asked.setdefault(fact, set()).update(figures)
    names = [name for name in asked if name in known]
    ranges = [_values(known[name], asked[name]) for name in names]
    for count, values in enumerate(product(*ranges)):
        if count == PROBES:
            return
        yield dict(zip(names, values, strict=True))


def _asked(condition: Mapping[str, Any] | None) -> Iterator[tuple[str, list[float]]]:
    if not condition:
        return
    for word in ("all", "any"):
        for part in condition.get(word, ()):
            yield from _asked(part)
    if "not" in condition:
        yield from _asked(condition["not"])
    if "fact" in condition:
        figures = [value for name, value in condition.items() if name != "fact"]
        yield str(condition["fact"]), [float(v) for v in figures if not isinstance(v, bool | list) and _number(v)]


def _values(fact: Fact, figures: set[float]) -> list[Any]:
    if fact.type == YES_NO:
        return [True, False]
    if fact.type == CHOICE:
        return list(fact.choices)
    near = {figure + step for figure in figures for step in (-fact.grain, 0, fact.grain)} | {fact.least, fact.most}
    return sorted(figure for figure in near if fact.least <= figure <= fact.most)
