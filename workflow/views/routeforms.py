"""Forms of the route editor: what was typed, as entries of a part; nonsense is refused with its field and remedy."""

from math import isfinite, nan
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from workflow import errors
from workflow.rules import asking, conditions
from workflow.rules.numbers import folded, number
from workflow.rules.vocabulary import CHOICE, NUMBER, YES_NO, Vocabulary
from workflow.rules.words import ESTIMATE

LISTS = ("aspects", "needs", "papers", "excludes")
MOST_ROWS = 8


def values_of(level: str, form: QueryDict) -> dict[str, Any]:
    """The entries a posted form sets on a part of this level."""
    known = {"route": _route, "stage": _stage, "track": _track, "group": _group, "plan": _plan}
    if level not in known:
        raise errors.NotFound()
    return known[level](form)


def _route(form: QueryDict) -> dict[str, Any]:
    return {key: form[key] for key, known in asking.CHOICES.items() if form.get(key) in known}


def _stage(form: QueryDict) -> dict[str, Any]:
    return {"point": form.get("point", ""), "after_storage": "after_storage" in form}


def _track(form: QueryDict) -> dict[str, Any]:
    return {"opens_in": form.get("opens_in", "")}


def _names(form: QueryDict) -> dict[str, str]:
    return {"zh-hans": form.get("name_zh", "").strip()[:60], "en": form.get("name_en", "").strip()[:80]}


def _group(form: QueryDict) -> dict[str, Any]:
    rule = form.get("rule", "all")
    threshold = whole(form, "threshold", _("Threshold")) if rule in ("k_of_n", "weighted") else 0
    return {"names": _names(form), "rule": rule, "threshold": threshold, "on_refuse": form.get("on_refuse", "")}


def _plan(form: QueryDict) -> dict[str, Any]:
    found: dict[str, Any] = {"names": _names(form)}
    for name in ("role", "unit", "duty", "lead_unit", "supervisor"):
        found[name] = form.get(name, "")
    # no document named: an estimate, under the mark it had
    found["source"] = form.get("source", "").strip()[:80] or form.get("source_mark", "")[:80] or ESTIMATE
    found["lead"] = whole(form, "lead", _("Lead time"))
    found["not_before"] = whole(form, "not_before", _("Not before"))
    found["weight"] = whole(form, "weight", _("Weight"), 1)
    for name in LISTS:
        found[name] = form.getlist(name)
    for name in ("attest", "each_holder", "bulk"):
        found[name] = name in form
    if "joined" in form:  # absent where the condition is more nested than the form: then it stays as it is
        found["condition"] = condition_of(form)
    return found


def whole(form: QueryDict, name: str, label: str, default: int = 0) -> int:
    """A whole number that is not negative; empty is the default."""
    raw = folded(form.get(name, ""))
    if not raw:
        return default
    found = number(raw)
    if found is None or len(raw) > 4:
        raise errors.InvalidInput(field=label, expected=_("a whole number of at most four digits"))
    return found


def condition_of(form: QueryDict) -> dict[str, Any] | None:
    """The rows of selects as a condition: each row is fact:comparison:value, figures stand in a field of their own."""
    parts = []
    for row in range(MOST_ROWS):
        fact, _sep, rest = form.get(f"fact_{row}", "").partition(":")
        operator, _sep, value = rest.partition(":")
        if fact and operator:
            parts.append({"fact": fact, operator: _value(operator, value, form.get(f"figure_{row}", ""))})
    if len(parts) < 2:
        return parts[0] if parts else None
    return {"any" if form.get("joined") == "any" else "all": parts}


def _value(operator: str, value: str, figure: str) -> Any:
    if operator in ("at_least", "at_most"):
        typed = folded(figure).replace(",", "")
        try:
            found = float(typed)
        except ValueError:
            found = nan
        if not isfinite(found):
            raise errors.InvalidInput(field=_("Condition"), expected=_("a figure, for example 500000"))
        return int(found) if found == int(found) else found
    return {"true": True, "false": False}.get(value, value)


def choices(words: Vocabulary) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a row of the condition may say, by fact: (fact, [(value, words)])."""
    found = []
    for fact, about in words.facts.items():
        options: list[tuple[str, str]] = []
        if about.type == YES_NO:
            options = [(f"{fact}:is:true", str(about.yes)), (f"{fact}:is:false", str(about.no))]
        elif about.type == NUMBER:
            names = conditions.OPERATOR_NAMES
            options = [
                (f"{fact}:{op}:", f"{about.label} {names[op]} … ({about.measure})") for op in ("at_least", "at_most")
            ]
        elif about.type == CHOICE and len(about.choices) > 1:
            options = [(f"{fact}:is:{code}", f"{about.label}: {label}") for code, label in about.choices.items()]
        if options:
            found.append((str(about.label), options))
    return found
