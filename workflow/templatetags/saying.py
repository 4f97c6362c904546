"""Words that a hundred lines say alike, asked of the catalogues once in each language."""

from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import TypeVar

from django.utils.translation import get_language

R = TypeVar("R")


def in_language(say: Callable[..., R]) -> Callable[..., R]:
    """Keep what a function of its arguments and of the reader's language says, apart for each language."""

    @lru_cache(maxsize=4096)
    def kept(_language: str | None, *args: Hashable) -> R:
        return say(*args)

    @wraps(say)
    def said(*args: Hashable) -> R:
        return kept(get_language(), *args)

    return said
