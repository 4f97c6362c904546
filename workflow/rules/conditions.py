"""The small declarative form in which routes put conditions on facts; validated, explained, never executed as code."""

from collections.abc import Callable, Mapping
from typing import Any

OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "is": lambda value, wanted: value == wanted,
    "in": lambda value, wanted: value in wanted,
    "at_least": lambda value, wanted: float(value or 0) >= float(wanted),
    "at_most": lambda value, wanted: float(value or 0) <= float(wanted),
}


def holds(condition: Mapping[str, Any] | None, facts: Mapping[str, Any]) -> bool:
    """Whether the condition holds on these facts; no condition always holds.

    Forms: {"all": [...]}, {"any": [...]}, {"not": {...}}, {"fact": name, "is" | "in" | "at_least" | "at_most": value}.
    """
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


def faults(condition: Any, known: frozenset[str]) -> list[str]:
    """What is wrong with a condition, in words; an empty list when it may be published."""
    if condition is None:
        return []
    if not isinstance(condition, Mapping):
        return [f"a condition is a mapping, not {condition!r}"]
    for word in ("all", "any"):
        if word in condition:
            return [fault for part in condition[word] for fault in faults(part, known)]
    if "not" in condition:
        return faults(condition["not"], known)
    return _comparison_faults(condition, known)


def _comparison_faults(condition: Mapping[str, Any], known: frozenset[str]) -> list[str]:
    operators = [name for name in condition if name != "fact"]
    if len(operators) != 1 or operators[0] not in OPERATORS:
        return [f"exactly one of {', '.join(OPERATORS)} is expected in {dict(condition)!r}"]
    if condition.get("fact") not in known:
        return [f"unknown fact {condition.get('fact')!r}"]
    return []
