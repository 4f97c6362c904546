"""Every address of the product with real values in it, generated from the URLconf: nothing can be forgotten."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

# addresses that have no family behind them, and would end the session or the machine's set-up that is being tested
LEFT_OUT = frozenset({"logout", "setup"})


@dataclass(frozen=True)
class Address:
    """A named address and the parts it needs."""

    name: str
    parts: tuple[str, ...]

    def path(self, values: dict[str, Any]) -> str:
        """With these values filled in; a part nobody has taught is an error that says so."""
        unknown = [part for part in self.parts if part not in values]
        assert not unknown, f"tests/security/town.py: give {self.name} a value for {unknown}"
        return reverse(self.name, kwargs={part: values[part] for part in self.parts})


def every(left_out: frozenset[str] = LEFT_OUT) -> list[Address]:
    """All of them, by name."""
    found = {address.name: address for address in _walk(get_resolver().url_patterns)}
    return [found[name] for name in sorted(found) if name not in left_out]


def _walk(patterns: list[Any]) -> Iterator[Address]:
    for entry in patterns:
        if isinstance(entry, URLResolver):
            yield from _walk(entry.url_patterns)
        elif isinstance(entry, URLPattern):
            assert entry.name, f"an address without a name: {entry.pattern}"
            yield Address(entry.name, tuple(entry.pattern.converters))
